// An MCP server behind Valetkey. `docs/how-to/mcp-server-in-node.md` says how it is run.

import { createServer } from "node:http";
import { toNodeHandler } from "@modelcontextprotocol/node";
import {
  createMcpHandler,
  fromJsonSchema,
  getOAuthProtectedResourceMetadataUrl,
  hostHeaderValidationResponse,
  McpServer,
  oauthMetadataResponse,
  OAuthError,
  OAuthErrorCode,
  originValidationResponse,
  requireBearerAuth,
  requireScopes,
} from "@modelcontextprotocol/server";

// The address of this server as clients know it, which is also what names it at the provider.
const RESOURCE = setting("RESOURCE");
const address = new URL(RESOURCE);
const issuer = new URL(setting("ISSUER"));
const credential = btoa(`${setting("CLIENT_ID")}:${setting("CLIENT_SECRET")}`);
const [READ, WRITE] = ["notes:read", "notes:write"];

function setting(name) {
  if (process.env[name]) return process.env[name];
  console.error(`set ${name}`);
  process.exit(1);
}

async function asked(url, options) {
  try {
    const answer = await fetch(url, { ...options, signal: AbortSignal.timeout(5000) });
    if (!answer.ok) throw new Error(`it answers ${answer.status}`);
    return await answer.json();
  } catch (error) {
    console.error(`${url} cannot be asked: ${error.cause?.message ?? error.message}`);
    throw error;
  }
}

// Asks the provider about every token (RFC 7662), so that one which is taken back is refused at once.
async function verifyAccessToken(token) {
  const told = await asked(provider.introspection_endpoint, {
    method: "POST",
    headers: { Authorization: `Basic ${credential}` },
    body: new URLSearchParams({ token }),
  });
  // Not one for another API; nor one that is bound to a key (RFC 9449), of which no proof is asked here.
  if (!told.active || ![told.aud].flat().includes(RESOURCE) || told.cnf) {
    throw new OAuthError(OAuthErrorCode.InvalidToken, "The token is not known, or not for this server");
  }
  return { token, clientId: told.client_id, scopes: told.scope.split(" "), expiresAt: told.exp, extra: { subject: told.sub } };
}

const provider = await asked(new URL(`/.well-known/oauth-authorization-server${issuer.pathname.replace(/\/$/, "")}`, issuer))
  .catch(() => process.exit(1));
// A wrong credential is better known now than at the first request.
await verifyAccessToken("none").catch((error) => error instanceof OAuthError || process.exit(1));

const notes = new Map();

function server() {
  const server = new McpServer({ name: "notes", version: "0.1.0" });
  const text = (text) => ({ content: [{ type: "text", text }] });
  server.registerTool("read_notes", { description: "Reads all notes." }, ({ http }) => {
    return text(notes.get(http.authInfo.extra.subject)?.join("\n") ?? "no notes yet");
  });
  const note = { type: "object", properties: { text: { type: "string" } }, required: ["text"] };
  const writing = {
    description: "Writes a note.",
    inputSchema: fromJsonSchema(note),
    // The challenge names all that is needed, so that nobody loses what they had.
    scopeChallenge: requireScopes(READ, WRITE),
  };
  server.registerTool("write_note", writing, (note, { http }) => {
    const { subject } = http.authInfo.extra;
    notes.set(subject, [...(notes.get(subject) ?? []), note.text]);
    return text("written");
  });
  return server;
}

const described = { oauthMetadata: provider, resourceServerUrl: address, scopesSupported: [READ, WRITE] };
const authenticated = requireBearerAuth({
  verifier: { verifyAccessToken },
  requiredScopes: [READ],
  resourceMetadataUrl: getOAuthProtectedResourceMetadataUrl(address),
});
const mcp = createMcpHandler(server);

async function answer(request) {
  const refused =
    hostHeaderValidationResponse(request, [address.hostname]) ?? originValidationResponse(request, [address.hostname]);
  const document = refused ?? oauthMetadataResponse(request, described);
  if (document) return document;
  if (new URL(request.url).pathname !== address.pathname) return new Response(null, { status: 404 });
  const authInfo = await authenticated(request);
  return authInfo instanceof Response ? authInfo : mcp.fetch(request, { authInfo });
}

const [host, port] = (process.env.LISTEN ?? "127.0.0.1:8083").split(/:(?=\d+$)/);
createServer(toNodeHandler({ fetch: answer })).listen(port, host, () => console.log(`notes for MCP clients at ${RESOURCE}`));
