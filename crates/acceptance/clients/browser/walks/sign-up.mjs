// Somebody new, in the middle of an app's request: makes an account, signs in, and the same request goes on.

import assert from "node:assert/strict";
import { assertConsent, assertFocus, connect, heading, press, signIn, signUp, text } from "../acts.mjs";

const NEW = { name: "Nora New", email: "nora@example.com", password: "four quiet winter walks" };

export async function walk(stage) {
  const { site } = stage;
  const page = await stage.tab();
  await connect(page, site);
  const request = new URL(page.url()).searchParams.get("request");
  await press(page, page.getByRole("link", { name: "Create an account" }));
  assert.equal(await heading(page), "Create an account");
  assert.match(await text(page), /to continue to\s+Task Board/);
  await stage.look(page, "sign-up", /^Create an account/);

  // What the browser itself would hold back is refused by the server too.
  await page.locator("form").first().evaluate((form) => (form.noValidate = true));
  await signUp(page, { name: "Nora New", email: "nora@example.com", password: "short" });
  await assertFocus(page, "problem");
  assert.match(await page.locator("#password-problem").innerText(), /characters/);
  assert.equal(await page.inputValue("#email"), NEW.email);
  await stage.look(page, "sign-up-problem", /^Problem: Create an account/);
  await page.locator("form").first().evaluate((form) => (form.noValidate = true));
  await signUp(page, { ...NEW, password: "password1234" });
  assert.match(await page.locator("#password-problem").innerText(), /common password/);
  await stage.look(page, "sign-up-common-password", /^Problem: Create an account/);
  await page.locator("#problem a").click();
  await assertFocus(page, "password");

  await signUp(page, NEW);
  assert.equal(await heading(page), "Sign in");
  assert.match(await page.locator("[role=status]").innerText(), /your account is ready/);
  assert.equal(await page.inputValue("#email"), NEW.email, "the address is carried over");
  await stage.look(page, "sign-in-after-sign-up", /^Sign in/);
  await signIn(page, NEW);
  assert.equal(new URL(page.url()).searchParams.get("request"), request, "the same request goes on");
  await assertConsent(page, site, ["See your tasks", "Add tasks and change them"]);
  assert.match(await page.locator(".person").innerText(), /Nora New\s+nora@example\.com/);

  // "Not you?" lets somebody else answer the same request.
  await press(page, "#switch");
  assert.equal(await heading(page), "Sign in");
  await signIn(page, site.user);
  assert.match(await page.locator(".person").innerText(), /demo@example\.com/);
  await press(page, "#allow");
  assert.equal(page.url(), `${site.demo_app}/tasks`);

  // An address that has an account is answered alike, and its password stays.
  const other = await stage.tab();
  await other.goto(`${site.issuer}/sign-up`);
  await signUp(other, { ...NEW, password: "another password altogether" });
  assert.match(await other.locator("[role=status]").innerText(), /If this address was new here/);
  await signIn(other, NEW);
  assert.equal(await heading(other), "Your account");
}
