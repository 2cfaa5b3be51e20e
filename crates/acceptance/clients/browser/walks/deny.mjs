// Deny: the app is told, nothing is remembered, and a second try asks again.

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
}
