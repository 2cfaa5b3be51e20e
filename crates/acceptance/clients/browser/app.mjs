// An app that notes what the provider sends back: any number of requests may be under way at once.

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { createServer } from "node:http";

export class App {
  // Listens on a free port; the demo app's registration takes `localhost` with any.
  static async listen(site) {
    const app = new App(site);
    await new Promise((done) => app.server.listen(0, "127.0.0.1", done));
    app.callback = `http://localhost:${app.server.address().port}/callback`;
    return app;
  }

  constructor(site) {
    this.site = site;
    // Where the app sends its visitor on to, when it does.
    this.onward = undefined;
    this.verifiers = new Map();
    this.answers = new Map();
    this.server = createServer((request, response) => {
      const query = Object.fromEntries(new URL(request.url, "http://localhost").searchParams);
      if (query.state) this.answers.set(query.state, query);
      if (this.onward) return response.writeHead(303, { Location: this.onward }).end();
      response.setHeader("Content-Type", "text/html; charset=utf-8");
      response.end('<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>Back</title><h1>Back</h1>');
    });
  }

  // The link that starts a request called `state`.
  link(state, scope = "tasks:read") {
    const verifier = randomBytes(32).toString("base64url");
    this.verifiers.set(state, verifier);
    const url = new URL(`${this.site.issuer}/oauth2/authorize`);
    url.search = new URLSearchParams({
      response_type: "code",
      client_id: this.site.app.client_id,
      redirect_uri: this.callback,
      scope,
      state,
      code_challenge: createHash("sha256").update(verifier).digest("base64url"),
      code_challenge_method: "S256",
    });
    return url.href;
  }

  // The code that came back for `state`, traded for tokens.
  async tokens(state) {
    const answer = this.answers.get(state);
    assert.ok(answer?.code, `a code came back for ${state}: ${JSON.stringify(answer)}`);
    const { client_id, client_secret } = this.site.app;
    const reply = await fetch(`${this.site.issuer}/oauth2/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "authorization_code",
        code: answer.code,
        redirect_uri: this.callback,
        code_verifier: this.verifiers.get(state),
        client_id,
        client_secret,
      }),
    });
    const tokens = await reply.json();
    assert.equal(reply.status, 200, JSON.stringify(tokens));
    return tokens;
  }

  close() {
    this.server.closeAllConnections();
    this.server.close();
  }
}
