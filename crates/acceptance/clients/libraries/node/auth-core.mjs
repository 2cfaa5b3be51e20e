// Auth.js (@auth/core): a site with a provider of its own, and no framework.

import { createServer } from "node:http";
import { Auth } from "@auth/core";
import { order, say } from "./talk.mjs";

const origin = `http://localhost:${order.port}`;
const { scope } = order;
const refusals = [];

const provider = {
  // Plain OAuth: every endpoint is named.
  site: {
    type: "oauth",
    // Without its issuer, the library takes each answer that names one for that of somebody else.
    ...(order.auth === "without_issuer" ? {} : { issuer: order.issuer }),
    // Without a scope of its own it asks for those of OpenID Connect.
    authorization: { url: order.authorization_endpoint, params: { scope } },
    token: order.token_endpoint,
    userinfo: order.token_info_endpoint,
    checks: ["pkce", "state"],
    profile: (info) => ({ id: info.user_id, name: info.user_id }),
  },
  // OpenID Connect: the issuer is enough.
  sign_in: {
    type: "oidc",
    issuer: order.issuer,
    authorization: { params: { scope } },
    checks: ["pkce", "state", "nonce"],
    // Name and address are told at userinfo; untold, the library looks into the ID token alone.
    idToken: false,
  },
}[order.flow];

const config = {
  basePath: "/auth",
  secret: "of a test",
  trustHost: true,
  providers: [
    {
      id: "valetkey",
      name: "Valetkey",
      ...provider,
      clientId: order.client_id,
      clientSecret: order.client_secret,
      // Untold, the secret goes into the header.
      client: order.auth === "post" ? { token_endpoint_auth_method: "client_secret_post" } : {},
    },
  ],
  callbacks: {
    // The tokens live in the session; the library never refreshes them.
    jwt: ({ token, account }) => (account ? { ...token, tokens: account } : token),
    session: ({ session, token }) => ({ ...session, tokens: [token.tokens] }),
  },
  logger: {
    error: (error) => refusals.push({ type: error.name, code: error.cause?.err?.code ?? error.cause?.error }),
    warn() {},
    debug() {},
  },
};

async function requestOf(message) {
  const chunks = [];
  for await (const chunk of message) chunks.push(chunk);
  return new Request(origin + message.url, {
    method: message.method,
    headers: Object.entries(message.headers).map(([name, value]) => [name, String(value)]),
    body: chunks.length > 0 ? Buffer.concat(chunks) : undefined,
  });
}

const site = createServer(async (message, reply) => {
  if (message.url === "/refusals") {
    reply.setHeader("Content-Type", "application/json");
    return reply.end(JSON.stringify({ refused: refusals.at(-1) }));
  }
  const response = await Auth(await requestOf(message), config);
  reply.statusCode = response.status;
  response.headers.forEach((value, name) => {
    if (name !== "set-cookie") reply.setHeader(name, value);
  });
  reply.setHeader("Set-Cookie", response.headers.getSetCookie());
  reply.end(Buffer.from(await response.arrayBuffer()));
});

site.listen(order.port, "127.0.0.1", () => say({ site: true }));
