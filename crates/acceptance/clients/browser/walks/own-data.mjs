// Where a person is signed in, what they take with them, and the end of their account.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { assertFocus, connect, press, signIn } from "../acts.mjs";

export async function walk(stage) {
  const { site } = stage;
  stage.widths = [320, 360, 768, 1280];
  const page = await stage.tab();
  await connect(page, site);
  await signIn(page, site.user);
  await press(page, page.locator("form [value=allow]"));
  const elsewhere = await stage.tab();
  await elsewhere.goto(`${site.issuer}/sign-in`);
  await signIn(elsewhere, site.user);

  // All others are signed out, and this one stays.
  await page.goto(`${site.issuer}/account`);
  assert.equal(await page.locator(".rows > li").count(), 2);
  await stage.look(page, "account-sessions");
  await press(page, "#end-others");
  await page.locator("[role=status]").waitFor();
  assert.equal(await page.locator(".rows > li").count(), 1);
  await elsewhere.goto(`${site.issuer}/account`);
  assert.equal(await elsewhere.locator("#sign-in").count(), 1);

  await press(page, "#own-data");
  await stage.look(page, "own-data");
  const saved = page.waitForEvent("download");
  await page.locator("#export").click();
  const download = await saved;
  assert.equal(download.suggestedFilename(), "account.json");
  const document = JSON.parse(await readFile(await download.path(), "utf8"));
  assert.equal(document.account.email, site.user.email);
  assert.equal(document.connected_apps.length, 1);

  await page.fill("#confirm", "somebody@example.com");
  await press(page, "#delete");
  assert.equal(await page.locator("#confirm-problem").count(), 1);
  await assertFocus(page, "problem");
  await stage.look(page, "own-data-problem");
  await page.fill("#confirm", site.user.email);
  await press(page, "#delete");
  assert.equal(await page.locator("#sign-in").count(), 1);
  await page.locator("[role=status]").waitFor();
  await stage.look(page, "account-deleted");
  await signIn(page, site.user);
  assert.equal(await page.locator("#problem").count(), 1, "nobody has that password");
}
