// A browser, what it complains about, and the checks that hold for every page it shows.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { lookAgain } from "./acts.mjs";

const ARGUMENTS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // What is tested is on this computer: no name of elsewhere is looked up.
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.0.0.1",
];
const WIDE = { width: 1280, height: 900 };
// 320 is 1280 CSS pixels at 400 % zoom (WCAG 2.2, 1.4.10 Reflow).
const NARROW = [320];
// Where mails are read: on a telephone, and beside a list of others.
const MAIL = [360, 768];
// A mail is shown within the page of a mail program, which has the landmarks and the first heading.
const MAIL_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
// The longest one step may take.
const PATIENCE = 20_000;

export class Stage {
  // Starts Chromium with a profile of its own, thrown away at the end.
  static async open(options) {
    const browser = await chromium.launch({ executablePath: options.chromium, args: ARGUMENTS });
    if (options.screenshots) await mkdir(options.screenshots, { recursive: true });
    return new Stage(browser, options);
  }

  constructor(browser, options) {
    Object.assign(this, options, { browser, complaints: [], contexts: [], pages: 0 });
  }

  // A person's browser without cookies, with what is special about it.
  async person(special = {}) {
    const context = await this.browser.newContext({
      ...special,
      javaScriptEnabled: this.script,
      colorScheme: this.scheme,
      locale: this.language,
      viewport: WIDE,
    });
    context.setDefaultTimeout(PATIENCE);
    context.on("page", (page) => this.#listen(page));
    this.contexts.push(context);
    return context;
  }

  // A new tab in the browser of `person`, or of somebody new.
  async tab(person) {
    return (person ?? (await this.person())).newPage();
  }

  #listen(page) {
    page.on("pageerror", (error) => this.complaints.push(`script: ${error}`));
    page.on("console", (message) => {
      // A page that says what went wrong has a status of 4xx, which Chromium reports; `response` judges it.
      if (message.text().startsWith("Failed to load resource: the server responded with a status")) return;
      if (["error", "warning"].includes(message.type())) this.complaints.push(`console: ${message.text()}`);
    });
    page.on("requestfailed", (request) => {
      const reason = request.failure()?.errorText;
      if (reason !== "net::ERR_ABORTED") this.complaints.push(`${request.method()} ${request.url()}: ${reason}`);
    });
    page.on("response", (response) => {
      const isPage = response.request().isNavigationRequest();
      if (response.status() >= (isPage ? 500 : 400)) this.complaints.push(`${response.status()} ${response.url()}`);
    });
  }

  // The words that the pages say in the language of this walk.
  words(english, german) {
    return this.language === "de" ? german : english;
  }

  // Fails when the browser complained of anything: scripts, the content security policy, missing files.
  assertQuiet() {
    assert.deepEqual(this.complaints, []);
  }

  // What holds for every page: the title, no sideways scrolling at any width, no fault that axe finds (at each width that
  // was asked for too), nothing for the browser to complain of. Keeps a picture of it at each width.
  async look(page, picture, title) {
    this.pages += 1;
    // Without its style sheet a page is as wide as its longest line.
    await page.waitForLoadState();
    if (title) assert.match(await lookAgain(page, () => page.title()), title);
    assert.equal(await lookAgain(page, () => page.locator("h1").count()), 1, `${picture}: one heading`);
    await this.#picture(page, picture);
    await this.#assertReflow(page, picture);
    for (const width of this.widths ?? NARROW) {
      await page.setViewportSize({ width, height: 640 });
      await this.#assertReflow(page, picture);
      await this.#picture(page, `${picture}-${width}`);
      // What is at 320 is at 360 too.
      if (this.widths && this.script && width > 320) await this.#inspect(page, `${picture} at ${width}`);
    }
    await page.setViewportSize(WIDE);
    await (this.script ? this.#inspect(page, picture) : this.#inspectCopy(page, picture));
    this.assertQuiet();
  }

  // The same, and keeps a picture of this width that the documentation shows: in light, as people have it who run scripts.
  async lookForReaders(page, picture, width) {
    await this.look(page, picture);
    if (!this.screenshots || !this.script || this.scheme !== "light" || this.language !== "en") return;
    await page.setViewportSize({ width, height: 640 });
    const path = join(this.screenshots, `${this.name}-${picture}.png`);
    await lookAgain(page, () => page.screenshot({ path, fullPage: true }));
    await page.setViewportSize(WIDE);
  }

  // What holds for every mail, in light and in dark: it is read at each width without scrolling sideways, axe finds no
  // fault in it, it runs nothing and fetches nothing.
  async lookAtMail(html, picture) {
    for (const colorScheme of ["light", "dark"]) {
      const context = await this.browser.newContext({ colorScheme, locale: this.language, viewport: WIDE });
      try {
        const tab = await context.newPage();
        const fetched = [];
        tab.on("request", (request) => fetched.push(request.url()));
        await tab.setContent(html);
        // The ground that a mail is shown on is the browser's own, of which axe knows nothing: it takes it to be white.
        await tab.addStyleTag({ content: ":root { background: Canvas; color: CanvasText }" });
        for (const width of MAIL) {
          await tab.setViewportSize({ width, height: 640 });
          const where = `${picture}, ${colorScheme} at ${width}`;
          await this.#assertReflow(tab, where);
          await this.#picture(tab, `mail-${colorScheme}-${width}`);
          await this.#inspect(tab, where, MAIL_RULES);
        }
        assert.deepEqual(fetched, [], `${picture}: what a mail fetches`);
      } finally {
        await context.close();
      }
    }
  }

  async #assertReflow(page, picture) {
    const measure = () => page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      return [scrollWidth, clientWidth];
    });
    const [content, room] = await lookAgain(page, measure);
    assert.ok(content <= room, `${picture}: ${content} pixels wide in a window of ${room}`);
  }

  async #picture(page, picture) {
    if (!this.screenshots) return;
    const number = String(this.pages).padStart(2, "0");
    const file = `${this.name}-${number}-${picture}-${this.scheme}${this.script ? "" : "-noscript"}.png`;
    await lookAgain(page, () => page.screenshot({ path: join(this.screenshots, file), fullPage: true }));
  }

  // All rules, or those with one of these tags.
  async #inspect(page, picture, tags) {
    const found = await this.#violations(page, tags);
    assert.ok(found.rules > (tags ? 5 : 10), `${picture}: axe looked at the page`);
    assert.deepEqual(found.faults, [], `${picture}: accessibility`);
  }

  // axe itself needs JavaScript, so a page that is another one without it is looked at as a copy in a browser that runs
  // no script but that.
  async #inspectCopy(page, picture) {
    const content = await lookAgain(page, () => page.content());
    const copy = content.replace(/<script\b[^>]*><\/script>/g, "");
    if (copy === content) return;
    const context = await this.browser.newContext({ colorScheme: this.scheme, viewport: WIDE });
    try {
      const tab = await context.newPage();
      const url = page.url();
      await tab.route((asked) => asked.href === url, (route) => route.fulfill({ contentType: "text/html", body: copy }));
      await tab.goto(url);
      await this.#inspect(tab, `${picture} without JavaScript`);
    } finally {
      await context.close();
    }
  }

  // What axe finds.
  #violations(page, tags) {
    return lookAgain(page, async () => {
      await page.evaluate(this.axe);
      return page.evaluate(async (tags) => {
        // Nothing is fetched anew: the pages' policy lets no script do that.
        const options = { preload: false, resultTypes: ["violations"], rules: { "target-size": { enabled: true } } };
        if (tags) options.runOnly = { type: "tag", values: tags };
        const { passes, violations } = await globalThis.axe.run(document, options);
        const faults = violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map((node) => node.html) }));
        return { rules: passes.length, faults };
      }, tags);
    });
  }

  // An error with all that helps to understand it.
  async explain(error) {
    const lines = [`${this.name} (${this.scheme}, script ${this.script ? "on" : "off"}): ${error.stack}`];
    for (const page of this.contexts.flatMap((context) => context.pages())) {
      const text = await page.locator("main").innerText({ timeout: 1000 }).catch(() => "(no text)");
      lines.push(`-- ${page.url()}\n${text}`);
    }
    return [...lines, ...this.complaints].join("\n");
  }

  async close() {
    await this.browser.close();
  }
}
