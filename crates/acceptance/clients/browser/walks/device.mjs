// A device: the television shows a code, a phone reads it from the picture, its person signs in, sees what the
// television asks for, and answers. A no is told to the television; a yes shows it the tasks.

import assert from "node:assert/strict";
import jsQR from "jsqr";
import { PNG } from "pngjs";
import { heading, lookAgain, press, signIn, text } from "../acts.mjs";

// What a camera reads from the picture on the screen, once the picture is there: the page is shown before it.
async function scan(page) {
  const deadline = Date.now() + 15_000;
  let found = null;
  while (!found && Date.now() < deadline) {
    await page.waitForLoadState();
    const picture = PNG.sync.read(await lookAgain(page, () => page.locator("#qr").screenshot()));
    found = jsQR(new Uint8ClampedArray(picture.data), picture.width, picture.height);
  }
  assert.ok(found, "the QR code can be read");
  return found.data;
}

// Waits until the television has noticed the answer: its page loads itself again.
async function noticed(page, words) {
  await page.locator("h1", { hasText: words }).waitFor();
}

export async function walk(stage) {
  const { site } = stage;
  const television = await stage.tab(await stage.person());
  await television.goto(site.demo_app);
  await press(television, "#television");
  const code = await television.locator("#user-code").innerText();
  assert.match(code, /^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
  assert.equal(await scan(television), `${site.issuer}/device?user_code=${code}`);
  await stage.look(television, "television-code", /^Television/);

  // The phone opens what it read. Sign-in comes first, then the code to be compared, then the question.
  const phone = await stage.tab(await stage.person());
  await phone.goto(await scan(television));
  await signIn(phone, site.user);
  assert.equal(await phone.inputValue("#user_code"), code);
  assert.match(await text(phone), /Is this the code on the screen of your device\?/);
  await stage.look(phone, "device-code-filled", /^Connect a device/);
  await press(phone, "#continue");
  assert.equal(await heading(phone), "Allow Task Board to use your Valetkey dev account?");
  assert.deepEqual(await phone.locator(".says").allInnerTexts(), ["See your tasks"]);
  assert.equal(await phone.locator(".box .user-code").innerText(), code);
  await stage.look(phone, "device-consent", /^Allow Task Board/);
  await press(phone, "#deny");
  assert.equal(await heading(phone), "Nothing was allowed");
  await noticed(television, "The television is not connected");
  assert.match(await text(television), /access_denied/);

  // Another code, typed by hand this time, carelessly.
  await press(television, "#again");
  const second = await television.locator("#user-code").innerText();
  assert.notEqual(second, code);
  await phone.goto(`${site.issuer}/device`);
  await stage.look(phone, "device-code", /^Connect a device/);
  await phone.fill("#user_code", "BBBB BBBB");
  await press(phone, "#continue");
  assert.match(await text(phone), /That code leads nowhere/);
  await stage.look(phone, "device-code-wrong", /^Problem: Connect a device/);
  await phone.fill("#user_code", ` ${second.toLowerCase().replace("-", " ")}`);
  await phone.keyboard.press("Enter");
  await phone.locator("#allow").waitFor();
  await press(phone, "#allow");
  assert.equal(await heading(phone), "Your device is connected");
  await stage.look(phone, "device-done", /^Your device is connected/);
  await noticed(television, "Your tasks");
  assert.ok((await television.locator(".tasks li").count()) > 0, "the tasks are on the screen");
  await stage.look(television, "television-tasks", /^Television/);
}
