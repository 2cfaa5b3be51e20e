// Somebody new, in the middle of an app's request: asks for an account, follows the link in the mail, and the same
// request goes on.

import assert from "node:assert/strict";
import { askForMail, assertConsent, assertFocus, choose, connect, heading, linkInMail, press, signIn, text } from "../acts.mjs";

const NEW = { name: "Nora New", email: "nora@example.com", password: "four quiet winter walks" };

export async function walk(stage) {
  const { site } = stage;
  const person = await stage.person();
  const page = await stage.tab(person);
  await connect(page, site);
  const request = new URL(page.url()).searchParams.get("request");
  await press(page, page.getByRole("link", { name: "Create an account" }));
  assert.equal(await heading(page), "Create an account");
  assert.match(await text(page), /to continue to\s+Task Board/);
  await stage.look(page, "sign-up", /^Create an account/);
  // What the browser itself would hold back is refused by the server too.
  await page.locator("form").first().evaluate((form) => (form.noValidate = true));
  await askForMail(page, "nora");
  await assertFocus(page, "problem");
  assert.match(await page.locator("#email-problem").innerText(), /such as/);
  await stage.look(page, "sign-up-problem", /^Problem: Create an account/);
  await askForMail(page, NEW.email);
  assert.equal(await heading(page), "Look into your mailbox");
  assert.match(await text(page), /nora@example\.com/);
  await stage.look(page, "mail-sent", /^Look into your mailbox/);

  const link = await linkInMail(stage, NEW.email, "Create your account");
  const opened = await stage.tab(person);
  await opened.goto(link);
  assert.equal(await heading(opened), "Create your account");
  await stage.look(opened, "join", /^Create your account/);
  await opened.locator("form").first().evaluate((form) => (form.noValidate = true));
  await choose(opened, { ...NEW, password: "short" });
  await assertFocus(opened, "problem");
  assert.match(await opened.locator("#password-problem").innerText(), /characters/);
  assert.equal(await opened.inputValue("#name"), NEW.name);
  await opened.locator("form").first().evaluate((form) => (form.noValidate = true));
  await choose(opened, { ...NEW, password: "password1234" });
  assert.match(await opened.locator("#password-problem").innerText(), /common password/);
  await stage.look(opened, "join-common-password", /^Problem: Create your account/);
  await opened.locator("#problem a").click();
  await assertFocus(opened, "password");
  await choose(opened, NEW);
  assert.equal(new URL(opened.url()).searchParams.get("request"), request, "the same request goes on");
  await assertConsent(opened, site, ["See your tasks", "Add tasks and change them"]);
  assert.match(await opened.locator(".person").innerText(), /Nora New\s+nora@example\.com/);
  // The tab that waited goes on as well.
  await press(page, "#next");
  assert.match(await page.locator(".person").innerText(), /Nora New/);

  // "Not you?" lets somebody else answer the same request.
  await press(opened, "#switch");
  assert.equal(await heading(opened), "Sign in");
  await signIn(opened, site.user);
  assert.match(await opened.locator(".person").innerText(), /demo@example\.com/);
  await press(opened, "#allow");
  assert.equal(opened.url(), `${site.demo_app}/tasks`);

  // An address that has an account is answered alike, and its mail says so.
  const other = await stage.tab();
  await other.goto(`${site.issuer}/sign-up`);
  await askForMail(other, NEW.email);
  assert.equal(await heading(other), "Look into your mailbox");
  await other.goto(await linkInMail(stage, NEW.email, "You have an account"));
  await signIn(other, NEW);
  assert.equal(await heading(other), "Your account");
  await other.goto(link);
  assert.equal(await heading(other), "This link was used");
  await stage.look(other, "link-used", /^This link was used/);
}
