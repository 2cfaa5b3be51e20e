// A web app that signs people in by an OAuth provider, written with Express and fetch.
// Told by its environment: PROVIDER, CLIENT_ID, CLIENT_SECRET, PORT.

import { randomBytes } from "node:crypto";
import express from "express";

const { PROVIDER, CLIENT_ID, CLIENT_SECRET, PORT } = process.env;
const CALLBACK = `http://localhost:${PORT}/oauth/callback`;

const app = express();
const sessions = new Map();

// One object per visitor, found again by a cookie.
app.use((req, res, next) => {
  const known = /(?:^|; )visitor=([^;]+)/.exec(req.headers.cookie ?? "")?.[1];
  const id = sessions.has(known) ? known : randomBytes(16).toString("hex");
  if (id !== known) {
    sessions.set(id, {});
    res.cookie("visitor", id, { httpOnly: true, sameSite: "lax" });
  }
  req.session = sessions.get(id);
  next();
});

app.get("/login", (req, res) => {
  req.session.oauthState = randomBytes(16).toString("hex");
  const url = new URL(`${PROVIDER}/oauth/authorize`);
  url.searchParams.append("client_id", CLIENT_ID);
  url.searchParams.append("redirect_uri", CALLBACK);
  url.searchParams.append("response_type", "code");
  url.searchParams.append("scope", "tasks:read tasks:write");
  url.searchParams.append("state", req.session.oauthState);
  res.redirect(url.toString());
});

// Asks the token endpoint and keeps what it gives.
async function getTokens(session, parameters) {
  const answer = await fetch(`${PROVIDER}/oauth/token`, {
    method: "POST",
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ ...parameters, client_id: CLIENT_ID, client_secret: CLIENT_SECRET }),
  });
  const tokens = await answer.json();
  if (!answer.ok) throw new Error(tokens.error);
  session.accessToken = tokens.access_token;
  session.refreshToken = tokens.refresh_token;
}

app.get("/oauth/callback", async (req, res) => {
  const { code, state, error } = req.query;
  if (!state || state !== req.session.oauthState) return res.status(400).send("the state is not ours");
  if (error) return res.status(403).json({ error });
  await getTokens(req.session, { grant_type: "authorization_code", code, redirect_uri: CALLBACK });
  res.redirect("/dashboard");
});

app.get("/renew", async (req, res) => {
  await getTokens(req.session, { grant_type: "refresh_token", refresh_token: req.session.refreshToken });
  res.redirect("/dashboard");
});

app.get("/dashboard", async (req, res) => {
  const answer = await fetch(`${PROVIDER}/v1/oauth/token/info`, {
    headers: { Authorization: `Bearer ${req.session.accessToken}` },
  });
  res.status(answer.status).json(await answer.json());
});

app.listen(Number(PORT), "127.0.0.1");
