import base64
import hashlib
import os
import secrets
from urllib.parse import urlencode

state = secrets.token_urlsafe(16)
code_verifier = secrets.token_urlsafe(32)
digest = hashlib.sha256(code_verifier.encode()).digest()
code_challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")

link = {{ self::quoted(url) }} + "?" + urlencode({
    "response_type": "code",
    "client_id": os.environ["CLIENT_ID"],
    "redirect_uri": os.environ["REDIRECT_URI"],
{%- if !scope.is_empty() %}
    "scope": {{ self::quoted(scope) }},
{%- endif %}
    "state": state,
    "code_challenge": code_challenge,
    "code_challenge_method": "S256",
})
print(f"Remember: STATE={state} CODE_VERIFIER={code_verifier}")
print(f"Send the browser to: {link}")
