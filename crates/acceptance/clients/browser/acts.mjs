// What a person does on the pages, whichever journey it is a part of.

import assert from "node:assert/strict";

// Presses a button or link (a selector or a locator) and waits for the page that follows.
export async function press(page, target) {
  const control = typeof target === "string" ? page.locator(target) : target;
  await Promise.all([page.waitForEvent("domcontentloaded"), control.click()]);
}

// Sends a form from one of its fields by the keyboard, and waits for the page that follows.
export async function enter(page, field) {
  await Promise.all([page.waitForEvent("domcontentloaded"), page.press(field, "Enter")]);
}

// Opens the demo app and presses Connect: ends on the provider's page.
export async function connect(page, site) {
  await page.goto(site.demo_app);
  await press(page, "#connect");
}

// Fills in the sign-in form and sends it.
export async function signIn(page, { email, password }) {
  await page.fill("#email", email);
  await page.fill("#password", password);
  await press(page, "#sign-in");
}

// Types an address that a mail is to be sent to.
export async function askForMail(page, email) {
  await page.fill("#email", email);
  await press(page, "#send");
}

// The link in the newest mail to an address with these words in its subject, once it has come.
export async function linkInMail(stage, email, subject) {
  const page = await stage.tab();
  const mails = page.locator("section", { hasText: subject }).filter({ hasText: email });
  const deadline = Date.now() + 15_000;
  do {
    await page.goto(`${stage.site.demo_app}/mail`);
    if ((await mails.count()) > 0) break;
    await page.waitForTimeout(100);
  } while (Date.now() < deadline);
  const href = await mails.first().getByRole("link").getAttribute("href");
  await page.close();
  return href;
}

// Chooses a name, if one is asked for, and a password on the page behind a link.
export async function choose(page, { name, password }) {
  if (name) await page.fill("#name", name);
  await page.fill("#password", password);
  await press(page, "#choose");
}

// Where the focus is: the id of the element.
export function focus(page) {
  return page.evaluate(() => document.activeElement?.id ?? "");
}

// Waits until the page has put the focus on `id`, which it does when it is first painted.
export async function assertFocus(page, id) {
  const deadline = Date.now() + 5000;
  while ((await focus(page)) !== id && Date.now() < deadline) await page.waitForTimeout(20);
  assert.equal(await focus(page), id, "the focus");
}

// What the browser says of a page that loaded itself anew while somebody looked at it.
const LOADED_ANEW = [
  /context was destroyed/,
  /not attached to the DOM/,
  /not visible or not an HTMLElement/,
  /page is navigating/,
  /reading 'run'/,
];

// Looks at a page that may load itself anew meanwhile; then it looks again.
export async function lookAgain(page, look, tries = 6) {
  try {
    return await look();
  } catch (error) {
    if (tries === 1 || !LOADED_ANEW.some((words) => words.test(error.message))) throw error;
    await page.waitForLoadState();
    return lookAgain(page, look, tries - 1);
  }
}

// The text of the page's main part.
export function text(page) {
  return page.locator("main").innerText();
}

// The heading of the page.
export function heading(page) {
  return page.locator("h1").innerText();
}

// A consent page of the demo app: who asks, whose account, each scope as a sentence, where the answer goes, and
// both answers as easy to see as each other.
export async function assertConsent(page, site, sentences) {
  assert.match(await heading(page), /^Allow Task Board to use your Valetkey dev account\?$/);
  assert.deepEqual(await page.locator(".says").allInnerTexts(), sentences);
  assert.equal(await page.locator(".host").innerText(), new URL(site.demo_app).host);
  const [allow, deny] = [await page.locator("#allow").boundingBox(), await page.locator("#deny").boundingBox()];
  assert.ok(allow && deny, "both answers are visible");
  for (const side of ["width", "height"]) {
    const ratio = allow[side] / deny[side];
    assert.ok(ratio > 0.9 && ratio < 1.1, `Allow and Deny differ in ${side}: ${allow[side]} and ${deny[side]}`);
  }
  assert.equal(allow.y, deny.y, "both answers stand in one line");
  const paint = (id) => page.locator(id).evaluate((button) => {
    const { color, backgroundColor, borderColor, fontWeight } = getComputedStyle(button);
    return [color, backgroundColor, borderColor, fontWeight].join();
  });
  assert.equal(await paint("#allow"), await paint("#deny"), "neither answer outweighs the other");
}
