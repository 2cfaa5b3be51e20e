// An app whose callback sends its visitor on to another site of its own, as many do: Chromium applies the
// `form-action` of the page with the form to every redirect that follows.

import assert from "node:assert/strict";
import { App } from "../app.mjs";
import { heading, press, signIn } from "../acts.mjs";

export async function walk(stage) {
  const [app, dashboard] = [await App.listen(stage.site), await App.listen(stage.site)];
  try {
    app.onward = dashboard.callback;
    const page = await stage.tab();
    await page.goto(app.link("allowed"));
    await signIn(page, stage.site.user);
    await press(page, "#allow");
    assert.equal(page.url(), dashboard.callback);
    await app.tokens("allowed");

    // What is remembered goes there from the sign-in form.
    await page.goto(`${stage.site.issuer}/account`);
    await press(page, "#sign-out");
    await page.goto(app.link("remembered"));
    await signIn(page, stage.site.user);
    assert.equal(page.url(), dashboard.callback);
    await app.tokens("remembered");

    await page.goto(app.link("denied", "tasks:write"));
    assert.match(await heading(page), /^Allow/);
    await press(page, "#deny");
    assert.equal(page.url(), dashboard.callback);
    assert.equal(app.answers.get("denied").error, "access_denied");
  } finally {
    app.close();
    dashboard.close();
  }
}
