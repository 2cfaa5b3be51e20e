// For whom a person lets an app in: an organization of theirs or their own account, what owners leave to the app, and where
// it stands afterwards.
//
// Pages are known by their forms and not by their words, so it is walked in any language.

import assert from "node:assert/strict";
import { focus, press, signIn } from "../acts.mjs";

export async function walk(stage) {
  const { site } = stage;
  stage.widths = [320, 360, 768];
  const page = await stage.tab();
  const ask = (more = {}) => page.goto(question(site, more));
  const radio = (name) => page.locator(".workspaces p", { hasText: name }).locator("input");

  await ask();
  await signIn(page, site.user);
  assert.equal(await page.locator(".workspaces").count(), 0, "who belongs to none is not asked");
  const first = await found(page, site, "Board Makers Ltd");
  await ask();
  assert.equal(await page.locator(".workspaces input").count(), 2);
  assert.ok(await radio("Board Makers Ltd").isChecked(), "the only organization is picked");
  await stage.look(page, "consent-one-organization");

  const second = await found(page, site, "The Northern Counties Allotment Society");
  await ask();
  assert.equal(await page.locator(".workspaces input").count(), 3);
  assert.equal(await page.locator(".workspaces input:checked").count(), 0, "of several, a person picks one");
  await stage.look(page, "consent-organizations");
  // Nothing is allowed for nobody: the browser says so before it asks us.
  await page.locator("#allow").click();
  assert.ok(page.url().includes("/consent"), page.url());
  assert.equal(await page.locator(".workspaces input:invalid").count(), 3);
  // By the keyboard: an arrow picks the first, another one the next.
  await page.locator(".workspaces input").first().focus();
  await page.keyboard.press("Space");
  assert.ok(await radio("Board Makers Ltd").isChecked());
  await page.keyboard.press("ArrowDown");
  assert.ok(await radio("The Northern Counties").isChecked());
  assert.equal(await focus(page), "workspace-2");
  await answer(page, site, "#allow", "code");

  await page.goto(`${site.issuer}/account/apps`);
  assert.match(await page.locator(".rows > li").innerText(), /The Northern Counties/);
  await stage.look(page, "connected-for-an-organization");
  await press(page, page.locator(".rows a").first());
  assert.equal(await page.locator("#organization").count(), 1);
  await stage.look(page, "connected-app-of-an-organization");

  // Owners decide: one organization limits the app, the other does not let it in.
  await judge(page, site, first, "blocked");
  await judge(page, site, second, "limited");
  await stage.look(page, "organization-apps-judged");
  await ask({ prompt: "consent" });
  assert.ok(await radio("Board Makers Ltd").isDisabled(), "it cannot be picked");
  assert.equal(await page.locator(".workspaces .left").count(), 2);
  for (const at of [1, 2]) {
    const told = await page.locator(`#workspace-${at}`).getAttribute("aria-describedby");
    assert.equal(told, `workspace-${at}-left`);
    assert.notEqual(await page.locator(`#${told}`).innerText(), "");
  }
  await stage.look(page, "consent-limited");
  await page.locator(".workspaces input").last().check();
  await answer(page, site, "#allow", "code");

  await ask({ prompt: "consent" });
  await answer(page, site, "#deny", "error=access_denied");
}

function question(site, more) {
  const scope = "tasks:read tasks:delete";
  const query = new URLSearchParams({ response_type: "code", client_id: site.app, scope, ...more });
  return `${site.authorize}?${query}`;
}

// Starts an organization; where its page is.
async function found(page, site, name) {
  await page.goto(`${site.issuer}/organizations`);
  await page.fill("#name", name);
  await press(page, "#found");
  return page.url().split("?")[0];
}

// Says what the app may do for an organization.
async function judge(page, site, organization, standing) {
  await page.goto(`${organization}/apps`);
  await page.fill("#app", site.app);
  await page.selectOption("#standing-other", standing);
  await press(page, "#judge");
  assert.equal(await page.locator("[role=status]").count(), 1, "it is told that it is done");
}

// Presses a button: the app is told, which is a page of our own here.
async function answer(page, site, button, told) {
  await press(page, button);
  assert.ok(page.url().startsWith(site.callback) && page.url().includes(told), page.url());
}
