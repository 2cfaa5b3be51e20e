import base64
import hashlib
{%- if link.reads() %}
import os
{%- endif %}
import secrets
from urllib.parse import urlencode

state = secrets.token_urlsafe(16)
code_verifier = secrets.token_urlsafe(32)
digest = hashlib.sha256(code_verifier.encode()).digest()
code_challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")

link = {{ self::quoted(link.url) }} + "?" + urlencode({
    "response_type": "code",
    "client_id": {{ link.id_or("os.environ[\"CLIENT_ID\"]") }},
    "redirect_uri": {{ link.uri_or("os.environ[\"REDIRECT_URI\"]") }},
{%- if !link.scope.is_empty() %}
    "scope": {{ self::quoted(link.scope) }},
{%- endif %}
    "state": state,
    "code_challenge": code_challenge,
    "code_challenge_method": "S256",
})
print(f"Remember: STATE={state} CODE_VERIFIER={code_verifier}")
print(f"Send the browser to: {link}")
