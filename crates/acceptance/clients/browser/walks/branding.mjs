// A provider with a brand of its own: its logo, its colours, its links and its words, in light and in dark.

import assert from "node:assert/strict";
import { connect, heading, press, signIn } from "../acts.mjs";

const NAME = "The Northern Counties Allotment Society Online";
const LINKS = ["Terms", "Privacy", "Help", "Support"];

export async function walk(stage) {
  const { site } = stage;
  const page = await stage.tab();
  await connect(page, site);
  await branded(stage, page, "sign-in");
  const joining = await stage.tab();
  await joining.goto(`${site.issuer}/sign-up`);
  await branded(stage, joining, "sign-up");
  await agreed(joining);

  await signIn(page, site.user);
  assert.match(await heading(page), /^Allow Task Board/);
  await branded(stage, page, "consent");
  await agreed(page);
  assert.equal(await page.locator("#allow").innerText(), "Authorize Application");
  await press(page, page.getByRole("button", { name: "Authorize Application" }));
  assert.equal(page.url(), `${site.demo_app}/tasks`);

  for (const path of ["account", "device", "developers", "no-such-page"]) {
    await page.goto(`${site.issuer}/${path}`);
    await branded(stage, page, path);
  }
}

// What each page shows of the brand, on a wide screen and a narrow one.
async function branded(stage, page, picture) {
  const logo = page.getByRole("img", { name: NAME });
  for (const width of [320, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    const shown = await logo.evaluate((image) => {
      const { width, height } = image.getBoundingClientRect();
      return { loaded: image.naturalWidth > 0, width, height };
    });
    assert.ok(shown.loaded, `${picture}: the logo is shown`);
    assert.ok(shown.height <= 40 && shown.width > 40 && shown.width <= 240, `${picture}: ${JSON.stringify(shown)}`);
  }
  assert.equal(await page.locator(".mark").count(), 0);
  assert.deepEqual(await page.locator("footer .links a").allInnerTexts(), LINKS);
  const accent = await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--accent"));
  assert.equal(accent.trim(), stage.scheme === "dark" ? "#7ad9ae" : "#0b5f3b");
  const icon = await page.locator("link[rel=icon]").getAttribute("href");
  assert.match(icon, /^\/assets\/icon-[0-9a-f]{24}\.svg$/);
  await stage.look(page, picture);
}

// What people agree to stands where they do.
async function agreed(page) {
  const links = page.locator("main .aside a[target=_blank]");
  assert.deepEqual(await links.evaluateAll((all) => all.map((link) => link.firstChild.data)), ["Terms", "Privacy"]);
}
