// Signing in at another provider: the button, the way there and back, the account's page of sign-ins, signing out at both.

import assert from "node:assert/strict";
import { heading, press, signIn } from "../acts.mjs";

export async function walk(stage) {
  const { issuer, user } = stage.site;
  const page = await stage.tab();
  await page.goto(`${issuer}/sign-in`);
  await stage.look(page, "sign-in", stage.words(/^Sign in/, /^Anmelden/));
  await press(page, page.getByRole("link", { name: stage.words("Sign in with Acme", "Mit Acme anmelden") }));
  assert.equal(await heading(page), "Acme");
  await page.fill("[name=name]", "ada");
  await press(page, "#enter");
  assert.equal(await heading(page), stage.words("Your account", "Ihr Konto"));
  assert.match(await page.locator(".lead").innerText(), /ada Lovelace/);
  await stage.look(page, "account", stage.words(/^Your account/, /^Ihr Konto/));
  await press(page, "#sign-ins");
  assert.equal(await heading(page), stage.words("Other ways to sign in", "Andere Wege zur Anmeldung"));
  assert.match(await page.locator(".rows").innerText(), /ada@acme\.example/);
  await stage.look(page, "only-way", stage.words(/^Other ways/, /^Andere Wege/));

  // Whoever has a password adds it by a form, which leads through the provider and back.
  const other = await stage.tab();
  await other.goto(`${issuer}/sign-in`);
  await signIn(other, user);
  await other.goto(`${issuer}/account/sign-ins`);
  await stage.look(other, "none", stage.words(/^Other ways/, /^Andere Wege/));
  await press(other, other.getByRole("button", { name: stage.words("Add Acme", "Acme hinzufügen") }));
  await other.fill("[name=name]", "ben");
  await press(other, "#enter");
  assert.match(await other.locator("[role=status]").innerText(), stage.words(/It is added/, /^Hinzugefügt/));
  await stage.look(other, "added", stage.words(/^Other ways/, /^Andere Wege/));
  await press(other, other.getByRole("button", { name: stage.words(/^Remove/, /^Entfernen/) }));
  assert.match(await other.locator("[role=status]").innerText(), stage.words(/It is removed/, /^Entfernt/));

  // A way back that leads nowhere.
  await other.goto(`${issuer}/sign-in/with/acme/return?code=x`);
  assert.equal(await heading(other), stage.words("That did not work", "Das hat nicht geklappt"));
  await stage.look(other, "nowhere");

  await page.goto(`${issuer}/sign-out`);
  await press(page, "#sign-out");
  await stage.look(page, "signed-out", stage.words(/^You are signed out/, /^Sie sind abgemeldet/));
  const there = page.getByRole("link", { name: stage.words("Sign out at Acme too", "Auch bei Acme abmelden") });
  assert.match(await there.getAttribute("href"), /\/session\/end\?client_id=us&post_logout/);
}
