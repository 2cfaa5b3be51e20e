// A documented provider as its documentation tells it: a developer goes the printed way to the printed button, fills in
// the printed fields and reads the credentials; at once another person follows the printed link, and the printed command
// or sample is run.
//
// SITE: `provider` (its name), `issuer`, `portal` (where developers go), `developer` and `user` (email and password), `client` (a port for an app).

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { heading, press, signIn, text } from "../acts.mjs";

const run = promisify(execFile);

export async function walk(stage) {
  const { provider } = stage.site;
  const documented = PROVIDERS[provider];
  const app = await registered(stage, documented);
  await documented.used(stage, app);
}

// Goes the documented way and registers the app by page.
async function registered(stage, { path, trail, button, first, fields }) {
  const { issuer, portal, developer, provider } = stage.site;
  const page = await stage.tab();
  await page.goto(`${portal}${path}`);
  assert.equal(new URL(page.url()).origin, issuer, "whoever it is signs in at the issuer");
  await signIn(page, developer);
  assert.equal(new URL(page.url()).origin, portal, "and is back");
  if (trail.length > 0) assert.equal(await page.locator(".trail").innerText(), trail.join(" › "), "the menu trail");
  if (first) await first(stage, page);
  await press(page, page.getByRole("link", { name: button, exact: true }));
  for (const [label, value] of fields(stage)) await page.getByLabel(label, { exact: true }).first().fill(value);
  await stage.look(page, `${provider}-form`);
  await press(page, page.getByRole("button", { name: button, exact: true }));
  const app = { id: await page.inputValue("#client-id"), secret: await page.inputValue("#client-secret") };
  assert.match(app.secret, /^cs_/, "the secret is shown");
  if (stage.script) assert.equal(await page.locator("button.show").count(), 2, "both have a control to copy them");
  await stage.look(page, `${provider}-secret`);
  return app;
}

// Apps are run by organizations: the developer starts one.
async function startOrganization(stage, page) {
  await press(page, "#new-app");
  await press(page, page.locator(".box.note a"));
  await page.fill("#name", "Ops GmbH");
  await press(page, "#found");
  await page.goto(`${stage.site.issuer}/app/organization/developer-settings`);
}

// A printed link in the browser of another person, who signs in and allows it: what comes back to the app. Nothing
// listens at most of the printed addresses, and no test asks the world for them: the browser finds no way there.
async function allowed(stage, link, callback, look = async () => {}) {
  const page = await stage.tab();
  await page.goto(link);
  await signIn(page, stage.site.user);
  await stage.look(page, `${stage.site.provider}-consent`);
  await look(page);
  const isBack = (request) => request.url().startsWith(`${callback}?`);
  const gone = page.waitForEvent("requestfailed", isBack);
  await page.locator("#allow").click();
  const back = new URL((await gone).url());
  await page.close();
  stage.complaints = stage.complaints.filter((complaint) => !complaint.includes(callback));
  return back.searchParams;
}

// Runs curl and returns the JSON that it prints; an answer that is none of success fails.
async function curl(...args) {
  const { stdout } = await run("curl", ["--silent", "--show-error", "--fail-with-body", "--max-time", "30", ...args]);
  return JSON.parse(stdout);
}

// Fields as `-d` takes them one by one.
function data(fields) {
  return Object.entries(fields).flatMap(([name, value]) => ["-d", `${name}=${value}`]);
}

const PROVIDERS = {
  opsduty: {
    path: "/app/organization/developer-settings",
    trail: ["Organization", "Developer Settings"],
    first: startOrganization,
    button: "Create an app",
    fields: () => [
      ["Name", "Terminal"],
      ["Homepage URL", "https://client.example"],
      ["Redirect URL", "http://localhost:9876/callback"],
    ],
    used: terminal,
  },
  appexample: {
    path: "/settings/developers/oauth-apps",
    trail: ["Settings", "Developers", "OAuth Apps"],
    button: "New OAuth App",
    fields: ({ site }) => [
      ["Application Name", "My Awesome App"],
      ["Homepage URL", "https://myapp.com"],
      ["Authorization Callback URL", `http://localhost:${site.client}/oauth/callback`],
      ["Description", "My integration with Product"],
    ],
    used: sampleApp,
  },
  miwa: {
    path: "/apps",
    trail: [],
    button: "Create an app",
    fields: () => [
      ["Name", "Night Owl"],
      ["Homepage URL", "https://example.com"],
      ["Redirect URL", "https://example.com/callback"],
    ],
    used: everyParameter,
  },
  digitalocean: {
    path: "/apps",
    trail: ["Developers", "Applications"],
    button: "Register a new application",
    fields: () => [
      ["Application Name", "Thedropletbook App"],
      ["Application Website", "https://dropletbook.com"],
      ["Redirect/Callback URL", "https://dropletbook.com/callback"],
    ],
    used: inTheQuery,
  },
  sqowey: {
    path: "/",
    trail: [],
    button: "Create Application",
    fields: () => [
      ["Name", "Cool Page"],
      ["Homepage URL", "https://cool.page"],
      ["Redirect URL", "https://cool.page/sqowey/auth_redir/"],
    ],
    used: withoutRedirectUri,
  },
};

// What the documented terminal client asks, in its own browser window and at the token endpoint: no scope, PKCE, Basic.
async function terminal(stage, app) {
  const { issuer } = stage.site;
  const callback = "http://localhost:9876/callback";
  const verifier = randomBytes(32).toString("base64url");
  const state = randomBytes(16).toString("base64url");
  const query = new URLSearchParams({
    client_id: app.id,
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
    nonce: randomBytes(16).toString("base64url"),
    redirect_uri: callback,
    response_mode: "query",
    response_type: "code",
    state,
  });
  const back = await allowed(stage, `${issuer}/oauth2/authorize/?${query}`, callback);
  assert.equal(back.get("state"), state);
  const fields = { grant_type: "authorization_code", code: back.get("code"), code_verifier: verifier, redirect_uri: callback };
  const tokens = await curl("--user", `${app.id}:${app.secret}`, ...data(fields), `${issuer}/oauth2/token/`);
  assert.equal(tokens.token_type, "Bearer");
  assert.equal(tokens.scope, "api api:v1", "the default scopes");
  assert.ok(tokens.refresh_token, "a token to renew it with");
}

// The documented web app, on its server: the person signs in, and the app asks who they are.
async function sampleApp(stage, app) {
  const { issuer, client, user } = stage.site;
  const file = fileURLToPath(new URL("../../express_app.mjs", import.meta.url));
  const environment = { ...process.env, PORT: `${client}`, PROVIDER: issuer, CLIENT_ID: app.id, CLIENT_SECRET: app.secret };
  const server = spawn(process.execPath, [file], { env: environment, stdio: "ignore" });
  try {
    const page = await stage.tab();
    await cameUp(page, `http://localhost:${client}/login`);
    await signIn(page, user);
    await stage.look(page, "appexample-consent");
    await page.locator("#allow").click();
    await page.waitForURL(`http://localhost:${client}/dashboard`);
    const told = JSON.parse(await page.locator("body").innerText());
    assert.equal(told.client_id, app.id);
    assert.match(told.user_id, /^user_/);
    assert.deepEqual(told.scopes, ["tasks:read", "tasks:write"]);
    await page.goto(`http://localhost:${client}/renew`);
    assert.deepEqual(JSON.parse(await page.locator("body").innerText()).scopes, told.scopes, "renewed without anybody");
    await page.close();
    stage.complaints = stage.complaints.filter((complaint) => !complaint.includes(`localhost:${client}`));
  } finally {
    server.kill();
  }
}

// Opens a page of a server that has just been started.
async function cameUp(page, url) {
  for (let tries = 100; ; tries -= 1) {
    try {
      await fetch(url, { redirect: "manual" });
      break;
    } catch (error) {
      if (tries === 0) throw error;
      await page.waitForTimeout(100);
    }
  }
  await page.goto(url);
}

// The documented commands: every parameter in a form.
async function everyParameter(stage, app) {
  const { issuer } = stage.site;
  const redirect_uri = "https://example.com/callback";
  const link = `${issuer}/oauth2/authorize?client_id=${app.id}&redirect_uri=${redirect_uri}&response_type=code&scope=identify`;
  const back = await allowed(stage, link, redirect_uri);
  const credentials = { client_id: app.id, client_secret: app.secret };
  const post = (fields) =>
    curl("-X", "POST", `${issuer}/api/oauth2/token`, "-H", "Content-Type: application/x-www-form-urlencoded", ...data(fields));
  const first = await post({ ...credentials, code: back.get("code"), grant_type: "authorization_code", redirect_uri });
  assert.equal(first.expires_in, 3600);
  const second = await post({ ...credentials, refresh_token: first.refresh_token, grant_type: "refresh_token" });
  assert.notEqual(second.access_token, first.access_token);
  assert.notEqual(second.refresh_token, first.refresh_token);
}

// The documented link, prompt and requests: every parameter in the query string.
async function inTheQuery(stage, app) {
  const { issuer, user } = stage.site;
  const redirect_uri = "https://dropletbook.com/callback";
  const link = `${issuer}/v1/oauth/authorize?response_type=code&client_id=${app.id}&redirect_uri=${redirect_uri}&scope=read`;
  const back = await allowed(stage, link, redirect_uri, async (page) => {
    assert.match(await heading(page), /Thedropletbook App/);
    assert.ok((await text(page)).includes(user.email), "the prompt names the account");
    assert.equal(await page.locator("#allow").innerText(), "Authorize Application");
  });
  const credentials = { client_id: app.id, client_secret: app.secret };
  const post = (fields) =>
    curl("-X", "POST", `${issuer}/v1/oauth/token?${new URLSearchParams({ ...credentials, ...fields })}`);
  const tokens = await post({ grant_type: "authorization_code", code: back.get("code"), redirect_uri });
  assert.equal(tokens.token_type, "bearer");
  assert.equal(tokens.expires_in, 2592000);
  assert.equal(typeof tokens.uid, "number");
  assert.equal(tokens.info.email, user.email);
  await post({ grant_type: "refresh_token", refresh_token: tokens.refresh_token });
}

// The documented link and exchange, which names no redirect URI.
async function withoutRedirectUri(stage, app) {
  const { issuer } = stage.site;
  const callback = "https://cool.page/sqowey/auth_redir/";
  const state = "59174eb5c8c8ca4f303f3bdbf9";
  const link = `${issuer}/oauth2/auth?client_id=${app.id}&scope=identity&state=${state}&redirect_uri=${callback}&response_type=code`;
  const back = await allowed(stage, link, callback);
  assert.equal(back.get("state"), state, "the state comes back");
  const credentials = { client_id: app.id, client_secret: app.secret };
  const post = (fields) => curl(...data({ ...credentials, ...fields }), `${issuer}/oauth2/token`);
  const tokens = await post({ grant_type: "authorization_code", code: back.get("code") });
  assert.equal(tokens.scope, undefined, "the documented answer names none");
  assert.notEqual(tokens.access_token, back.get("code"));
  await post({ grant_type: "refresh_token", refresh_token: tokens.refresh_token });
}
