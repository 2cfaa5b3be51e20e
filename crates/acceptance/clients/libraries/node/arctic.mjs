// arctic: its generic client.

import * as arctic from "arctic";
import { ask, order, run, visit } from "./talk.mjs";

// Without a secret null; with one it goes into the header, always.
const secret = order.auth === "none" ? null : order.client_secret;
const client = new arctic.OAuth2Client(order.client_id, secret, order.redirect_uri);
const { token_endpoint: endpoint } = order;
const scopes = order.scope.split(" ");

// What the library holds of a token response; it has a getter for each member.
const held = (tokens) => ({
  access_token: tokens.accessToken(),
  refresh_token: tokens.refreshToken(),
  scopes: tokens.scopes(),
  expires: tokens.accessTokenExpiresAt(),
});

// A code, its tokens, a refresh, a revocation, and the code once more.
async function code() {
  const state = arctic.generateState();
  const verifier = arctic.generateCodeVerifier();
  const method = arctic.CodeChallengeMethod.S256;
  const url = client.createAuthorizationURLWithPKCE(order.authorization_endpoint, state, method, verifier, scopes);
  const callback = await visit(url);
  if (callback.searchParams.get("state") !== state) throw new Error("the state is not ours");
  const exchange = () => client.validateAuthorizationCode(endpoint, callback.searchParams.get("code"), verifier);
  const first = held(await exchange());
  const refreshed = held(await client.refreshAccessToken(endpoint, first.refresh_token, scopes));
  await ask({ tokens: [first, refreshed] });
  await client.revokeToken(order.revocation_endpoint, refreshed.refresh_token);
  await ask({ revoked: true });
  await exchange();
}

await run({ code }, (error) => (error instanceof arctic.OAuth2RequestError ? error.code : undefined));
