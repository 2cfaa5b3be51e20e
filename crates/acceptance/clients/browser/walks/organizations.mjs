// Two people run an app together: one starts an organization and invites the other, who joins and makes an app for it,
// with a picture; roles are set, the app changes hands, and the organization ends.
//
// Pages are known by their forms and not by their words, so it is walked in any language.

import assert from "node:assert/strict";
import { heading, press, signIn } from "../acts.mjs";

export async function walk(stage) {
  const { issuer, user, other, picture } = stage.site;
  const page = await signedIn(stage, user);
  await look(stage, page, "organizations-none");
  await page.fill("#name", " ");
  await press(page, "#found");
  assert.equal(await page.locator("#problem li").count(), 1, "it has no name");
  await look(stage, page, "organizations-problem");
  await page.fill("#name", "Board Makers Ltd");
  await press(page, "#found");
  assert.equal(await heading(page), "Board Makers Ltd");
  await look(stage, page, "organization-new");

  await page.fill("#email", user.email);
  await press(page, "#invite");
  assert.equal(await page.locator("#problem li").count(), 1, "they belong to it");
  await look(stage, page, "organization-problem");
  await page.fill("#email", other.email);
  await page.selectOption("#invite-role", "developer");
  await press(page, "#invite");
  await look(stage, page, "organization-invited");

  const guest = await signedIn(stage, other);
  await look(stage, guest, "organizations-invited");
  await press(guest, guest.locator("form[action='/organizations/accept'] button"));
  assert.equal(await heading(guest), "Board Makers Ltd");
  assert.equal(await guest.locator("#invite").count(), 0, "a developer invites nobody");
  await look(stage, guest, "organization-joined");

  await press(guest, "p.actions a.button");
  await look(stage, guest, "organization-apps");
  await press(guest, "#new-app");
  assert.notEqual(await guest.inputValue("#organization"), "", "it is chosen already");
  await guest.fill("#name", "Bulletin Board");
  await guest.fill("#homepage", "https://board.example.org");
  await guest.fill("#redirect-1", "https://board.example.org/oauth/callback");
  await look(stage, guest, "new-app-of-organization");
  await press(guest, "#create");
  await press(guest, "#go-on");
  await guest.setInputFiles("#file", picture);
  await press(guest, "#upload");
  assert.equal(await guest.locator("img.tile").count(), 1, "it has a picture");
  assert.equal(await guest.locator("#transfer").count(), 0, "a developer hands nothing over");
  await look(stage, guest, "app-of-organization");

  await page.reload();
  const second = page.locator("section[aria-labelledby=members-title] .rows > li").nth(1);
  await second.locator("summary").click();
  await second.locator("select").selectOption("viewer");
  await look(stage, page, "organization-member");
  await press(page, second.locator("form[action='/organizations/role'] button"));
  await guest.reload();
  assert.equal(await guest.locator("#save, #upload, #make-secret").count(), 0, "a viewer changes nothing");
  await look(stage, guest, "app-of-organization-viewed");

  await page.goto(guest.url());
  await page.click("#transfer");
  await page.fill("#transfer-email", other.email);
  await press(page, "#offer");
  await look(stage, page, "app-offered");
  await guest.goto(`${issuer}/apps`);
  await look(stage, guest, "apps-offered");
  await press(guest, guest.locator("form[action='/apps/transfer/accept'] button"));
  assert.equal(await heading(guest), "Bulletin Board");
  await look(stage, guest, "app-taken-over");

  await page.goto(`${issuer}/organizations`);
  await press(page, ".rows a");
  await page.click("#dissolve");
  await page.fill("#confirm", "Board Makers Ltd");
  await look(stage, page, "organization-end");
  await press(page, "#dissolve-button");
  assert.equal(new URL(page.url()).pathname, "/organizations");
  await look(stage, page, "organizations-after");
}

async function signedIn(stage, person) {
  const page = await stage.tab();
  await page.goto(`${stage.site.issuer}/organizations`);
  await signIn(page, person);
  assert.equal(new URL(page.url()).pathname, "/organizations", "the sign-in leads back");
  return page;
}

// Looks at a page, which speaks the language that the browser asks for.
async function look(stage, page, name) {
  assert.equal(await page.getAttribute("html", "lang"), stage.language, `the language of ${name}`);
  await stage.look(page, name);
}
