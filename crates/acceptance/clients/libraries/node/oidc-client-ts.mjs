// oidc-client-ts: a page without a server of its own, in Chromium. The provider is told of by its issuer alone.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { press, signIn } from "../../browser/acts.mjs";
import { Stage } from "../../browser/stage.mjs";
import { ask, order, run } from "./talk.mjs";

const origin = new URL(order.redirect_uri).origin;
const library = new URL("../../node_modules/oidc-client-ts/dist/browser/oidc-client-ts.min.js", import.meta.url);
const settings = {
  authority: order.issuer,
  client_id: order.client_id,
  redirect_uri: order.redirect_uri,
  post_logout_redirect_uri: order.post_logout_redirect_uri,
  scope: order.scope,
  // Untold, the library shows what is in the ID token.
  loadUserInfo: true,
  // Untold, it keeps what is not about the person to itself, the nonce among it.
  filterProtocolClaims: false,
  automaticSilentRenew: false,
};
const files = {
  "/library.js": ["text/javascript", await readFile(library)],
  "/page.js": ["text/javascript", `globalThis.manager = new oidc.UserManager(${JSON.stringify(settings)});`],
};
const page = ["text/html", `<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>App</title>
<script src="/library.js"></script><script src="/page.js"></script><h1>App</h1>`];

const server = createServer((request, response) => {
  const [type, body] = files[new URL(request.url, origin).pathname] ?? page;
  response.setHeader("Content-Type", `${type}; charset=utf-8`).end(body);
});
await new Promise((done) => server.listen(order.port, "127.0.0.1", done));
const stage = await Stage.open({ chromium: order.chromium, script: true, scheme: "light", language: "en" });

// Has the page do something that leads away from it.
async function leave(tab, act) {
  await Promise.all([tab.waitForEvent("domcontentloaded"), tab.evaluate(act)]);
}

async function visit(tab) {
  await tab.goto(origin);
  await leave(tab, () => void manager.signinRedirect({ nonce: "of-this-sign-in" }));
}

async function signInAndOut() {
  const tab = await stage.tab();
  await visit(tab);
  await signIn(tab, order.person);
  await press(tab, "#allow");
  const first = await tab.evaluate(() => manager.signinRedirectCallback().then(({ profile }) => profile));
  // With a refresh token no frame is needed.
  const second = await tab.evaluate(() => manager.signinSilent().then(({ profile }) => profile));
  await ask({ identity: first, info: first, refreshed: second });
  await leave(tab, () => void manager.signoutRedirect({ state: "bye" }));
  await tab.evaluate(() => manager.signoutRedirectCallback());
  stage.assertQuiet();
  // Nobody is signed in there any more.
  await visit(tab);
  await ask({ left: await tab.locator("#password").count() });
}

// Somebody else's answer, which this browser asked nobody for.
async function forged() {
  const tab = await stage.tab();
  await tab.goto(`${order.redirect_uri}?code=of-somebody-else&state=forged`);
  const refused = await tab.evaluate(() => manager.signinRedirectCallback().catch(({ message }) => message));
  throw Object.assign(new Error(refused), { code: refused });
}

await run({ sign_in: signInAndOut, forged }, (error) => error.code).finally(() => stage.close());
server.closeAllConnections();
server.close();
