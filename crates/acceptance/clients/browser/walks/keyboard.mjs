// The whole journey with the keyboard alone: Tab, Enter and typing.

import assert from "node:assert/strict";
import { assertFocus, focus, heading } from "../acts.mjs";

// Far more controls than any page has.
const CONTROLS = 20;

export async function walk(stage) {
  const { site } = stage;
  const page = await stage.tab();
  await page.goto(site.demo_app);
  await press(page, "connect");

  // The sign-in page waits for the address; Enter in a field sends the form.
  await assertFocus(page, "email");
  await type(page, "email", site.user.email);
  await type(page, "password", "not the password");
  await page.keyboard.press("Enter");
  await page.locator("#problem").waitFor();
  await assertFocus(page, "problem");
  await type(page, "password", site.user.password);
  await press(page, "sign-in");

  // Deny stands before Allow, and neither is pressed by chance: the page focuses neither.
  assert.match(await heading(page), /^Allow Task Board/);
  assert.ok(!["allow", "deny"].includes(await focus(page)));
  const order = await tabOrder(page);
  assert.ok(order.indexOf("deny") >= 0 && order.indexOf("deny") + 1 === order.indexOf("allow"), order.join(" "));
  await press(page, "allow");
  assert.equal(page.url(), `${site.demo_app}/tasks`);
  await press(page, "refresh");
  await press(page, "revoke");
  assert.match(await page.locator(".steps > li").last().innerText(), /401 Unauthorized/);
  await press(page, "again");
  assert.equal(page.url(), `${site.demo_app}/tasks`);

  await page.goto(`${site.issuer}/account`);
  await press(page, "sign-out");
  assert.equal(await heading(page), "You are signed out");
}

// Tabs to the control called `id`, which must show that it has the focus.
async function reach(page, id) {
  for (let step = 0; step < CONTROLS && (await focus(page)) !== id; step += 1) await page.keyboard.press("Tab");
  assert.equal(await focus(page), id, `the keyboard reaches ${id}`);
  const ring = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.notEqual(ring, "none", `the focus on ${id} is visible`);
}

async function type(page, id, text) {
  await reach(page, id);
  await page.keyboard.type(text);
}

// Presses a control by Enter and waits for the page that follows.
async function press(page, id) {
  await reach(page, id);
  await Promise.all([page.waitForEvent("domcontentloaded"), page.keyboard.press("Enter")]);
  await page.locator("h1").waitFor();
}

// The ids of the controls in the order in which Tab reaches them, until the focus leaves the page.
async function tabOrder(page) {
  const order = [];
  for (let step = 0; step < CONTROLS; step += 1) {
    await page.keyboard.press("Tab");
    const id = await focus(page);
    if (id && order.includes(id)) break;
    order.push(id);
  }
  return order;
}
