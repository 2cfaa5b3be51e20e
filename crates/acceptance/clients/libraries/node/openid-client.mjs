// openid-client: discovery and every grant that the library has.

import * as client from "openid-client";
import { ask, json, order, run, say, signer, visit } from "./talk.mjs";

// By default the secret goes into the body. The metadata is looked for where OpenID Connect has it, unless the
// library is told that this is OAuth.
const server = new URL(order.issuer);
const oauth = { algorithm: "oauth2" };
const { client_id: id, client_secret: secret } = order;
const discover = {
  post: () => client.discovery(server, id, secret, undefined, oauth),
  basic: () => client.discovery(server, id, undefined, client.ClientSecretBasic(secret), oauth),
  key: async () => client.discovery(server, id, undefined, client.PrivateKeyJwt(await signer()), oauth),
  none: () => client.discovery(server, id, undefined, client.None(), oauth),
};
const config = await discover[order.auth]();
const { scope } = order;

// A code, its tokens, a refresh, a revocation, and the code once more.
async function code() {
  if (!config.serverMetadata().supportsPKCE()) throw new Error("the metadata does not speak of PKCE");
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const expectedState = client.randomState();
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: order.redirect_uri,
    scope,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: "S256",
    state: expectedState,
  });
  const callback = await visit(url);
  const exchange = () => client.authorizationCodeGrant(config, callback, { pkceCodeVerifier, expectedState });
  const first = await exchange();
  const infoUrl = new URL(config.serverMetadata().token_info_endpoint);
  const info = await json(await client.fetchProtectedResource(config, first.access_token, infoUrl, "GET"));
  const refreshed = await client.refreshTokenGrant(config, first.refresh_token);
  await ask({ tokens: [first, refreshed], info });
  await client.tokenRevocation(config, refreshed.refresh_token);
  await ask({ revoked: true });
  await exchange();
}

// A token of the app's own, which it introspects.
async function clientCredentials() {
  const token = await client.clientCredentialsGrant(config, { scope });
  await ask({ tokens: [token], introspected: await client.tokenIntrospection(config, token.access_token) });
}

// Tokens for a device; the library polls.
async function device() {
  const answer = await client.initiateDeviceAuthorization(config, { scope });
  say({ approve: answer });
  await ask({ tokens: [await client.pollDeviceAuthorizationGrant(config, answer)] });
}

await run({ code, client_credentials: clientCredentials, device }, (error) => error.error ?? error.code);
