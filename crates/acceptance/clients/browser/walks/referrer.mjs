// A link that recovers an account is opened from a mail, and nobody is told of it: no header of any request that the browser
// sends has its token, and what the pages behind it lead to sees not even where people came from.
//
// "A web application may use URLs which themselves grant some capability. Controlling the referrer can help prevent these
// capability URLs from leaking via referrer headers." (W3C Referrer Policy §1.2) "The simplest policy is "no-referrer", which
// specifies that no referrer information is to be sent along with requests to any origin. The header Referer will be omitted
// entirely." (§3.1)

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:https";
import { join } from "node:path";
import { askForMail, choose, heading, linkInMail, press } from "../acts.mjs";

const NEXT = "a new password for the winter";

export async function walk(stage) {
  const { issuer, user } = stage.site;
  const elsewhere = await Elsewhere.listen(JSON.parse(process.env.ELSEWHERE));
  try {
    const asked = await stage.tab();
    await asked.goto(`${issuer}/recover`);
    await askForMail(asked, user.email);
    const link = await linkInMail(stage, user.email, "Choose a new password");
    const token = new URL(link).searchParams.get("t");
    assert.ok(token.length > 20, link);

    const person = await stage.person({ ignoreHTTPSErrors: true });
    const sent = record(person);
    const page = await stage.tab(person);
    // From the page of a mail program, which is of another origin too.
    elsewhere.mail = link;
    await page.goto(`${elsewhere.origin}/mail`);
    await press(page, "a");
    assert.equal(await heading(page), "Choose a new password");
    await page.waitForLoadState("networkidle");
    await leave(page, elsewhere);
    await choose(page, { password: NEXT });
    assert.equal(await heading(page), "Your account");
    await page.waitForLoadState("networkidle");
    await leave(page, elsewhere);
    // Opened once more, it is used.
    await page.goto(link);
    await leave(page, elsewhere);

    await assertUntold(sent, token, link, elsewhere);
    assert.ok(elsewhere.seen.length >= 12, `${elsewhere.seen.length} requests came`);
    for (const { url, referer } of elsewhere.seen) assert.equal(referer, undefined, url);
  } finally {
    elsewhere.close();
  }
}

// Every request that a person's browser sends.
function record(person) {
  const sent = [];
  person.on("request", (request) => sent.push(request));
  return sent;
}

// By each link of the page that leads to another site, and by one that says nothing of referrers itself, so that the page
// alone keeps it back; each time back again.
async function leave(page, elsewhere) {
  const here = page.url();
  const away = `a[href^="${elsewhere.origin}"]`;
  const count = await page.locator(away).count();
  assert.ok(count >= 2, `${here}: ${count} links lead away`);
  for (let at = 0; at <= count; at += 1) {
    if (at === count) await page.evaluate((href) => {
      const link = Object.assign(document.createElement("a"), { href, textContent: "away" });
      document.querySelector("main").append(link);
    }, `${elsewhere.origin}/plain`);
    await press(page, page.locator(away).nth(at));
    assert.equal(await heading(page), "Elsewhere");
    await page.goBack();
    await page.waitForLoadState();
    assert.equal(page.url(), here);
  }
}

// Nothing but the request for the link itself names the token, no header of any request does, and none of the provider's
// pages is named as what led to a request.
async function assertUntold(sent, token, link, elsewhere) {
  const paths = [];
  for (const request of sent) {
    const url = new URL(request.url());
    const headers = await request.allHeaders();
    for (const [name, value] of Object.entries(headers)) {
      assert.ok(!value.includes(token), `${url}: ${name}: ${value}`);
    }
    const { referer } = headers;
    assert.ok(!referer || new URL(referer).origin === elsewhere.origin, `${url}: ${referer}`);
    if (url.href.includes(token)) assert.equal(url.href, link);
    if (url.origin !== elsewhere.origin) paths.push(url.pathname);
  }
  // The pages, what they show, and the form that was sent.
  for (const path of ["/link", "/link/password", "/account"]) assert.ok(paths.includes(path), `${path}: ${paths}`);
  assert.ok(paths.some((path) => path.startsWith("/assets/")), `no file of a page: ${paths}`);
}

// A site of another origin, with pages that the provider's links lead to, and a mail program.
class Elsewhere {
  static async listen({ folder, port }) {
    const [cert, key] = await Promise.all(["cert.pem", "key.pem"].map((name) => readFile(join(folder, name))));
    const site = new Elsewhere(`https://127.0.0.1:${port}`);
    site.server = createServer({ cert, key }, (request, response) => site.answer(request, response));
    await new Promise((done) => site.server.listen(port, "127.0.0.1", done));
    return site;
  }

  constructor(origin) {
    Object.assign(this, { origin, mail: undefined, seen: [] });
  }

  answer({ url, headers }, response) {
    if (url !== "/mail") this.seen.push({ url, referer: headers.referer });
    const inside = url === "/mail" ? `<h1>Mail</h1><a href="${this.mail}">Choose</a>` : "<h1>Elsewhere</h1>";
    response.setHeader("Content-Type", "text/html; charset=utf-8");
    response.end(`<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>Elsewhere</title>${inside}`);
  }

  close() {
    this.server.closeAllConnections();
    this.server.close();
  }
}
