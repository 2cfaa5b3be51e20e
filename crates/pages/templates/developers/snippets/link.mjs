import { createHash, randomBytes } from "node:crypto";

const state = randomBytes(16).toString("base64url");
const codeVerifier = randomBytes(32).toString("base64url");
const codeChallenge = createHash("sha256").update(codeVerifier).digest("base64url");

const link = new URL({{ self::quoted(link.url) }});
link.search = new URLSearchParams({
  response_type: "code",
  client_id: {{ link.id_or("process.env.CLIENT_ID") }},
  redirect_uri: {{ link.uri_or("process.env.REDIRECT_URI") }},
{%- if !link.scope.is_empty() %}
  scope: {{ self::quoted(link.scope) }},
{%- endif %}
  state,
  code_challenge: codeChallenge,
  code_challenge_method: "S256",
});
console.log(`Remember: STATE=${state} CODE_VERIFIER=${codeVerifier}`);
console.log(`Send the browser to: ${link}`);
