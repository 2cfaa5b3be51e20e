// Signing in at another provider: the button, the way there and back, the account's page of sign-ins, signing out at both.

import assert from "node:assert/strict";
import { heading, press, signIn } from "../acts.mjs";

export async function walk(stage) {
  const { issuer, user } = stage.site;
  const page = await stage.tab();
  await page.goto(`${issuer}/sign-in`);
  await stage.look(page, "sign-in", /^Sign in/);
  await press(page, page.getByRole("link", { name: "Sign in with Acme" }));
  assert.equal(await heading(page), "Acme");
  await page.fill("[name=name]", "ada");
  await press(page, "#enter");
  assert.equal(await heading(page), "Your account");
  assert.match(await page.locator(".lead").innerText(), /ada Lovelace/);
  await stage.look(page, "account", /^Your account/);
  await press(page, "#sign-ins");
  assert.equal(await heading(page), "Other ways to sign in");
  assert.match(await page.locator(".rows").innerText(), /ada@acme\.example/);
  await stage.look(page, "only-way", /^Other ways/);

  // Whoever has a password adds it by a form, which leads through the provider and back.
  const other = await stage.tab();
  await other.goto(`${issuer}/sign-in`);
  await signIn(other, user);
  await other.goto(`${issuer}/account/sign-ins`);
  await stage.look(other, "none", /^Other ways/);
  await press(other, other.getByRole("button", { name: "Add Acme" }));
  await other.fill("[name=name]", "ben");
  await press(other, "#enter");
  assert.match(await other.locator("[role=status]").innerText(), /It is added/);
  await stage.look(other, "added", /^Other ways/);
  await press(other, other.getByRole("button", { name: /^Remove/ }));
  assert.match(await other.locator("[role=status]").innerText(), /It is removed/);

  // A way back that leads nowhere.
  await other.goto(`${issuer}/sign-in/with/acme/return?code=x`);
  assert.equal(await heading(other), "That did not work");
  await stage.look(other, "nowhere");

  await page.goto(`${issuer}/sign-out`);
  await press(page, "#sign-out");
  await stage.look(page, "signed-out", /^You are signed out/);
  const there = page.getByRole("link", { name: "Sign out at Acme too" });
  assert.match(await there.getAttribute("href"), /\/session\/end\?client_id=us&post_logout/);
}
