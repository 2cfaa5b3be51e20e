// Passkeys, with an authenticator that Chromium has in software: one is added, signs in by the button and where the address is
// typed, is the second step after a password and beside a new one, and is removed; then another is set up as the second step.

import assert from "node:assert/strict";
import { askForMail, choose, connect, enter, linkInMail, press, signIn } from "../acts.mjs";

const RECOVERY = { en: "Choose a new password", de: "Wählen Sie ein neues Passwort" };

// An authenticator in the browser of this tab. It answers by itself if somebody would have touched it (`present`).
async function authenticator(page, present = true) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  const { authenticatorId } = await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: present,
    },
  });
  return { devtools, authenticatorId };
}

// The passkeys of one authenticator, in another: as after they were copied to another device.
async function copied(from, to) {
  const { credentials } = await from.devtools.send("WebAuthn.getCredentials", { authenticatorId: from.authenticatorId });
  for (const credential of credentials) {
    const counted = { ...credential, signCount: credential.signCount + 100 };
    await to.devtools.send("WebAuthn.addCredential", { authenticatorId: to.authenticatorId, credential: counted });
  }
  return credentials.length;
}

export async function walk(stage) {
  const { issuer, user } = stage.site;
  const page = await stage.tab();
  const own = await authenticator(page);
  await page.goto(issuer);
  await signIn(page, user);
  await press(page, "#security");
  await stage.look(page, "security-none");

  // Nothing was there that could be used: the page says so, and stays.
  await own.devtools.send("WebAuthn.setUserVerified", { authenticatorId: own.authenticatorId, isUserVerified: false });
  await page.click("#add-passkey");
  await page.locator("form.passkey [role=alert]").waitFor();
  await stage.look(page, "security-passkey-failed");
  await own.devtools.send("WebAuthn.setUserVerified", { authenticatorId: own.authenticatorId, isUserVerified: true });

  await page.fill("#passkey-name", "Blue key");
  await press(page, "#add-passkey");
  assert.equal((await page.locator("#codes").innerText()).trim().split(/\s+/).length, 10);
  await press(page, "#go-on");
  assert.match(await page.locator("ul.rows").innerText(), /Blue key/);
  await stage.look(page, "security-passkey");

  // By the button, on the way to an app.
  const there = await stage.tab();
  const second = await authenticator(there);
  assert.equal(await copied(own, second), 1);
  await second.devtools.send("WebAuthn.setAutomaticPresenceSimulation", {
    authenticatorId: second.authenticatorId,
    enabled: false,
  });
  await connect(there, stage.site);
  await there.locator("#passkey").waitFor();
  await stage.look(there, "sign-in-passkey");
  await second.devtools.send("WebAuthn.setAutomaticPresenceSimulation", {
    authenticatorId: second.authenticatorId,
    enabled: true,
  });
  await press(there, "#passkey");
  assert.match(there.url(), /\/consent/);

  // Where the address is typed: nothing is pressed.
  const typed = await stage.tab();
  const third = await authenticator(typed);
  assert.equal(await copied(second, third), 1);
  await typed.goto(`${issuer}/sign-in`);
  await typed.waitForURL(/\/account$/);

  // After the password.
  const after = await stage.tab();
  const fourth = await authenticator(after);
  assert.equal(await copied(third, fourth), 1);
  await fourth.devtools.send("WebAuthn.setAutomaticPresenceSimulation", {
    authenticatorId: fourth.authenticatorId,
    enabled: false,
  });
  await after.goto(`${issuer}/sign-in`);
  await signIn(after, user);
  await stage.look(after, "second-factor-passkey");
  await fourth.devtools.send("WebAuthn.setAutomaticPresenceSimulation", {
    authenticatorId: fourth.authenticatorId,
    enabled: true,
  });
  await press(after, "#passkey");
  assert.match(after.url(), /\/account$/);

  // Beside a new password, in place of a code.
  const forgotten = await stage.tab();
  const fifth = await authenticator(forgotten);
  assert.equal(await copied(fourth, fifth), 1);
  await forgotten.goto(`${issuer}/recover`);
  await askForMail(forgotten, user.email);
  await forgotten.goto(await linkInMail(stage, user.email, RECOVERY[stage.language]));
  await stage.look(forgotten, "choose-password-passkey");
  await press(forgotten, "#passkey");
  assert.equal(await forgotten.locator("#code").count(), 0);
  await stage.look(forgotten, "choose-password-proved");
  await choose(forgotten, { password: "a new password for the winter" });
  await forgotten.goto(`${issuer}/account/security`);

  // Renamed, and removed.
  await forgotten.locator("ul.rows summary").click();
  await forgotten.locator("ul.rows details[open]").waitFor();
  await forgotten.fill("ul.rows input[name=name]", "Red key");
  await enter(forgotten, "ul.rows input[name=name]");
  assert.match(await forgotten.locator("ul.rows").innerText(), /Red key/);
  await forgotten.locator("ul.rows summary").click();
  await stage.look(forgotten, "security-passkey-change");
  await press(forgotten, forgotten.locator("ul.rows button").last());
  assert.equal(await forgotten.locator("ul.rows").count(), 0);
  await stage.look(forgotten, "security-passkey-removed");

  // Another one, where a second step is set up.
  await press(forgotten, "#set-up");
  await stage.look(forgotten, "second-factor-set-up-passkey");
  await press(forgotten, "#add-passkey");
  assert.equal((await forgotten.locator("#codes").innerText()).trim().split(/\s+/).length, 10);
  await press(forgotten, "#go-on");
  assert.equal(await forgotten.locator("ul.rows").count(), 1);
}
