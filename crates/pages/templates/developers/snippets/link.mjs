import { createHash, randomBytes } from "node:crypto";

const state = randomBytes(16).toString("base64url");
const codeVerifier = randomBytes(32).toString("base64url");
const codeChallenge = createHash("sha256").update(codeVerifier).digest("base64url");

const link = new URL({{ self::quoted(url) }});
link.search = new URLSearchParams({
  response_type: "code",
  client_id: process.env.CLIENT_ID,
  redirect_uri: process.env.REDIRECT_URI,
{%- if !scope.is_empty() %}
  scope: {{ self::quoted(scope) }},
{%- endif %}
  state,
  code_challenge: codeChallenge,
  code_challenge_method: "S256",
});
console.log(`Remember: STATE=${state} CODE_VERIFIER=${codeVerifier}`);
console.log(`Send the browser to: ${link}`);
