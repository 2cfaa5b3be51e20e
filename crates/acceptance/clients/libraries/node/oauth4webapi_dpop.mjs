// oauth4webapi: tokens that are bound to a key (RFC 9449), with the nonces that the provider asks for.

import * as oauth from "oauth4webapi";
import { ask, json, order, run, visit } from "./talk.mjs";

const issuer = new URL(order.issuer);
const found = await oauth.discoveryRequest(issuer, { algorithm: "oauth2" });
const as = await oauth.processDiscoveryResponse(issuer, found);
const client = { client_id: order.client_id };
const authentication = oauth.None();
const keys = await oauth.generateKeyPair("ES256");
const DPoP = oauth.DPoP(client, keys);

// A request that lacked a nonce is made once more, as the library's examples do.
async function withNonce(request, process) {
  try {
    return await process(await request());
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error;
    return process(await request());
  }
}

// A code that is bound to the key, its tokens, what they open, and a refresh.
async function code() {
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const url = new URL(as.authorization_endpoint);
  const question = {
    client_id: client.client_id,
    redirect_uri: order.redirect_uri,
    response_type: "code",
    scope: order.scope,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    dpop_jkt: await DPoP.calculateThumbprint(),
  };
  for (const [name, value] of Object.entries(question)) url.searchParams.set(name, value);
  const callback = await visit(url);
  const parameters = oauth.validateAuthResponse(as, client, callback, state);
  const first = await withNonce(
    () =>
      oauth.authorizationCodeGrantRequest(
        as,
        client,
        authentication,
        parameters,
        order.redirect_uri,
        verifier,
        { DPoP },
      ),
    (response) => oauth.processAuthorizationCodeResponse(as, client, response),
  );
  const infoUrl = new URL(as.token_info_endpoint);
  const open = (token) =>
    withNonce(
      () => oauth.protectedResourceRequest(token, "GET", infoUrl, undefined, undefined, { DPoP }),
      json,
    );
  const info = await open(first.access_token);
  const refreshed = await withNonce(
    () => oauth.refreshTokenGrantRequest(as, client, authentication, first.refresh_token, { DPoP }),
    (response) => oauth.processRefreshTokenResponse(as, client, response),
  );
  await ask({ tokens: [first, refreshed], info: [info, await open(refreshed.access_token)] });
}

await run({ code }, (error) => error.error ?? error.code);
