// The developer pages: read as they are, and with the keyboard alone; on paper too.

import assert from "node:assert/strict";
import { heading, press } from "../acts.mjs";

export async function walk(stage) {
  const { issuer } = stage.site;
  const page = await stage.tab();
  await page.goto(issuer);
  await press(page, page.getByRole("link", { name: "For developers" }));
  assert.equal(await heading(page), "Overview");
  const links = page.locator("nav.chapters a");
  const count = await links.count();
  assert.ok(count >= 7, `${count} chapters`);
  for (let at = 0; at < count; at += 1) {
    await press(page, links.nth(at));
    const title = await heading(page);
    assert.equal(await page.locator("nav.chapters a[aria-current]").innerText(), title);
    await stage.look(page, title.toLowerCase().replaceAll(" ", "-"), new RegExp(`^${title}`));
    await everythingOpen(page);
    await stage.look(page, `${title.toLowerCase().replaceAll(" ", "-")}-open`);
  }
  await press(page, links.filter({ hasText: "Authorization code" }));
  await copied(stage, page);
  await byKeyboard(page);
  await onPaper(page);
}

// A program is copied as it stands, by the button that a script adds.
async function copied(stage, page) {
  const code = page.locator("pre[data-copy]").first();
  const button = page.locator(".copies > button.show");
  if (!stage.script) {
    assert.equal(await button.count(), 0, "no button without a script");
    return;
  }
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await button.first().click();
  await page.locator(".copies [role=status]:not(:empty)").first().waitFor({ state: "attached" });
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), await code.textContent());
}

// Opens every program; what closes of itself is opened again by taking its group away.
async function everythingOpen(page) {
  for (const details of await page.locator("details:not([open]) > summary").all()) await details.click();
}

// The keyboard opens a program and reaches its code, which scrolls without the page.
async function byKeyboard(page) {
  await page.reload();
  const python = page.locator("summary", { hasText: "Python" }).first();
  await python.focus();
  await page.keyboard.press("Enter");
  const code = page.locator("details[open] pre[aria-label=Python]").first();
  await code.waitFor();
  await page.keyboard.press("Tab");
  assert.equal(await code.evaluate((element) => element === document.activeElement), true);
  await page.keyboard.press("Tab");
  assert.notEqual(await page.evaluate(() => document.activeElement.tagName), "BODY");
}

// Paper shows every program and no navigation.
async function onPaper(page) {
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator("nav.chapters").isVisible(), false);
  const hidden = await page.evaluate(() =>
    [...document.querySelectorAll("details pre")].filter((code) => code.getBoundingClientRect().height < 20).length,
  );
  assert.equal(hidden, 0, "every program is printed");
}
