// An OpenID provider on loopback with one client, on the port that `PORT` names: `oidc-provider`, with a sign-in page where
// whatever is typed as a name is somebody, and where consent is given without a question.

import Provider from "oidc-provider";

const { PORT, REDIRECT_URI, AFTER_SIGN_OUT, JWKS } = process.env;
const issuer = `http://127.0.0.1:${PORT}`;
const proof = JWKS
  ? { token_endpoint_auth_method: "private_key_jwt", token_endpoint_auth_signing_alg: "ES256", jwks: JSON.parse(JWKS) }
  : { client_secret: "a secret of the tests, long enough for it" };

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "us",
      redirect_uris: [REDIRECT_URI],
      post_logout_redirect_uris: [AFTER_SIGN_OUT],
      ...proof,
    },
  ],
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
  cookies: { keys: ["a key of the tests"] },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, name: `${id} Lovelace`, email: `${id}@acme.example`, email_verified: true }),
  }),
});

provider.use(async (context, next) => {
  if (!context.path.startsWith("/interaction/")) return next();
  const { prompt, params, session, grantId } = await provider.interactionDetails(context.req, context.res);
  if (prompt.name === "consent") {
    const known = grantId && (await provider.Grant.find(grantId));
    const grant = known || new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
    grant.addOIDCScope(params.scope);
    const consent = { grantId: await grant.save() };
    return finish(context, { consent });
  }
  const typed = context.method === "POST" && (await body(context.req)).get("name");
  if (typed) return finish(context, { login: { accountId: typed, amr: ["pwd"] } });
  context.type = "html";
  context.body = `<!doctype html><html lang="en"><title>Acme</title><h1>Acme</h1>
<form method="post" action="${context.path}"><label>Name <input name="name"></label><button id="enter">Sign in</button></form>`;
});

function finish(context, result) {
  context.respond = false;
  return provider.interactionFinished(context.req, context.res, result, { mergeWithLastSubmission: true });
}

async function body(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return new URLSearchParams(Buffer.concat(parts).toString());
}

provider.on("server_error", (_, error) => console.error(error));
provider.listen(Number(PORT), "127.0.0.1");
