// Desktop apps are often reached through a web callback: it answers the code with a 307 to a program on loopback, or
// to a scheme of the app's own. Both hops are redirects of our form, so a `form-action` of ours would stop them.

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { join } from "node:path";
import { heading, press, signIn } from "../acts.mjs";

const { DESKTOP } = process.env;

export async function walk(stage) {
  const web = new WebCallback(stage.site, JSON.parse(DESKTOP));
  const program = createServer((_, response) => {
    response.setHeader("Content-Type", "text/html; charset=utf-8");
    response.end('<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>Program</title><h1>Program</h1>');
  });
  await new Promise((done) => program.listen(0, "127.0.0.1", done));
  const onLoopback = `http://127.0.0.1:${program.address().port}/done`;
  await web.listen();
  try {
    const person = await stage.person({ ignoreHTTPSErrors: true });
    // From the sign-in form by way of what is remembered, and from the consent form.
    for (const onward of [onLoopback, onLoopback]) {
      const page = await stage.tab(person);
      web.onward = onward;
      await page.goto(web.link("tasks:read"));
      if ((await heading(page)) === "Sign in") await signIn(page, stage.site.user);
      if (/^Allow/.test(await heading(page))) await press(page, "#allow");
      assert.equal(await heading(page), "Program");
      assert.ok(web.codes.pop(), "a code came");
      await page.goto(`${stage.site.issuer}/account`);
      await press(page, "#sign-out");
      await page.close();
    }

    // Nothing here opens such a scheme: Chromium asks the system and stays where it is. It must have got so far.
    const page = await stage.tab(person);
    web.onward = "claude://oauth/done";
    await page.goto(web.link("tasks:write"));
    await signIn(page, stage.site.user);
    const asked = page.waitForEvent("requestfailed", (request) => request.isNavigationRequest());
    await page.locator("#allow").click();
    const failed = await asked;
    assert.ok(web.codes.pop(), "a code came");
    assert.doesNotMatch(failed.failure().errorText, /CSP/);
    stage.complaints = stage.complaints.filter((complaint) => !/claude:|localhost:\d+\/callback/.test(complaint));
  } finally {
    web.close();
    program.closeAllConnections();
    program.close();
  }
}

// The web callback of a desktop app.
class WebCallback {
  constructor(site, desktop) {
    Object.assign(this, { site, desktop, codes: [], onward: undefined });
  }

  async listen() {
    const { folder, port } = this.desktop;
    const [cert, key] = await Promise.all(["cert.pem", "key.pem"].map((name) => readFile(join(folder, name))));
    this.server = createTlsServer({ cert, key }, (request, response) => {
      const code = new URL(request.url, "https://localhost").searchParams.get("code");
      if (code) this.codes.push(code);
      response.writeHead(307, { Location: `${this.onward}?code=${code}` }).end();
    });
    await new Promise((done) => this.server.listen(port, "127.0.0.1", done));
  }

  link(scope) {
    const { client_id, port } = this.desktop;
    const url = new URL(`${this.site.issuer}/oauth2/authorize`);
    const redirect_uri = `https://localhost:${port}/callback`;
    const code_challenge = createHash("sha256").update(randomBytes(32)).digest("base64url");
    const pkce = { code_challenge, code_challenge_method: "S256" };
    url.search = new URLSearchParams({ response_type: "code", client_id, redirect_uri, scope, state: "s", ...pkce });
    return url.href;
  }

  close() {
    this.server.closeAllConnections();
    this.server.close();
  }
}
