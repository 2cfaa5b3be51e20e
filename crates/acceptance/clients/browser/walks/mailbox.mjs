// Somebody new and their mailbox, with mails that a mail server took: an account whose address is proved, another
// address taken back from the earlier one, a new device signed out by whoever is signed out, a forgotten password.
//
// Pages are known by their forms and not by their words, so it is walked in any language.

import assert from "node:assert/strict";
import { askForMail, choose, press, signIn } from "../acts.mjs";
import { Mailbox } from "../mailbox.mjs";

const NAME = "Nora New";
const NEW = "nora@example.com";
const ELSEWHERE = "nora@elsewhere.example";
const FIRST = "four quiet winter walks";
const SECOND = "yet another kettle for spring";
const THIRD = "a new lantern for the harbour";

export async function walk(stage) {
  const { issuer } = stage.site;
  const mailbox = new Mailbox(stage.site.mails, issuer);
  const page = await stage.tab();
  await signUp(stage, mailbox, page);
  const phone = await changeAddressAndTakeItBack(stage, mailbox, page);
  await endWhatIsNew(stage, mailbox, phone);
  await recover(stage, mailbox, phone);
}

async function signUp(stage, mailbox, page) {
  await page.goto(`${stage.site.issuer}/sign-in`);
  await stage.look(page, "sign-in");
  await press(page, "a[href^='/sign-up']");
  await stage.look(page, "sign-up");
  await askForMail(page, NEW);
  await stage.look(page, "mail-sent");
  // The mail is opened on another device, which has no cookie of the first.
  const phone = await stage.tab();
  const link = await mailbox.link(NEW);
  await phone.goto(link);
  await stage.look(phone, "join");
  await choose(phone, { name: NAME, password: FIRST });
  await assertSignedIn(phone);
  await stage.look(phone, "account");
  await phone.goto(link);
  await assertGone(phone, "#choose");
  await stage.look(phone, "link-used");
  await page.goto(`${stage.site.issuer}/sign-in`);
  await signIn(page, { email: NEW, password: FIRST });
  await assertSignedIn(page);
  await mailbox.link(NEW);
}

// Changed in one browser; taken back in another, with a password that the first does not know.
async function changeAddressAndTakeItBack(stage, mailbox, page) {
  await page.fill("#new-email", ELSEWHERE);
  await page.fill("#email-password", FIRST);
  await press(page, "#change-email");
  await page.goto(await mailbox.link(ELSEWHERE));
  await stage.look(page, "change-address");
  await press(page, "#next");
  await stage.look(page, "address-changed");
  await page.goto(`${stage.site.issuer}/account`);
  assert.equal(await page.inputValue("#email"), ELSEWHERE);

  const phone = await stage.tab();
  await phone.goto(await mailbox.link(NEW));
  assert.equal(await phone.locator("#name").count(), 0, "the account has a name");
  await stage.look(phone, "restore-address");
  await choose(phone, { password: SECOND });
  await assertSignedIn(phone);
  assert.equal(await phone.inputValue("#email"), NEW);
  await assertSignedOut(stage, page);
  await mailbox.link(NEW);
  return phone;
}

async function endWhatIsNew(stage, mailbox, phone) {
  const unknown = await stage.tab();
  await unknown.goto(`${stage.site.issuer}/sign-in`);
  await signIn(unknown, { email: NEW, password: SECOND });
  await assertSignedIn(unknown);
  const signedOut = await stage.tab();
  await signedOut.goto(await mailbox.link(NEW));
  await stage.look(signedOut, "new-device");
  await press(signedOut, "#next");
  await stage.look(signedOut, "new-device-ended");
  await assertSignedOut(stage, unknown);
  await phone.goto(`${stage.site.issuer}/account`);
  await assertSignedIn(phone);
}

async function recover(stage, mailbox, phone) {
  const page = await stage.tab();
  await page.goto(`${stage.site.issuer}/sign-in`);
  await press(page, "a[href^='/recover']");
  await stage.look(page, "recovery");
  await askForMail(page, NEW);
  await page.goto(await mailbox.link(NEW));
  await stage.look(page, "choose-password");
  await choose(page, { password: THIRD });
  await assertSignedIn(page);
  await stage.look(page, "recovered");
  await assertSignedOut(stage, phone);
  await signIn(phone, { email: NEW, password: SECOND });
  await assertGone(phone, "#end-all");
  await signIn(phone, { email: NEW, password: THIRD });
  await assertSignedIn(phone);
}

async function assertSignedIn(page) {
  assert.equal(await page.locator("#end-all").count(), 1, `${page.url()}: the account page`);
}

async function assertSignedOut(stage, page) {
  await page.goto(`${stage.site.issuer}/account`);
  assert.equal(await page.locator("#sign-in").count(), 1, `${page.url()}: the sign-in page`);
}

async function assertGone(page, id) {
  assert.equal(await page.locator(id).count(), 0, `${page.url()}: ${id}`);
}
