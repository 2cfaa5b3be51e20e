// The mails that a mail server took, as `smtp_server.py` wrote them down: a line of JSON for each.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";

const PATIENCE = 20_000;

export class Mailbox {
  // `issuer`: where every link must lead.
  constructor(file, issuer) {
    Object.assign(this, { file, issuer, read: new Map() });
  }

  // The link in the first mail to `email` that was not read yet, once it has come; with these words in its subject.
  async link(email, subject) {
    const already = this.read.get(email) ?? 0;
    const deadline = Date.now() + PATIENCE;
    while (Date.now() < deadline) {
      const mail = (await this.all()).filter(({ to }) => to.includes(email))[already];
      if (mail) {
        this.read.set(email, already + 1);
        assert.equal(mail.headers.Subject, subject);
        return this.#linkIn(mail);
      }
      await pause(50);
    }
    throw new Error(`mail ${already + 1} to ${email} has not come`);
  }

  // All mails that came, in their order.
  async all() {
    const text = await readFile(this.file, "utf8").catch(() => "");
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    return whole.split("\n").filter(Boolean).map((line) => JSON.parse(line));
  }

  #linkIn({ text, html }) {
    const links = text.match(/\S+\/link\?t=\S+/g) ?? [];
    assert.equal(links.length, 1, text);
    assert.ok(links[0].startsWith(`${this.issuer}/link?t=`), links[0]);
    assert.ok(html.includes(links[0]), html);
    return links[0];
  }
}
