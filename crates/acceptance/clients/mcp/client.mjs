// @modelcontextprotocol/client: an MCP server is called by its address alone, before and after a token has expired, and once
// for more than was allowed.

import {
  Client,
  DpopSession,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from "@modelcontextprotocol/client";
import { ask, order, run, say } from "../libraries/node/talk.mjs";

// What the library leaves to the app that uses it: to keep things, and to open a browser.
class Kept {
  redirectUrl = order.redirect_uri;
  clientMetadataUrl = order.document ?? undefined;
  clientMetadata = {
    client_name: "Note Keeper",
    redirect_uris: [order.redirect_uri],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    token_endpoint_auth_method: order.auth,
  };
  #state = crypto.randomUUID();

  constructor(session) {
    if (session) this.dpop = () => session;
  }

  state() {
    return this.#state;
  }
  clientInformation() {
    return this.client;
  }
  saveClientInformation(client) {
    this.client = client;
  }
  tokens() {
    return this.kept;
  }
  saveTokens(tokens) {
    this.kept = tokens;
  }
  saveCodeVerifier(verifier) {
    this.verifier = verifier;
  }
  codeVerifier() {
    return this.verifier;
  }
  saveDiscoveryState(found) {
    this.found = found;
  }
  discoveryState() {
    return this.found;
  }
  redirectToAuthorization(url) {
    this.question = url;
  }
  invalidateCredentials(what) {
    say({ forgotten: what });
  }

  // A person's browser visits the provider, and comes back with what the library is then told.
  async visited() {
    const { callback } = await ask({ visit: String(this.question) });
    const params = new URL(callback).searchParams;
    if (params.get("state") !== this.#state) throw new Error("somebody else's callback");
    return params;
  }
}

const kept = new Kept(order.dpop ? await DpopSession.create() : undefined);
let client;

async function connect() {
  const transport = new StreamableHTTPClientTransport(new URL(order.server), { authProvider: kept });
  client = new Client(
    { name: "note-keeper", version: "1.0.0" },
    { versionNegotiation: { mode: order.mode ?? "auto" } },
  );
  try {
    await client.connect(transport);
  } catch (error) {
    if (!(error instanceof UnauthorizedError)) throw error;
    await transport.finishAuth(await kept.visited());
    await connect();
  }
}

async function call(name, args) {
  const { transport } = client;
  try {
    return await client.callTool({ name, arguments: args });
  } catch (error) {
    if (!(error instanceof UnauthorizedError)) throw error;
    await transport.finishAuth(await kept.visited());
    return client.callTool({ name, arguments: args });
  }
}

function told(result) {
  return { called: result.content[0].text, failed: result.isError ?? false, tokens: kept.kept, client: kept.client };
}

async function notes() {
  await connect();
  const { tools } = await client.listTools();
  await ask({ tools: tools.map((tool) => tool.name).sort() });
  await ask(told(await call("read_notes", {})));
  await ask(told(await call("read_notes", {})));
  await ask(told(await call("write_note", { text: "buy milk" })));
  await ask(told(await call("read_notes", {})));
  await client.close();
}

await run({ notes }, (error) => error.code);
