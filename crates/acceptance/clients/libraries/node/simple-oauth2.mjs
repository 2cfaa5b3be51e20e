// simple-oauth2: the flows of its documentation. PKCE goes through as parameters of the app's own.

import { createHash, randomBytes } from "node:crypto";
import { AuthorizationCode, ClientCredentials } from "simple-oauth2";
import { ask, order, run, visit } from "./talk.mjs";

const path = (url) => new URL(url).pathname;
const { scope, redirect_uri } = order;
const auth = { tokenHost: order.issuer, tokenPath: path(order.token_endpoint) };
const common = {
  client: { id: order.client_id, secret: order.client_secret },
  // Untold, the secret goes into the header.
  options: order.auth === "post" ? { authorizationMethod: "body" } : {},
};

// A code, its tokens, a refresh, a revocation, and the code once more.
async function code() {
  const client = new AuthorizationCode({
    ...common,
    auth: {
      ...auth,
      authorizePath: path(order.authorization_endpoint),
      revokePath: path(order.revocation_endpoint),
    },
  });
  const code_verifier = randomBytes(32).toString("base64url");
  const code_challenge = createHash("sha256").update(code_verifier).digest("base64url");
  const state = randomBytes(16).toString("hex");
  const question = { redirect_uri, scope, state, code_challenge, code_challenge_method: "S256" };
  const callback = await visit(client.authorizeURL(question));
  const parameters = callback.searchParams;
  if (parameters.get("state") !== state) throw new Error("the state is not ours");
  const exchange = () => client.getToken({ code: parameters.get("code"), redirect_uri, code_verifier });
  const first = await exchange();
  const refreshed = await first.refresh();
  await ask({ tokens: [first.token, refreshed.token] });
  await refreshed.revokeAll();
  await ask({ revoked: true });
  await exchange();
}

// A token of the app's own.
async function clientCredentials() {
  const client = new ClientCredentials({ ...common, auth });
  await ask({ tokens: [(await client.getToken({ scope })).token] });
}

// The library throws what its HTTP client throws: the answer is in the error's data.
await run({ code, client_credentials: clientCredentials }, (error) => error.data?.payload?.error);
