// A developer on the portal's own host who signed in a while ago: what takes a proof sends them to the issuer, in another tab,
// and goes on with what was typed. Somebody else ages the session once it is there.

import assert from "node:assert/strict";
import { press, signIn } from "../acts.mjs";

const PROVE = "form[action='/apps/new'] .aside a[target='_blank']";

export async function walk(stage) {
  const { issuer, portal, user } = stage.site;
  const page = await stage.tab();
  await page.goto(`${portal}/apps/new`);
  assert.equal(new URL(page.url()).origin, issuer, "one signs in at the issuer");
  await signIn(page, user);
  assert.equal(page.url(), `${portal}/apps/new`, "and comes back");
  const deadline = Date.now() + 15_000;
  while ((await page.locator(PROVE).count()) === 0 && Date.now() < deadline) {
    await page.waitForTimeout(50);
    await page.goto(`${portal}/apps/new`);
  }
  assert.equal(await page.locator("#password").count(), 0, "no password is typed there");
  await page.fill("#name", "Bulletin Board");
  await page.fill("#homepage", "https://board.example.org");
  await page.fill("#redirect-1", "https://board.example.org/callback");
  await press(page, "#create");
  assert.equal(await page.locator("#problem").count(), 1, "it is to be proved first");
  assert.equal(await page.inputValue("#name"), "Bulletin Board", "what was typed is kept");
  await stage.look(page, "own-host-unproved");

  const [other] = await Promise.all([page.context().waitForEvent("page"), page.locator(PROVE).click()]);
  await other.waitForLoadState("domcontentloaded");
  assert.equal(new URL(other.url()).origin, issuer, "it is proved at the issuer");
  assert.equal(await other.inputValue("#email"), user.email);
  await other.fill("#password", user.password);
  await press(other, "#sign-in");
  assert.equal(new URL(other.url()).origin, portal, "and one is back on the portal");
  await other.goto(`${portal}/apps/new`);
  assert.equal(await other.locator(PROVE).count(), 0, "nothing is to be proved any more");
  await other.close();

  await press(page, "#create");
  assert.match(await page.inputValue("#client-secret"), /^cs_/);
  await stage.look(page, "own-host-made");
}
