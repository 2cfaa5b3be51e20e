// A password shown while it is typed, where there is JavaScript, and nothing of it where there is none; and the link
// that leads past the head of a page.

import assert from "node:assert/strict";
import { focus, heading, press } from "../acts.mjs";

export async function walk(stage) {
  const { issuer, user } = stage.site;
  const page = await stage.tab();
  await page.goto(`${issuer}/sign-in`);
  const shows = page.locator("button.show");
  if (!stage.script) {
    assert.equal(await shows.count(), 0);
    assert.equal(await page.locator("input.hidable").count(), 0);
  } else {
    await shown(page, shows, user);
  }
  await page.fill("#email", user.email);
  await page.fill("#password", user.password);
  if (stage.script) await shows.click();
  await stage.look(page, "sign-in-shown", /^Sign in/);
  await press(page, "#sign-in");
  assert.equal(await heading(page), "Your account");
  assert.equal(await shows.count(), stage.script ? 3 : 0, "one for each password");
  await stage.look(page, "account-passwords");
  await page.goto(`${issuer}/account/apps`);
  assert.equal(await page.locator("script").count(), 0, "no password, no script");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the content");
  await stage.look(page, "skip");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement?.id === "main");
}

// The button shows and hides what is typed, by mouse and by keyboard.
async function shown(page, shows, user) {
  assert.equal(await shows.count(), 1);
  const field = page.locator("#password");
  const kind = () => field.getAttribute("type");
  const pressed = () => shows.getAttribute("aria-pressed");
  await page.fill("#password", user.password);
  assert.deepEqual([await kind(), await pressed()], ["password", "false"]);
  await shows.click();
  assert.deepEqual([await kind(), await pressed()], ["text", "true"]);
  assert.equal(await field.inputValue(), user.password);
  assert.equal(await field.getAttribute("autocomplete"), "current-password");
  await field.focus();
  await page.keyboard.press("Tab");
  assert.equal(await shows.evaluate((button) => button === document.activeElement), true);
  await page.keyboard.press("Space");
  assert.deepEqual([await kind(), await pressed()], ["password", "false"]);
  assert.equal(await page.getByRole("button", { name: "Show: Password" }).count(), 1);
  // What is sent is a password again, which a browser does not keep among what was typed.
  await shows.click();
  await page.evaluate(() => {
    const form = document.querySelector("#password").form;
    form.addEventListener("submit", (event) => event.preventDefault());
  });
  await page.fill("#email", user.email);
  await page.locator("#sign-in").click();
  assert.deepEqual([await kind(), await pressed()], ["password", "false"]);
  assert.equal(await focus(page), "sign-in");
  await page.reload();
}
