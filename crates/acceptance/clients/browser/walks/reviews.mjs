// A developer asks for a review of an app and for a scope that is restricted; an administrator asks back, reads the
// answer, and approves.
//
// Pages are known by their forms and not by their words, so it is walked in any language.

import assert from "node:assert/strict";
import { heading, press, signIn } from "../acts.mjs";

export async function walk(stage) {
  const { issuer, user, admin } = stage.site;
  const page = await signedIn(stage, user, "/apps");
  await press(page, "#new-app");
  await page.fill("#name", "Bulletin Board");
  await page.fill("#homepage", "https://board.example.org");
  await page.fill("#redirect-1", "https://board.example.org/oauth/callback");
  await press(page, "#create");
  await press(page, "#go-on");
  const app = page.url();
  await look(stage, page, "app-waits");
  await page.goto(`${new URL(app).origin}${new URL(app).pathname}/review`);
  await look(stage, page, "review-ask");
  await page.check("#want-1");
  await press(page, "#ask");
  assert.equal(await page.locator("#problem li").count(), 1, "a scope has a reason");
  await look(stage, page, "review-problem");
  await page.fill("#why-1", "Moves every note of a board at once.");
  await page.fill("#note", "We are the board of the Northern Counties.");
  await press(page, "#ask");
  await look(stage, page, "review-asked");

  const desk = await signedIn(stage, admin, "/admin/requests");
  await look(stage, desk, "requests");
  await press(desk, ".rows a");
  assert.match(await heading(desk), /Bulletin Board/);
  await look(stage, desk, "request");
  await press(desk, "#ask-back");
  assert.equal(await desk.locator("#problem li").count(), 1, "a question has words");
  await desk.fill("#text", "For how many people?");
  await press(desk, "#ask-back");
  await look(stage, desk, "request-asked-back");

  await page.reload();
  await page.fill("#answer", "About forty.");
  await press(page, "#send-answer");
  await look(stage, page, "review-answered");

  await desk.reload();
  await press(desk, "#approve");
  await look(stage, desk, "request-approved");
  await desk.goto(`${issuer}/admin/requests`);
  await look(stage, desk, "requests-done");

  await page.reload();
  await look(stage, page, "review-approved");
  await page.goto(`${app}/log`);
  await look(stage, page, "log-empty");
}

async function signedIn(stage, person, path) {
  const page = await stage.tab();
  await page.goto(`${stage.site.issuer}${path}`);
  await signIn(page, person);
  assert.equal(new URL(page.url()).pathname, path, "the sign-in leads back");
  return page;
}

// Looks at a page, which speaks the language that the browser asks for.
async function look(stage, page, name) {
  assert.equal(await page.getAttribute("html", "lang"), stage.language, `the language of ${name}`);
  await stage.look(page, name);
}
