// oauth4webapi: discovery by RFC 8414 and every grant that the library has.

import * as oauth from "oauth4webapi";
import { ask, json, order, run, say, signer, visit } from "./talk.mjs";

const issuer = new URL(order.issuer);
const found = await oauth.discoveryRequest(issuer, { algorithm: "oauth2" });
const as = await oauth.processDiscoveryResponse(issuer, found);
const client = { client_id: order.client_id };
const authentication = await {
  basic: () => oauth.ClientSecretBasic(order.client_secret),
  post: () => oauth.ClientSecretPost(order.client_secret),
  key: async () => oauth.PrivateKeyJwt(await signer()),
  none: () => oauth.None(),
}[order.auth]();
const { scope } = order;

// A code, its tokens, a refresh, a revocation, and the code once more.
async function code() {
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const url = new URL(as.authorization_endpoint);
  const question = {
    client_id: client.client_id,
    redirect_uri: order.redirect_uri,
    response_type: "code",
    scope,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  };
  for (const [name, value] of Object.entries(question)) url.searchParams.set(name, value);
  const callback = await visit(url);
  const parameters = oauth.validateAuthResponse(as, client, callback, state);
  const exchange = async () => {
    const response = await oauth.authorizationCodeGrantRequest(
      as,
      client,
      authentication,
      parameters,
      order.redirect_uri,
      verifier,
    );
    return oauth.processAuthorizationCodeResponse(as, client, response);
  };
  const first = await exchange();
  const infoUrl = new URL(as.token_info_endpoint);
  const info = await json(await oauth.protectedResourceRequest(first.access_token, "GET", infoUrl));
  const answer = await oauth.refreshTokenGrantRequest(as, client, authentication, first.refresh_token);
  const refreshed = await oauth.processRefreshTokenResponse(as, client, answer);
  await ask({ tokens: [first, refreshed], info });
  const revoked = await oauth.revocationRequest(as, client, authentication, refreshed.refresh_token);
  await oauth.processRevocationResponse(revoked);
  await ask({ revoked: true });
  await exchange();
}

// A token of the app's own, which it introspects.
async function clientCredentials() {
  const response = await oauth.clientCredentialsGrantRequest(as, client, authentication, { scope });
  const token = await oauth.processClientCredentialsResponse(as, client, response);
  const asked = await oauth.introspectionRequest(as, client, authentication, token.access_token);
  await ask({ tokens: [token], introspected: await oauth.processIntrospectionResponse(as, client, asked) });
}

// Tokens for a device; the loop is the app's own.
async function device() {
  const asked = await oauth.deviceAuthorizationRequest(as, client, authentication, { scope });
  const answer = await oauth.processDeviceAuthorizationResponse(as, client, asked);
  say({ approve: answer });
  for (;;) {
    await new Promise((done) => setTimeout(done, (answer.interval ?? 5) * 1000));
    const response = await oauth.deviceCodeGrantRequest(as, client, authentication, answer.device_code);
    try {
      await ask({ tokens: [await oauth.processDeviceCodeResponse(as, client, response)] });
      return;
    } catch (error) {
      if (error.error !== "authorization_pending" && error.error !== "slow_down") throw error;
    }
  }
}

await run({ code, client_credentials: clientCredentials, device }, (error) => error.error ?? error.code);
