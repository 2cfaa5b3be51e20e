// Deny: the app is told, nothing is remembered, and a second try asks again. What is allowed then is remembered:
// after a sign-out, signing in leads straight back to the app.

import assert from "node:assert/strict";
import { assertConsent, connect, heading, press, signIn, text } from "../acts.mjs";

export async function walk(stage) {
  const { site } = stage;
  const page = await stage.tab();
  await connect(page, site);
  await signIn(page, site.user);
  await press(page, "#deny");
  assert.equal(new URL(page.url()).origin, site.demo_app);
  assert.equal(new URL(page.url()).searchParams.get("error"), "access_denied");
  assert.match(await text(page), /You chose not to allow it[\s\S]*access_denied/);
  await stage.look(page, "demo-denied", /^Not connected/);

  await press(page, "#again");
  await assertConsent(page, site, ["See your tasks", "Add tasks and change them"]);
  await press(page, "#allow");
  assert.equal(await heading(page), "Your tasks");

  await page.goto(`${site.issuer}/account`);
  await press(page, "#sign-out");
  await connect(page, site);
  await signIn(page, { email: site.user.email, password: "not the password" });
  await signIn(page, site.user);
  assert.equal(page.url(), `${site.demo_app}/tasks`);
}
