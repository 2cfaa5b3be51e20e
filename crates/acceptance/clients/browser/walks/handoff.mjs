// A person whose account is a company's: from the app to the company's own login, by the consent page to the app. The
// second time no page is shown. Somebody else goes back on the company's page, and the app is told.

import assert from "node:assert/strict";
import { heading, press, signIn, text } from "../acts.mjs";

export async function walk(stage) {
  const { issuer, question, company, user } = stage.site;
  const page = await stage.tab();
  const crossed = watch(page, company);
  await page.goto(question);
  assert.equal(await heading(page), "Sign in to Acme");
  assert.equal(new URL(page.url()).origin, company);
  await signIn(page, user);
  assert.equal(new URL(page.url()).origin, issuer);
  assert.match(await text(page), new RegExp(user.email));
  assert.deepEqual(crossed, ["/oauth/login", "/login", "/login", "/oauth/login"]);
  await stage.look(page, "handoff-consent");
  await press(page, "#allow");
  arrived(page, company);

  // Signed out here alone: the company still knows the person.
  const context = page.context();
  await context.clearCookies({ name: /^(?!site$)/ });
  crossed.length = 0;
  await page.goto(question);
  arrived(page, company);
  assert.deepEqual(crossed, ["/oauth/login", "/"]);

  const other = await stage.tab();
  await other.goto(question);
  assert.equal(await heading(other), "Sign in to Acme");
  await press(other, "#cancel");
  const told = new URL(other.url());
  assert.equal(told.origin + told.pathname, `${company}/`);
  assert.equal(told.searchParams.get("error"), "access_denied");
}

// The paths of the company that the browser opens, in their order.
function watch(page, company) {
  const paths = [];
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (request.isNavigationRequest() && url.origin === company) paths.push(url.pathname);
  });
  return paths;
}

function arrived(page, company) {
  const url = new URL(page.url());
  assert.equal(url.origin + url.pathname, `${company}/`);
  assert.ok(url.searchParams.get("code"), url.href);
}
