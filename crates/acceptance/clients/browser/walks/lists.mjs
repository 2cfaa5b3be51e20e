// The list of a developer's apps: empty, and with 500 of them, in pages and by what is sought; names as long as they may
// be, without a space in them, and from right to left.
//
// SITE: `issuer`, `user` with no apps, `other` with 500 (email and password), `names`: what some of them are called.

import assert from "node:assert/strict";
import { press, signIn } from "../acts.mjs";

const ON_A_PAGE = 25;

export async function walk(stage) {
  const { issuer, user, other, names } = stage.site;
  const nobody = await signedIn(stage, user);
  assert.equal(await nobody.locator(".apps > li").count(), 0);
  assert.equal(await nobody.locator("#find").count(), 0, "there is nothing to seek");
  await look(stage, nobody, "no-apps");

  const page = await signedIn(stage, other);
  assert.equal(await page.locator(".apps > li").count(), ON_A_PAGE);
  await look(stage, page, "many-apps");
  await press(page, ".older a");
  assert.equal(await page.locator(".apps > li").count(), ON_A_PAGE);
  for (const [at, name] of names.entries()) {
    await page.fill("#q", name);
    await press(page, "#find");
    const found = page.locator(".apps > li strong");
    assert.deepEqual(await found.allInnerTexts(), [name], "it is found by its name");
    await look(stage, page, `found-${at}`);
    await press(page, found);
    assert.equal(await page.locator("h1").innerText(), name);
    await look(stage, page, `named-${at}`);
    await page.goto(`${issuer}/apps?q=nothing`);
  }
  await look(stage, page, "nothing-found");
  await press(page, "#all");
  assert.equal(new URL(page.url()).search, "");
}

async function signedIn(stage, person) {
  const page = await stage.tab();
  await page.goto(`${stage.site.issuer}/apps`);
  await signIn(page, person);
  return page;
}

// Looks at a page, which speaks the language that the browser asks for.
async function look(stage, page, name) {
  assert.equal(await page.getAttribute("html", "lang"), stage.language, `the language of ${name}`);
  await stage.look(page, name);
}
