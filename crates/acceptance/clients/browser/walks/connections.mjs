// The apps that a person let in: none, one with what it may do, paused, resumed, removed, undone.

import assert from "node:assert/strict";
import { connect, heading, press, signIn, text } from "../acts.mjs";

export async function walk(stage) {
  const { site } = stage;
  stage.widths = [320, 360, 768];
  const page = await stage.tab();
  await connect(page, site);
  await signIn(page, site.user);
  await press(page, page.getByRole("button", { name: "Allow" }));
  const demo = page.url();
  await page.goto(`${site.issuer}/account`);
  await press(page, "#connected-apps");
  assert.equal(await heading(page), "Connected apps");
  assert.equal(await page.locator(".rows > li").count(), 1);
  await stage.look(page, "connected-apps", /^Connected apps/);

  await page.fill("#name", "no such app");
  await press(page, page.getByRole("button", { name: "Search" }));
  assert.match(await text(page), /No app is called “no such app”/);
  await stage.look(page, "connected-apps-not-found");
  await press(page, page.getByRole("link", { name: "Show all" }));

  await press(page, page.locator(".rows a").first());
  assert.equal(await heading(page), "Task Board");
  assert.match(await text(page), /See your tasks/);
  await stage.look(page, "connected-app", /^Task Board/);

  await press(page, "#pause");
  assert.match(await page.locator("[role=status]").innerText(), /paused/);
  await stage.look(page, "connected-app-paused");
  await press(page, "#resume");
  assert.match(await page.locator("[role=status]").innerText(), /let in again/);

  await press(page, "#end");
  assert.match(await page.locator("[role=status]").innerText(), /Its access has ended/);
  await stage.look(page, "connected-app-removed");
  await page.goto(demo);
  await press(page, page.getByRole("button", { name: /^Refresh/ }));
  assert.match(await text(page), /invalid_grant/);

  await page.goto(`${site.issuer}/account/apps`);
  await stage.look(page, "connected-apps-removed");
  await press(page, page.getByRole("button", { name: /^Undo/ }));
  assert.match(await page.locator("[role=status]").innerText(), /remembered again/);
  // What was allowed is remembered, so to connect again asks nothing.
  await page.goto(site.demo_app);
  await press(page, page.getByRole("link", { name: /^Connect/ }));
  assert.equal(page.url(), `${site.demo_app}/tasks`);
}
