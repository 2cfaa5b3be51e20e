// From what `valetkey dev` prints to a token of an app that its developer registered by page: at most eight page loads
// and six typed fields, with nothing known but what the screens say.

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { heading, press } from "../acts.mjs";

const MOST_LOADS = 8;
const MOST_FIELDS = 6;

export async function walk(stage) {
  const { site } = stage;
  const page = await stage.tab();
  const counted = counting(page);
  await page.goto(site.apps);
  await stage.look(page, "sign-in");
  await counted.type("#email", site.user.email);
  await counted.type("#password", site.user.password);
  await press(page, "#sign-in");
  await stage.look(page, "apps");
  const app = await make(stage, page, counted);

  const asked = question(site, app);
  await page.goto(asked.url);
  assert.equal(await heading(page), "Allow My first app to use your Valetkey dev account?");
  await stage.lookForReaders(page, "consent", 440);
  await press(page, "#allow");
  const { searchParams } = new URL(page.url());
  assert.equal(searchParams.get("state"), asked.state);
  const exchange = await page.locator("#exchange").innerText();
  assert.ok(exchange.includes(`-d code=${searchParams.get("code")} `), exchange);
  await stage.lookForReaders(page, "code", 720);

  const token = await redeemed(site, app, searchParams.get("code"), asked.verifier);
  const tasks = await fetch(site.tasks_api, { headers: { Authorization: `Bearer ${token}` } });
  assert.equal(tasks.status, 200, "the token opens the API");
  assert.ok(counted.loads <= MOST_LOADS, `${counted.loads} page loads`);
  assert.ok(counted.fields <= MOST_FIELDS, `${counted.fields} typed fields`);
  console.log(`${counted.loads} page loads, ${counted.fields} typed fields`);
  await page.goto(asked.url);
  assert.ok(page.url().startsWith(`${site.your_app}?code=`), "nobody is asked twice");
  await apart(stage, site);
}

// Counts the pages that the tab loads and the fields that are typed into. An address that is not free to type, such as
// the link to the provider, is pasted into the browser: it counts as a page.
function counting(page) {
  const counted = { loads: 0, fields: 0 };
  page.on("framenavigated", (frame) => {
    if (frame === page.mainFrame()) counted.loads += 1;
  });
  counted.type = async (field, text) => {
    counted.fields += 1;
    await page.fill(field, text);
  };
  return counted;
}

// Registers the app, and reads its credentials off the page.
async function make(stage, page, counted) {
  await press(page, "#new-app");
  await stage.look(page, "new-app");
  await counted.type("#name", "My first app");
  await counted.type("#homepage", "https://app.example");
  await counted.type("#redirect-1", stage.site.your_app);
  await press(page, "#create");
  await stage.lookForReaders(page, "secret", 440);
  assert.equal(await page.getAttribute("#next", "href"), "/developers", "what comes next is told");
  return { id: await page.inputValue("#client-id"), secret: await page.inputValue("#client-secret") };
}

// The address that the app sends a person to, with what it remembers of it.
function question(site, app) {
  const [state, verifier] = [randomBytes(16).toString("hex"), randomBytes(32).toString("hex")];
  const url = new URL("/oauth2/authorize", site.issuer);
  url.search = new URLSearchParams({
    response_type: "code",
    client_id: app.id,
    redirect_uri: site.your_app,
    state,
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
  });
  return { url: url.href, state, verifier };
}

// The access token for a code, from the token endpoint.
async function redeemed(site, app, code, verifier) {
  const answer = await fetch(new URL("/oauth2/token", site.issuer), {
    method: "POST",
    headers: { Authorization: `Basic ${Buffer.from(`${app.id}:${app.secret}`).toString("base64")}` },
    body: new URLSearchParams({
      grant_type: "authorization_code",
      code,
      redirect_uri: site.your_app,
      code_verifier: verifier,
    }),
  });
  assert.equal(answer.status, 200, "the code is exchanged");
  const { access_token: token } = await answer.json();
  assert.ok(token, "a token");
  return token;
}

// The same page for whoever comes to it first, by the demo app: it says what to register, and where.
async function apart(stage, site) {
  const page = await stage.tab();
  await page.goto(site.demo_app);
  await press(page, "#your-app");
  assert.equal(page.url(), site.your_app);
  assert.equal(await page.locator("#redirect-uri").innerText(), site.your_app);
  assert.equal(await page.getAttribute("#apps", "href"), site.apps);
  await stage.look(page, "your-app");
}
