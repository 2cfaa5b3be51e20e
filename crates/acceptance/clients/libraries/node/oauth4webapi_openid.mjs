// oauth4webapi: signing in by OpenID Connect, with what it finds by discovery.

import * as oauth from "oauth4webapi";
import { ask, order, run, visit } from "./talk.mjs";

const issuer = new URL(order.issuer);
const client = { client_id: order.client_id };
const authentication = {
  basic: () => oauth.ClientSecretBasic(order.client_secret),
  post: () => oauth.ClientSecretPost(order.client_secret),
  none: () => oauth.None(),
}[order.auth]();

function target(endpoint, pairs) {
  const url = new URL(endpoint);
  for (const [name, value] of Object.entries(pairs)) url.searchParams.set(name, value);
  return url;
}

async function signIn() {
  // Untold, it looks for what OpenID Connect has.
  const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer));
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const nonce = oauth.generateRandomNonce();
  const callback = await visit(
    target(as.authorization_endpoint, {
      client_id: client.client_id,
      redirect_uri: order.redirect_uri,
      response_type: "code",
      scope: order.scope,
      state,
      nonce,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
    }),
  );
  const parameters = oauth.validateAuthResponse(as, client, callback, state);
  const { redirect_uri } = order;
  const answer = await oauth.authorizationCodeGrantRequest(as, client, authentication, parameters, redirect_uri, verifier);
  // The signature is looked at once the answer is taken apart.
  const checks = { expectedNonce: nonce, requireIdToken: true };
  const first = await oauth.processAuthorizationCodeResponse(as, client, answer, checks);
  await oauth.validateApplicationLevelSignature(as, answer);
  const identity = oauth.getValidatedIdTokenClaims(first);
  const renewal = await oauth.refreshTokenGrantRequest(as, client, authentication, first.refresh_token);
  const second = await oauth.processRefreshTokenResponse(as, client, renewal);
  await oauth.validateApplicationLevelSignature(as, renewal);
  const asked = await oauth.userInfoRequest(as, client, second.access_token);
  const info = await oauth.processUserInfoResponse(as, client, identity.sub, asked);
  await ask({ identity, info, refreshed: oauth.getValidatedIdTokenClaims(second) });
  const logout = target(as.end_session_endpoint, {
    id_token_hint: first.id_token,
    post_logout_redirect_uri: order.post_logout_redirect_uri,
    state,
  });
  await ask({ logout });
}

await run({ sign_in: signIn }, (error) => error.error ?? error.code);
