// A person who forgot their password, on another device; then another name and another address, taken back from the
// earlier one; and a browser that was not known, signed out by whoever is signed out.

import assert from "node:assert/strict";
import { askForMail, assertFocus, choose, heading, linkInMail, press, signIn, text } from "../acts.mjs";

const NEXT = "a new password for the winter";
const LAST = "yet another password for spring";
const ELSEWHERE = "dana@elsewhere.example";

export async function walk(stage) {
  const { issuer, user } = stage.site;
  const stranger = await stage.tab();
  await stranger.goto(`${issuer}/sign-in`);
  await signIn(stranger, user);
  const page = await stage.tab();
  await page.goto(`${issuer}/sign-in`);
  await press(page, page.getByRole("link", { name: "Forgot your password?" }));
  assert.equal(await heading(page), "Get a new password");
  await stage.look(page, "recover", /^Get a new password/);
  await askForMail(page, user.email);
  assert.equal(await heading(page), "Look into your mailbox");

  const phone = await stage.tab();
  await phone.goto(await linkInMail(stage, user.email, "Choose a new password"));
  await stage.look(phone, "choose-password", /^Choose a new password/);
  await choose(phone, { password: NEXT });
  assert.equal(await heading(phone), "Your account");
  await stranger.goto(`${issuer}/account`);
  assert.equal(await heading(stranger), "Sign in", "all other browsers are signed out");
  await signIn(stranger, user);
  assert.match(await stranger.locator("#problem").innerText(), /wrong/);

  await phone.fill("#name", "Dana Winter");
  await press(phone, "#change-name");
  assert.match(await phone.locator("[role=status]").innerText(), /name is changed/);
  assert.match(await text(phone), /Dana Winter/);
  await changeEmail(phone, ELSEWHERE, "not the password");
  await assertFocus(phone, "problem");
  assert.equal(await phone.inputValue("#new-email"), ELSEWHERE);
  await stage.look(phone, "account-email-problem", /^Problem: Your account/);
  await changeEmail(phone, ELSEWHERE, NEXT);
  assert.equal(await heading(phone), "Look into your mailbox");
  await confirm(stage, phone, ELSEWHERE, "Confirm your new e-mail", "change-address");
  assert.equal(await heading(phone), "Your address is changed");
  await press(phone, "#next");
  assert.match(await text(phone), /dana@elsewhere\.example/);

  // Signed out, from the earlier address, with a password that whoever changed it does not know.
  await page.goto(await linkInMail(stage, user.email, "Your e-mail at"));
  assert.match(await text(page), /knows the old one/);
  await stage.look(page, "restore-address", /^Choose a new password/);
  await choose(page, { password: LAST });
  assert.equal(await heading(page), "Your account");
  await phone.goto(`${issuer}/account`);
  assert.equal(await heading(phone), "Sign in", "every browser is signed out");

  const unknown = await stage.tab();
  await unknown.goto(`${issuer}/sign-in`);
  await signIn(unknown, { email: user.email, password: LAST });
  assert.equal(await heading(unknown), "Your account");
  await confirm(stage, page, user.email, "A new device", "new-device");
  assert.equal(await heading(page), "That browser is signed out");
  await unknown.goto(`${issuer}/account`);
  assert.equal(await heading(unknown), "Sign in");
  await unknown.goto(`${issuer}/.well-known/change-password`);
  assert.equal(await heading(unknown), "Sign in");
}

async function changeEmail(page, email, password) {
  await page.fill("#new-email", email);
  await page.fill("#email-password", password);
  await press(page, "#change-email");
}

// Follows the link in the newest mail, and presses its button.
async function confirm(stage, page, email, subject, picture) {
  await page.goto(await linkInMail(stage, email, subject));
  await stage.look(page, picture);
  await press(page, "#next");
}
