// Two tabs, the back button, a form that has gone stale: each ends in a page that continues or restarts.

import assert from "node:assert/strict";
import { App } from "../app.mjs";
import { heading, press, signIn } from "../acts.mjs";

export async function walk(stage) {
  const app = await App.listen(stage.site);
  try {
    await twoTabs(stage, app);
    await backButton(stage, app);
    await staleConsent(stage, app);
    await morePermissions(stage, app);
    await brokenLinks(stage, app);
  } finally {
    app.close();
  }
}

// Both tabs wait on the sign-in page; signing in twice and answering both gives both apps what they asked for.
async function twoTabs(stage, app) {
  const person = await stage.person();
  const [first, second] = [await stage.tab(person), await stage.tab(person)];
  await first.goto(app.link("first", "tasks:read"));
  await second.goto(app.link("second", "tasks:write"));
  await signIn(second, stage.site.user);
  assert.match(await heading(second), /^Allow/);
  await signIn(first, stage.site.user);
  assert.deepEqual(await first.locator(".says").allInnerTexts(), ["See your tasks"]);

  // The first tab's sign-in began a new session, so the second tab asks once more, for the same.
  await press(second, "#allow");
  assert.deepEqual(await second.locator(".says").allInnerTexts(), ["Add tasks and change them"]);
  assert.match(await second.locator("[role=status]").innerText(), /out of date, so nothing was allowed/);
  await stage.look(second, "consent-again", /^Allow Task Board/);
  await press(second, "#allow");
  await press(first, "#allow");
  assert.equal((await app.tokens("second")).scope, "tasks:write");
  assert.equal((await app.tokens("first")).scope, "tasks:read");
  await signOut(first, stage);
}

// After Allow, Back shows that the request is answered, and a way to start it again.
async function backButton(stage, app) {
  const page = await stage.tab();
  await page.goto(app.link("back", "tasks:delete"));
  await signIn(page, stage.site.user);
  await press(page, "#allow");
  assert.equal(await heading(page), "Back");
  await app.tokens("back");
  await page.goBack();
  assert.equal(await heading(page), "You have already answered this request");
  await stage.look(page, "answered-already", /already answered/);
  app.answers.delete("back");
  await press(page, "#next");
  assert.equal(await heading(page), "Back", "what was allowed is not asked again");
  await app.tokens("back");
}

// Signed out in another tab while the consent page waits: Allow leads to sign-in, then to the same question.
async function staleConsent(stage, app) {
  const person = await stage.person();
  const page = await stage.tab(person);
  await page.goto(app.link("stale", "tasks:read tasks:delete users:read"));
  await signIn(page, stage.site.user);
  assert.match(await heading(page), /^Allow/);
  const request = new URL(page.url()).searchParams.get("request");
  await signOut(await stage.tab(person), stage);
  await press(page, "#allow");
  assert.equal(await heading(page), "Sign in");
  assert.match(await page.locator("[role=status]").innerText(), /signed out in the meantime/);
  await stage.look(page, "sign-in-after-sign-out", /^Sign in/);
  await signIn(page, stage.site.user);
  assert.equal(new URL(page.url()).searchParams.get("request"), request, "the same request");
  await press(page, "#deny");
  assert.equal(app.answers.get("stale").error, "access_denied");
}

// Asks for more than before: what is new stands first and is marked, and every kind of risk is named.
async function morePermissions(stage, app) {
  const page = await stage.tab();
  await page.goto(app.link("more", "tasks:read tasks:write tasks:delete users:read"));
  await signIn(page, stage.site.user);
  const says = (where) => page.locator(`${where} .says`).allInnerTexts();
  assert.deepEqual(await says(".consent > .scopes"), ["See your name and e-mail address"]);
  await page.locator(".earlier summary").click();
  assert.deepEqual(await says(".earlier"), ["See your tasks", "Add tasks and change them", "Delete tasks"]);
  assert.equal(await page.locator(".scope .chip.new").count(), 1, "what was not allowed before is marked as new");
  await stage.look(page, "consent-more", /^Allow Task Board/);
  await press(page, "#allow");
  assert.equal((await app.tokens("more")).scope, "tasks:read tasks:write tasks:delete users:read");
}

// Pages that end a journey say what to do next, and never redirect to where a link asks to go.
async function brokenLinks(stage, app) {
  const page = await stage.tab();
  const foreign = new URL(app.link("foreign"));
  foreign.searchParams.set("redirect_uri", "https://attacker.example/callback");
  await page.goto(foreign.href);
  assert.equal(new URL(page.url()).origin, stage.site.issuer);
  await stage.look(page, "wrong-redirect", /does not work/);
  await page.goto(`${stage.site.issuer}/consent?request=nothing`);
  await stage.look(page, "expired", /has expired/);
  await page.goto(`${stage.site.issuer}/no-such-page`);
  await stage.look(page, "not-found", /nothing here/);
}

async function signOut(page, stage) {
  await page.goto(`${stage.site.issuer}/account`);
  await press(page, "#sign-out");
  assert.equal(await heading(page), "You are signed out");
}
