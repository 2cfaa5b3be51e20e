// The account page: sessions listed and ended, the password changed, signed out here and everywhere.

import assert from "node:assert/strict";
import { assertFocus, heading, press, signIn } from "../acts.mjs";

const NEXT = "a new password for the winter";

export async function walk(stage) {
  const { issuer, user } = stage.site;
  const account = `${issuer}/account`;
  const page = await stage.tab();
  await page.goto(issuer);
  assert.equal(await heading(page), "Sign in");
  await signIn(page, user);
  assert.equal(await heading(page), "Your account");

  const elsewhere = await signedIn(stage, user);
  const thirdPlace = await signedIn(stage, user);
  await page.goto(account);
  assert.equal(await page.locator(".rows > li").count(), 3);
  assert.equal(await page.getByText("This browser").count(), 1);
  await stage.look(page, "account", /^Your account/);

  // Ends one of the two others.
  await press(page, page.locator(".rows form button").last());
  assert.match(await page.locator("[role=status]").innerText(), /That browser is signed out/);
  assert.equal(await page.locator(".rows > li").count(), 2);
  await elsewhere.goto(account);
  await thirdPlace.goto(account);
  const left = [await heading(elsewhere), await heading(thirdPlace)].sort();
  assert.deepEqual(left, ["Sign in", "Your account"], "one of the two was signed out");

  await changePassword(page, "not the password", NEXT);
  assert.match(await page.locator("#current-problem").innerText(), /not your current password/);
  await assertFocus(page, "problem");
  await stage.look(page, "account-problem", /^Problem: Your account/);
  await changePassword(page, user.password, NEXT);
  assert.match(await page.locator("[role=status]").innerText(), /password is changed/);
  assert.equal(await page.locator(".rows > li").count(), 1, "other browsers were signed out");
  await stage.look(page, "account-password-changed");
  await elsewhere.goto(account);
  await thirdPlace.goto(account);
  assert.deepEqual([await heading(elsewhere), await heading(thirdPlace)], ["Sign in", "Sign in"]);

  await signIn(elsewhere, { email: user.email, password: user.password });
  assert.match(await elsewhere.locator("#problem").innerText(), /wrong/);
  await signIn(elsewhere, { email: user.email, password: NEXT });
  await page.goto(account);
  await press(page, "#end-all");
  assert.equal(await heading(page), "Sign in");
  await elsewhere.goto(account);
  assert.equal(await heading(elsewhere), "Sign in", "everywhere");

  // Signing out of one browser, which a link cannot do by itself.
  await signIn(page, { email: user.email, password: NEXT });
  await page.goto(`${issuer}/sign-out`);
  assert.match(await heading(page), /^Sign out of Valetkey dev\?$/);
  await stage.look(page, "sign-out", /^Sign out/);
  await press(page, "#sign-out");
  assert.equal(await heading(page), "You are signed out");
  await stage.look(page, "signed-out", /^You are signed out/);
  await press(page, "#next");
  assert.equal(await heading(page), "Sign in");
}

// Another browser of the same person.
async function signedIn(stage, user) {
  const page = await stage.tab();
  await page.goto(`${stage.site.issuer}/sign-in`);
  await signIn(page, user);
  assert.equal(await heading(page), "Your account");
  return page;
}

async function changePassword(page, current, next) {
  await page.fill("#current", current);
  await page.fill("#new", next);
  await press(page, "#change-password");
}
