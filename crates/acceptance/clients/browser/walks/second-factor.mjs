// The second step of a sign-in: set up on the account page, proved at the next sign-in, recovered, removed.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { assertFocus, connect, heading, press, signIn } from "../acts.mjs";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const STEP = 30;

// What an authenticator app makes of a key (RFC 6238), `steps` away from now.
function code(key, steps) {
  const bits = [...key.replace(/\s/g, "")].map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const seed = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 1000 / STEP) + steps));
  const tag = createHmac("sha1", seed).update(counter).digest();
  const number = tag.readUInt32BE(tag[19] & 15) & 0x7fff_ffff;
  return String(number % 1_000_000).padStart(6, "0");
}

async function typed(page, field, text, button) {
  await page.fill(field, text);
  await press(page, button);
}

export async function walk(stage) {
  const { issuer, user } = stage.site;
  const page = await stage.tab();
  await page.goto(issuer);
  await signIn(page, user);
  await press(page, "#security");
  assert.equal(await heading(page), stage.words("Passkeys and second step", "Passkeys und zweiter Schritt"));
  await stage.look(page, "security-none", stage.words(/^Passkeys and second step/, /^Passkeys und zweiter Schritt/));
  await press(page, "#set-up");
  assert.equal(await heading(page), stage.words("Set up a second step", "Zweiten Schritt einrichten"));
  const key = (await page.locator("#key").innerText()).trim();
  await stage.look(page, "second-factor-set-up", stage.words(/^Set up a second step/, /^Zweiten Schritt einrichten/));
  await typed(page, "#code", "000000", "#set-up");
  assert.match(await page.locator("#problem").innerText(), stage.words(/wrong/, /stimmt nicht/));
  await assertFocus(page, "problem");
  assert.equal((await page.locator("#key").innerText()).trim(), key, "the key stays the same");
  await stage.look(page, "second-factor-set-up-problem", stage.words(/^Problem: Set up a second step/, /^Problem: Zweiten Schritt einrichten/));
  const used = code(key, -1);
  await typed(page, "#code", used, "#set-up");
  assert.equal(await heading(page), stage.words("Your recovery codes", "Ihre Wiederherstellungs\u00adcodes"));
  const codes = (await page.locator("#codes").innerText()).trim().split(/\s+/);
  assert.equal(codes.length, 10);
  await stage.look(page, "recovery-codes", stage.words(/^Your recovery codes/, /^Ihre Wiederherstellungs\u00adcodes/));
  await press(page, "#go-on");
  await stage.look(page, "security", stage.words(/^Passkeys and second step/, /^Passkeys und zweiter Schritt/));

  // The next sign-in asks for it, and goes on to what waits.
  const there = await stage.tab();
  await connect(there, stage.site);
  await signIn(there, user);
  assert.equal(await heading(there), stage.words("Your second step", "Ihr zweiter Schritt"));
  await assertFocus(there, "code");
  await stage.look(there, "second-factor", stage.words(/^Your second step/, /^Ihr zweiter Schritt/));
  await typed(there, "#code", used, "#prove");
  assert.match(await there.locator("#problem").innerText(), stage.words(/used already/, /schon benutzt/));
  await stage.look(there, "second-factor-problem", stage.words(/^Problem: Your second step/, /^Problem: Ihr zweiter Schritt/));
  await there.locator("summary").click();
  await typed(there, "#recovery", codes[0], "#recover");
  assert.match(await heading(there), stage.words(/^Allow /, /erlauben|Zugriff|zulassen/));

  // Taken away again.
  await press(page, "#new-codes");
  assert.equal(await heading(page), stage.words("Your recovery codes", "Ihre Wiederherstellungs\u00adcodes"));
  await press(page, "#go-on");
  await press(page, "#remove");
  assert.match(await page.locator("[role=status]").innerText(), stage.words(/is removed/, /ist entfernt/));
  await stage.look(page, "security-removed");
}
