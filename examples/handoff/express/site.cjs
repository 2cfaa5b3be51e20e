// A company's own site, whose login Valetkey hands people to. docs/how-to/keep-your-login.md says how it is run.
const { randomUUID, timingSafeEqual, createHash } = require("node:crypto");
const express = require("express");

const { ISSUER, HANDOFF_SECRET, PORT = "3000" } = process.env;
if (!ISSUER || !HANDOFF_SECRET) {
  console.error("set ISSUER and HANDOFF_SECRET, as docs/how-to/keep-your-login.md says");
  process.exit(1);
}
const app = express();
app.use(express.urlencoded());

// One object per visitor, found again by a cookie.
const sessions = new Map();
app.use((req, res, next) => {
  const id = /(?:^|; )site=([^;]+)/.exec(req.headers.cookie ?? "")?.[1];
  req.session = sessions.get(id) ?? {};
  next();
});

// hand-off begins
app.get("/oauth/login", async (req, res) => {
  const { login_challenge: challenge, cancel } = req.query;
  const { user, authTime } = req.session;
  if (!challenge) throw told(400, "An app leads to this page. Go to the app and start there.");
  if (cancel) return res.redirect((await call("refuse", { challenge })).redirect_to);
  const first = `/login?${new URLSearchParams({ next: req.originalUrl })}`;
  if (!user) return res.redirect(first);
  const asked = await call("challenge", { challenge });
  if ((asked.signed_in_since ?? 0) > authTime) return res.redirect(first);
  const person = { id: user.id, email: user.email, email_verified: true, name: user.name };
  const done = await call("accept", { challenge, user: person, auth_time: authTime, amr: ["pwd"] });
  res.redirect(done.redirect_to);
});
// hand-off ends

// Asks or tells Valetkey something. What is over the person begins anew; all else is ours to mend, and none of their fault.
async function call(what, body) {
  const headers = { Authorization: `Bearer ${HANDOFF_SECRET}`, "Content-Type": "application/json" };
  const init = { method: "POST", headers, body: JSON.stringify(body), signal: AbortSignal.timeout(10_000) };
  const reply = await fetch(`${ISSUER}/login/${what}`, init).catch((error) => console.error(what, error));
  if (reply?.ok) return reply.json();
  if (reply) console.error(what, reply.status, await reply.text());
  if ([400, 404, 409, 410].includes(reply?.status)) throw told(400, "This sign-in is over. Go back to the app and start again.");
  throw told(502, "Signing in does not work at the moment. That is our fault and not yours: please try again later.");
}

// An error that people are told.
const told = (status, sentence) => Object.assign(new Error(sentence), { status, sentence });

// What you have already: people, and a page where they sign in.
const USERS = {
  "ada@example.com": { id: "u-1815", email: "ada@example.com", name: "Ada Lovelace", password: "four quiet winter walks" },
};
const html = (text) => text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
const wayBack = (onward) => (onward === "/" ? "" : `<p><a id="cancel" href="${html(onward)}&amp;cancel=1">Cancel</a></p>`);
const page = (problem, onward) => `<!doctype html><html lang="en"><title>Acme</title><main><h1>Sign in to Acme</h1><p role="alert">${problem}</p>
<form method="post"><p><label for="email">E-mail</label> <input id="email" name="email" type="email" autocomplete="username"></p>
<p><label for="password">Password</label> <input id="password" name="password" type="password" autocomplete="current-password"></p>
<button id="sign-in">Sign in</button></form>${wayBack(onward)}</main></html>`;
const onwardOf = (req) => {
  const next = String(req.query.next ?? "/");
  return next.startsWith("/oauth/login?") ? next : "/";
};
const digest = (text) => createHash("sha256").update(text).digest();

app.get("/", (req, res) => res.send("Acme"));
app.get("/login", (req, res) => res.send(page("", onwardOf(req))));
app.post("/login", (req, res) => {
  const { email = "", password = "" } = req.body ?? {};
  const user = Object.hasOwn(USERS, email) ? USERS[email] : undefined;
  if (!user || !timingSafeEqual(digest(user.password), digest(password))) {
    return res.status(401).send(page("E-mail or password is wrong.", onwardOf(req)));
  }
  const id = randomUUID();
  sessions.set(id, { user, authTime: Math.floor(Date.now() / 1000) });
  // A name of its own: cookies of one host know no ports.
  res.cookie("site", id, { httpOnly: true, sameSite: "lax" });
  res.redirect(onwardOf(req));
});

app.use((error, req, res, next) => (error.sentence ? res.status(error.status).send(error.sentence) : next(error)));

app.listen(Number(PORT), "127.0.0.1");
