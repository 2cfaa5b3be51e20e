// Connect, sign in (with a wrong password first), Allow, look at the tasks, refresh, give the key back: what the
// tutorial tells, and by the words on the buttons that it tells.

import assert from "node:assert/strict";
import { assertConsent, assertFocus, heading, press, signIn, text } from "../acts.mjs";

export async function walk(stage) {
  const { site } = stage;
  const page = await stage.tab();
  await page.goto(site.demo_app);
  await stage.look(page, "demo-home", /Task Board/);
  await press(page, page.getByRole("link", { name: /^Connect/ }));
  assert.equal(await heading(page), "Sign in");
  assert.match(await text(page), /to continue to\s+Task Board/);
  await stage.look(page, "sign-in", /^Sign in/);

  await signIn(page, { email: site.user.email, password: "not the password" });
  assert.match(await page.locator("#problem").innerText(), /E-mail or password is wrong/);
  await assertFocus(page, "problem");
  assert.equal(await page.inputValue("#email"), site.user.email);
  assert.equal(await page.inputValue("#password"), "");
  await stage.look(page, "sign-in-wrong", /^Problem: Sign in/);

  await page.fill("#password", site.user.password);
  await press(page, "#sign-in");
  await assertConsent(page, site, ["See your tasks", "Add tasks and change them"]);
  assert.match(await page.locator(".person").innerText(), /demo@example\.com[\s\S]*Not you\?/);
  await stage.look(page, "consent", /^Allow Task Board\?/);

  await press(page, page.getByRole("button", { name: "Allow" }));
  assert.equal(page.url(), `${site.demo_app}/tasks`);
  assert.match(await text(page), /Take the key back/);
  await stage.look(page, "demo-tasks", /^Your tasks/);

  const steps = await page.locator(".steps > li").count();
  await press(page, page.getByRole("button", { name: /^Refresh/ }));
  await page.waitForURL(`${site.demo_app}/tasks`);
  assert.ok((await page.locator(".steps > li").count()) > steps, "the refresh is shown as a step");
  assert.match(await page.locator(".steps").innerText(), /traded the refresh token/);
  assert.match(await page.locator(".steps > li").last().innerText(), /200 OK/);

  await press(page, page.getByRole("button", { name: "Give the key back" }));
  assert.match(await page.locator(".steps > li").last().innerText(), /401 Unauthorized[\s\S]*invalid_token/);
  assert.equal(await heading(page), "Task Board has no key any more");
  await stage.look(page, "demo-key-given-back");

  // What was allowed is remembered: connecting again asks nothing.
  await press(page, "#again");
  assert.equal(page.url(), `${site.demo_app}/tasks`);
  assert.match(await text(page), /Take the key back/);
}
