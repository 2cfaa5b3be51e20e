// openid-client: tokens that are bound to a key (RFC 9449). The library takes up nonces by itself.

import * as client from "openid-client";
import { ask, json, order, run, visit } from "./talk.mjs";

const server = new URL(order.issuer);
const oauth = { algorithm: "oauth2" };
const config = await client.discovery(server, order.client_id, undefined, client.None(), oauth);
const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair("ES256"));

// A code that is bound to the key, its tokens, what they open, and a refresh.
async function code() {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const expectedState = client.randomState();
  const question = {
    redirect_uri: order.redirect_uri,
    scope: order.scope,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: "S256",
    state: expectedState,
    dpop_jkt: await DPoP.calculateThumbprint(),
  };
  const callback = await visit(client.buildAuthorizationUrl(config, question));
  const checks = { pkceCodeVerifier, expectedState };
  const first = await client.authorizationCodeGrant(config, callback, checks, undefined, { DPoP });
  const infoUrl = new URL(config.serverMetadata().token_info_endpoint);
  const open = async (token) =>
    json(await client.fetchProtectedResource(config, token, infoUrl, "GET", undefined, undefined, { DPoP }));
  const info = await open(first.access_token);
  const refreshed = await client.refreshTokenGrant(config, first.refresh_token, undefined, { DPoP });
  await ask({ tokens: [first, refreshed], info: [info, await open(refreshed.access_token)] });
}

await run({ code }, (error) => error.error ?? error.code);
