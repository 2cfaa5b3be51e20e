// Sign-ins at the company's own login that sign nobody in: whoever comes back finds out why, and a way on. The company is
// this walk, by its secret; its page says nothing.

import assert from "node:assert/strict";
import { heading, press, text } from "../acts.mjs";

export async function walk(stage) {
  const { issuer, secret, titles, sentences } = stage.site;
  const call = async (what, body) => {
    const headers = { "Content-Type": "application/json", Authorization: `Bearer ${secret}` };
    const reply = await fetch(`${issuer}/login/${what}`, { method: "POST", headers, body: JSON.stringify(body) });
    assert.equal(reply.status, 200, what);
    return (await reply.json()).redirect_to;
  };
  const sentAway = async (page) => {
    await page.goto(`${issuer}/sign-in`);
    return new URL(page.url()).searchParams.get("login_challenge");
  };
  const accepted = async (page, id) => {
    const challenge = await sentAway(page);
    return call("accept", { challenge, user: { id, name: "Ada Lovelace" } });
  };
  const ends = async (page, url, what) => {
    await page.goto(url);
    assert.equal(await heading(page), titles[what] ?? titles.usual, what);
    assert.ok((await text(page)).includes(sentences[what]), what);
    await stage.look(page, what);
  };

  const page = await stage.tab();
  await ends(page, `${issuer}/login/return?login_ticket=lt_x`, "unknown");
  // The way on leads to the company again.
  await press(page, page.locator(`main a[href="/sign-in"]`));
  const challenge = new URL(page.url()).searchParams.get("login_challenge");
  await ends(page, await call("refuse", { challenge }), "refused");
  await ends(page, await accepted(page, "off"), "off");

  const back = await accepted(page, "u-1815");
  const other = await stage.tab();
  await ends(other, back, "other");
  await page.goto(back);
  assert.match(await text(page), /Ada Lovelace/);
  await page.goto(`${issuer}/sign-out`);
  await press(page, "#sign-out");
  await ends(page, back, "used");
}
