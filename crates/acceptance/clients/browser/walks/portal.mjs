// A developer makes an app by page and runs it: its secret shown once, its settings, a wrong redirect URL explained, a
// secret added, rotated and revoked, the app deleted and brought back.
//
// Pages are known by their forms and not by their words, so it is walked in any language.

import assert from "node:assert/strict";
import { heading, press, signIn } from "../acts.mjs";

const CALLBACK = "https://board.example.org/oauth/callback";

export async function walk(stage) {
  const { issuer, user } = stage.site;
  const page = await stage.tab();
  await page.goto(`${issuer}/apps`);
  await signIn(page, user);
  assert.equal(new URL(page.url()).pathname, "/apps", "the sign-in leads back");
  await look(stage, page, "apps-before");

  await press(page, "#new-app");
  await look(stage, page, "new-app");
  await page.fill("#name", "Bulletin Board");
  await page.fill("#homepage", "javascript:alert(1)");
  await page.fill("#redirect-1", `${CALLBACK}#fragment`);
  // The browser's own check of addresses is not what is looked at here.
  await page.locator("#create").evaluate((button) => button.form.setAttribute("novalidate", "")).catch(() => {});
  await press(page, "#create");
  assert.equal(await page.locator("#problem li").count(), 2, "both are told at once");
  assert.equal(await page.inputValue("#name"), "Bulletin Board", "what was typed is kept");
  await look(stage, page, "new-app-problems");
  await page.fill("#homepage", "https://board.example.org");
  await page.fill("#redirect-1", CALLBACK);
  await press(page, "#create");
  const clientId = await page.inputValue("#client-id");
  const secret = await page.inputValue("#client-secret");
  assert.match(secret, /^cs_/);
  await beside(stage, page);
  await look(stage, page, "secret-once");

  await press(page, "#go-on");
  assert.equal(await heading(page), "Bulletin Board");
  assert.ok(!(await page.content()).includes(secret), "the secret is shown once");
  await look(stage, page, "app");
  await page.fill("#check", `${CALLBACK}/`);
  await press(page, "#check-button");
  assert.equal(await page.locator(".compared mark").first().innerText(), "/", "the first difference");
  await look(stage, page, "redirect-check");

  await understand(stage, page, clientId);

  await page.fill("#description", "Notes on a wall.");
  await press(page, "#save");
  assert.equal(await page.inputValue("#description"), "Notes on a wall.");
  assert.equal(await page.inputValue("#client-id"), clientId, "the client id stays");

  await page.click("#add-secret");
  await page.fill("#secret-name", "staging");
  await press(page, "#make-secret");
  assert.notEqual(await page.inputValue("#client-secret"), secret);
  await press(page, "#go-on");
  const secrets = page.locator("section[aria-labelledby=secrets-title] .rows > li");
  assert.equal(await secrets.count(), 2);
  await page.click("#rotate");
  await page.fill("#overlap", "1");
  await press(page, "#make-rotation");
  await look(stage, page, "rotated");
  await press(page, "#go-on");
  assert.equal(await secrets.count(), 3);
  await press(page, secrets.first().locator("button"));
  assert.equal(await secrets.count(), 2);
  await look(stage, page, "secrets");

  await page.click("#delete");
  await page.fill("#confirm", "Another Board");
  await press(page, "#delete-button");
  assert.equal(await page.locator("#problem li").count(), 1, "the name was not typed");
  // The form is open, where the problem stands.
  await page.fill("#confirm", "Bulletin Board");
  await press(page, "#delete-button");
  assert.equal(new URL(page.url()).pathname, "/apps");
  await look(stage, page, "apps-after");
  await press(page, page.locator("form[action='/apps/restore'] button"));
  assert.equal(await heading(page), "Bulletin Board");
  assert.equal(await page.inputValue("#client-id"), clientId);
  await page.goto(`${issuer}/apps`);
  assert.ok(await page.getByText("Bulletin Board").count());
  await look(stage, page, "apps-again");
}

// From the error page that a wrong link leads to, the developer finds the difference, and the request in the app's log.
async function understand(stage, page, clientId) {
  const { issuer } = stage.site;
  const published = await fetch(`${issuer}/.well-known/oauth-authorization-server`);
  const { authorization_endpoint: endpoint } = await published.json();
  const wrong = new URLSearchParams({ response_type: "code", client_id: clientId, redirect_uri: `${CALLBACK}/` });
  await page.goto(`${endpoint}?${wrong}`);
  await look(stage, page, "wrong-link");
  const link = page.url();
  await press(page, page.locator(".more a").first());
  assert.equal(await page.inputValue("#check"), `${CALLBACK}/`, "what was sent is looked at");
  assert.equal(await page.locator(".compared mark").first().innerText(), "/");

  await page.goto(link);
  await press(page, page.locator(".more a").last());
  const id = new URL(page.url()).searchParams.get("request");
  assert.ok((await page.content()).includes(id), "the very request");
  await look(stage, page, "request-entry");
  await press(page, ".aside a");
  assert.equal(await page.locator(".requests > li").count(), 2, "each time that the link was followed");
  await look(stage, page, "request-log");
  await page.selectOption("#endpoint", "token");
  await press(page, "#filter");
  assert.equal(await page.locator(".requests > li").count(), 0);
  assert.equal(await page.inputValue("#endpoint"), "token");
  await page.fill("#request", "0123456789abcdef");
  await press(page, "#find");
  await look(stage, page, "request-not-found");
  await page.fill("#request", id);
  await press(page, "#find");
  assert.ok((await page.content()).includes(id));
  await page.goto(`${issuer}/apps/${clientId}`);
}

// Looks at a page, which speaks the language that the browser asks for.
async function look(stage, page, name) {
  assert.equal(await page.getAttribute("html", "lang"), stage.language, `the language of ${name}`);
  await stage.look(page, name);
}

// The button that copies covers nothing of what it copies, also on a phone and at 400 %.
async function beside(stage, page) {
  if (!stage.script) return;
  const wide = page.viewportSize();
  for (const width of [wide.width, 360, 320]) {
    await page.setViewportSize({ width, height: 640 });
    const covered = await page.evaluate(() => [...document.querySelectorAll("input[data-copy]")].filter((field) => {
      const text = field.getBoundingClientRect();
      const button = field.parentElement.querySelector(".show").getBoundingClientRect();
      const end = text.right - Number.parseFloat(getComputedStyle(field).paddingRight);
      return button.top < text.bottom && button.bottom > text.top && button.left < end;
    }).map((field) => field.id));
    assert.deepEqual(covered, [], `covered at ${width}`);
  }
  await page.setViewportSize(wide);
}
