// What an app asks for, and what its person leaves out: boxes, all or only what looks, groups that fold, an app that nobody
// vouches for.
//
// Pages are known by their forms and not by their words, so it is walked in any language.

import assert from "node:assert/strict";
import { press, signIn } from "../acts.mjs";

const ALL = "profile " + Array.from({ length: 6 }, (_, at) => `tasks${at}:read tasks${at}:write`).join(" ");

export async function walk(stage) {
  const { site } = stage;
  stage.widths = [320, 360, 768];
  const page = await stage.tab();
  const ask = (app, scope, more = {}) => page.goto(question(site, app, scope, more));

  await ask(site.reviewed, "tasks0:read tasks0:write");
  await signIn(page, site.user);
  assert.equal(await page.locator(".scope input").count(), 1, "only what it can do without");
  await stage.look(page, "consent-optional");
  await page.uncheck(".scope input");
  await answer(page, site, "#allow", "code");

  await ask(site.reviewed, "tasks0:read tasks0:write profile");
  assert.equal(await page.locator(".earlier .scope").count(), 1);
  await page.locator(".earlier summary").click();
  await stage.look(page, "consent-step-up");
  await answer(page, site, "#deny", "error=access_denied");

  await ask(site.reviewed, ALL, { prompt: "consent" });
  assert.equal(await page.locator(".scope input:visible").count(), 0, "everything is meant");
  await stage.look(page, "consent-broad");
  await page.check("#breadth-reading");
  await stage.look(page, "consent-reading");
  await page.check("#breadth-ticked");
  const boxes = page.locator(".scope input:visible");
  assert.ok((await boxes.count()) >= 6, "what can do more than look is unfolded");
  await boxes.first().uncheck();
  await stage.look(page, "consent-ticked");
  await page.check("#breadth-everything");
  await press(page, "#allow");
  assert.equal(await page.locator("[role=status]").count(), 1, "which of both is meant?");
  await stage.look(page, "consent-unclear");
  await page.check("#breadth-ticked");
  const folded = page.locator(".group:not([open]) > summary");
  while (await folded.count()) await folded.first().click();
  for (const box of await page.locator(".scope input").all()) if (await box.isVisible()) await box.uncheck();
  await page.locator(".scope input:visible").last().check();
  await answer(page, site, "#allow", "code");

  await ask(site.unreviewed, "tasks0:read tasks0:write");
  assert.equal(await page.locator(".scope input:checked").count(), 0, "nothing is ticked");
  await stage.look(page, "consent-unreviewed");
  await press(page, "#allow");
  assert.equal(await page.locator("[role=status]").count(), 1, "what is missing is told");
  await stage.look(page, "consent-missing");
  for (const box of await page.locator(".scope input").all()) await box.check();
  await answer(page, site, "#allow", "code");
}

function question(site, app, scope, more) {
  const query = new URLSearchParams({ response_type: "code", client_id: app, scope, ...more });
  return `${site.authorize}?${query}`;
}

// Presses a button: the app is told, which is a page of our own here.
async function answer(page, site, button, told) {
  await press(page, button);
  assert.ok(page.url().startsWith(site.callback) && page.url().includes(told), page.url());
}
