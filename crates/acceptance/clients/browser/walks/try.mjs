// A developer switches the test side of an app on, makes a link, and goes through the playground step by step; a person
// of the test side allows the app in a window of their own.
//
// Pages are known by their forms and not by their words, so it is walked in any language.

import assert from "node:assert/strict";
import { press, signIn } from "../acts.mjs";

export async function walk(stage) {
  const { issuer, user } = stage.site;
  const page = await stage.tab();
  await page.goto(`${issuer}/apps`);
  await signIn(page, user);
  await press(page, "#new-app");
  await page.fill("#name", "Bulletin Board");
  await page.fill("#homepage", "https://board.example.org");
  await page.fill("#redirect-1", "https://board.example.org/oauth/callback");
  await page.check("#device");
  await page.check("#own-behalf");
  await press(page, "#create");
  await press(page, "#go-on");
  await press(page, "#test-side");
  await look(stage, page, "test-side-off");
  await press(page, "#switch-on");
  await look(stage, page, "test-side-made");
  const person = await page.locator("dl div").first().evaluate((row) => {
    const text = (name) => row.querySelector(name).textContent.trim();
    return { email: text("dt"), password: text("dd") };
  });
  await press(page, "#go-on");
  await look(stage, page, "test-side-on");
  await press(page, "#add-person");
  await look(stage, page, "test-person-made");
  await press(page, "#go-on");
  await press(page, "#test-app");
  await look(stage, page, "test-app");
  const test = await page.inputValue("#client-id");
  assert.match(test, /^test_/);

  await press(page, "#try");
  await page.selectOption("#redirect", { index: 1 });
  await press(page, "#build");
  assert.match(await page.inputValue("#link"), /127\.0\.0\.1/);
  await look(stage, page, "try");

  await press(page, "#playground");
  await look(stage, page, "playground-before");
  await press(page, "#start");
  await look(stage, page, "playground-begun");
  const link = await page.inputValue("#link");
  const window = await stage.tab();
  await window.goto(link);
  await signIn(window, person);
  await press(window, "#allow");
  await look(stage, window, "playground-back");
  await window.close();

  await page.reload();
  for (const step of ["exchange", "token-info", "refresh", "revoke", "device", "client-credentials"]) {
    if (step !== "client-credentials") assert.equal(await lit(page), step, "the step that is lit");
    await press(page, `#do-${step}`);
    assert.match(await page.locator(`#${step}`).innerText(), /200/, step);
  }
  await press(page, "#do-device-poll");
  await look(stage, page, "playground-played");
  await press(page, "#do-authorize");
  assert.equal(new URL(page.url()).pathname.endsWith("/playground"), true, "the answer is taken back");
  await press(page, "#do-exchange");
  await press(page, "#end");
  assert.equal(await page.locator("#start").count(), 1, "it is over");
}

// The id of the step that comes next.
function lit(page) {
  return page.locator("[aria-current=step]").getAttribute("id");
}

// Looks at a page, which speaks the language that the browser asks for.
async function look(stage, page, name) {
  assert.equal(await page.getAttribute("html", "lang"), stage.language, `the language of ${name}`);
  await stage.look(page, name);
}
