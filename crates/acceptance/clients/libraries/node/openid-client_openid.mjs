// openid-client: signing in by OpenID Connect, with what it finds by discovery.

import * as client from "openid-client";
import { ask, order, run, visit } from "./talk.mjs";

const { client_id: id, client_secret: secret } = order;
const server = new URL(order.issuer);
// By default the secret goes into the body.
const discover = {
  post: () => client.discovery(server, id, secret),
  basic: () => client.discovery(server, id, undefined, client.ClientSecretBasic(secret)),
  none: () => client.discovery(server, id, undefined, client.None()),
};
// By two algorithms: what the app registered for its ID tokens and for userinfo.
const [id_token_signed_response_alg, userinfo_signed_response_alg] = order.auth.split(" ");
const registered = { client_secret: secret, id_token_signed_response_alg, userinfo_signed_response_alg };
const discovered = discover[order.auth] ?? (() => client.discovery(server, id, registered));

async function signIn() {
  const config = await discovered();
  // TLS already says whose ID token it is; with this the library looks at the signature too.
  client.enableNonRepudiationChecks(config);
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const expectedState = client.randomState();
  const expectedNonce = client.randomNonce();
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: order.redirect_uri,
    scope: order.scope,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: "S256",
    state: expectedState,
    nonce: expectedNonce,
  });
  const callback = await visit(url);
  const checks = { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true };
  const first = await client.authorizationCodeGrant(config, callback, checks);
  const identity = first.claims();
  const second = await client.refreshTokenGrant(config, first.refresh_token);
  const info = await client.fetchUserInfo(config, second.access_token, identity.sub);
  await ask({ identity, info, refreshed: second.claims() });
  const logout = client.buildEndSessionUrl(config, {
    id_token_hint: first.id_token,
    post_logout_redirect_uri: order.post_logout_redirect_uri,
    state: expectedState,
  });
  await ask({ logout });
}

await run({ sign_in: signIn }, (error) => error.error ?? error.code);
