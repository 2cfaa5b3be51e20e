// Somebody new and their mailbox, with mails that a mail server took: an account whose address is proved, another
// address taken back from the earlier one, a new device signed out by whoever is signed out, a forgotten password.
//
// Pages are found by their forms, so it is walked in any language; what they and the mails are called is in that one.

import assert from "node:assert/strict";
import { askForMail, choose, press, signIn } from "../acts.mjs";
import { Mailbox } from "../mailbox.mjs";

const NAME = "Nora New";
const NEW = "nora@example.com";
const ELSEWHERE = "nora@elsewhere.example";
const FIRST = "four quiet winter walks";
const SECOND = "yet another kettle for spring";
const THIRD = "a new lantern for the harbour";

// What each page that is looked at is called, and each mail.
const WORDS = {
  en: {
    "sign-in": "Sign in",
    "sign-up": "Create an account",
    join: "Create your account",
    account: "Your account",
    "link-used": "This link was used",
    "change-address": "Use this address",
    "address-changed": "Your address is changed",
    "restore-address": "Choose a new password",
    "new-device": "Was this not you?",
    "new-device-ended": "That browser is signed out",
    recovery: "Get a new password",
    "choose-password": "Choose a new password",
    recovered: "Your account",
    mails: {
      join: "Create your account at Valetkey",
      device: "A new device signed in to Valetkey",
      change: "Confirm your new e-mail at Valetkey",
      changed: "Your e-mail at Valetkey was changed",
      password: "Your password at Valetkey was changed",
      recovery: "Choose a new password at Valetkey",
    },
  },
  de: {
    "sign-in": "Anmelden",
    "sign-up": "Konto erstellen",
    join: "Erstellen Sie Ihr Konto",
    account: "Ihr Konto",
    "link-used": "Dieser Link wurde schon benutzt",
    "change-address": "Diese Adresse verwenden",
    "address-changed": "Ihre Adresse ist geändert",
    "restore-address": "Neues Passwort wählen",
    "new-device": "Waren Sie das nicht?",
    "new-device-ended": "Der Browser ist abgemeldet",
    recovery: "Neues Passwort anfordern",
    "choose-password": "Neues Passwort wählen",
    recovered: "Ihr Konto",
    mails: {
      join: "Erstellen Sie Ihr Konto bei Valetkey",
      device: "Ein neues Gerät hat sich bei Valetkey angemeldet",
      change: "Bestätigen Sie Ihre neue E-Mail-Adresse bei Valetkey",
      changed: "Ihre E-Mail-Adresse bei Valetkey wurde geändert",
      password: "Ihr Passwort bei Valetkey wurde geändert",
      recovery: "Wählen Sie ein neues Passwort bei Valetkey",
    },
  },
};

export async function walk(stage) {
  const { issuer } = stage.site;
  const mailbox = new Mailbox(stage.site.mails, issuer);
  const page = await stage.tab();
  await signUp(stage, mailbox, page);
  const phone = await changeAddressAndTakeItBack(stage, mailbox, page);
  await endWhatIsNew(stage, mailbox, phone);
  await recover(stage, mailbox, phone);
  await read(stage, mailbox);
}

// One mail of each kind that came.
async function read(stage, mailbox) {
  const kinds = new Map((await mailbox.all()).map((mail) => [mail.headers.Subject, mail.html]));
  assert.deepEqual([...kinds.keys()].sort(), Object.values(mails(stage)).sort());
  for (const [subject, html] of kinds) {
    assert.ok(html.includes(`lang="${stage.language}"`), subject);
    await stage.lookAtMail(html, subject);
  }
}

async function signUp(stage, mailbox, page) {
  await page.goto(`${stage.site.issuer}/sign-in`);
  await look(stage, page, "sign-in");
  await press(page, "a[href*='/sign-up']");
  await look(stage, page, "sign-up");
  await askForMail(page, NEW);
  await look(stage, page, "mail-sent");
  // The mail is opened on another device, which has no cookie of the first.
  const phone = await stage.tab();
  const link = await mailbox.link(NEW, mails(stage).join);
  await phone.goto(link);
  await look(stage, phone, "join");
  await choose(phone, { name: NAME, password: FIRST });
  await assertSignedIn(phone);
  await look(stage, phone, "account");
  await phone.goto(link);
  await assertGone(phone, "#choose");
  await look(stage, phone, "link-used");
  await page.goto(`${stage.site.issuer}/sign-in`);
  await signIn(page, { email: NEW, password: FIRST });
  await assertSignedIn(page);
  await mailbox.link(NEW, mails(stage).device);
}

// Changed in one browser; taken back in another, with a password that the first does not know.
async function changeAddressAndTakeItBack(stage, mailbox, page) {
  await page.fill("#new-email", ELSEWHERE);
  await page.fill("#email-password", FIRST);
  await press(page, "#change-email");
  await page.goto(await mailbox.link(ELSEWHERE, mails(stage).change));
  await look(stage, page, "change-address");
  await press(page, "#next");
  await look(stage, page, "address-changed");
  await page.goto(`${stage.site.issuer}/account`);
  assert.equal(await page.inputValue("#email"), ELSEWHERE);

  const phone = await stage.tab();
  await phone.goto(await mailbox.link(NEW, mails(stage).changed));
  assert.equal(await phone.locator("#name").count(), 0, "the account has a name");
  await look(stage, phone, "restore-address");
  await choose(phone, { password: SECOND });
  await assertSignedIn(phone);
  assert.equal(await phone.inputValue("#email"), NEW);
  await assertSignedOut(stage, page);
  await mailbox.link(NEW, mails(stage).password);
  return phone;
}

async function endWhatIsNew(stage, mailbox, phone) {
  const unknown = await stage.tab();
  await unknown.goto(`${stage.site.issuer}/sign-in`);
  await signIn(unknown, { email: NEW, password: SECOND });
  await assertSignedIn(unknown);
  const signedOut = await stage.tab();
  await signedOut.goto(await mailbox.link(NEW, mails(stage).device));
  await look(stage, signedOut, "new-device");
  await press(signedOut, "#next");
  await look(stage, signedOut, "new-device-ended");
  await assertSignedOut(stage, unknown);
  await phone.goto(`${stage.site.issuer}/account`);
  await assertSignedIn(phone);
}

async function recover(stage, mailbox, phone) {
  const page = await stage.tab();
  await page.goto(`${stage.site.issuer}/sign-in`);
  await press(page, "a[href*='/recover']");
  await look(stage, page, "recovery");
  await askForMail(page, NEW);
  await page.goto(await mailbox.link(NEW, mails(stage).recovery));
  await look(stage, page, "choose-password");
  await choose(page, { password: THIRD });
  await assertSignedIn(page);
  await look(stage, page, "recovered");
  await assertSignedOut(stage, phone);
  await signIn(phone, { email: NEW, password: SECOND });
  await assertGone(phone, "#end-all");
  await signIn(phone, { email: NEW, password: THIRD });
  await assertSignedIn(phone);
}

function mails(stage) {
  return WORDS[stage.language].mails;
}

// Looks at a page, which speaks the language of the browser.
async function look(stage, page, picture) {
  assert.equal(await page.locator("html").getAttribute("lang"), stage.language, picture);
  const words = WORDS[stage.language][picture];
  if (words) assert.equal(await page.locator("h1").innerText(), words, picture);
  await stage.look(page, picture);
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
