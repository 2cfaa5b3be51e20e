// An API whose tokens Valetkey checks. docs/how-to/protect-an-api-in-another-language.md says how it is run.
const express = require("express");

const { ISSUER, CLIENT_ID, CLIENT_SECRET, PORT = "3000" } = process.env;

// protection begins
const credential = Buffer.from(`${CLIENT_ID}:${CLIENT_SECRET}`).toString("base64");

async function introspect(token) {
  const init = { method: "POST", headers: { Authorization: `Basic ${credential}` }, signal: AbortSignal.timeout(2_000) };
  const reply = await fetch(`${ISSUER}/oauth2/introspect`, { ...init, body: new URLSearchParams({ token }) });
  if (!reply.ok) throw new Error(`introspection: ${reply.status}`);
  return reply.json();
}

function refuse(res, status, error, scope) {
  const told = Object.entries({ realm: "tasks", error, scope }).filter(([, text]) => text);
  res.set("WWW-Authenticate", `Bearer ${told.map(([name, text]) => `${name}="${text}"`).join(", ")}`);
  res.status(status).json({ error: error || "unauthorized" });
}

const needs = (scope) => async (req, res, next) => {
  const token = /^bearer +(\S+)$/i.exec(req.get("Authorization") ?? "")?.[1];
  if (!token) return refuse(res, 401, "", scope);
  try {
    req.token = await introspect(token);
  } catch (error) {
    console.error(error.message);
    return res.set("Retry-After", "1").status(503).json({ error: "temporarily_unavailable" });
  }
  if (!req.token.active || req.token.token_type !== "Bearer") return refuse(res, 401, "invalid_token");
  if (!req.token.scope.split(" ").includes(scope)) return refuse(res, 403, "insufficient_scope", scope);
  next();
};
// protection ends

const app = express();

// Only what this person may see, whatever the app may ask for.
app.get("/v1/tasks", needs("tasks:read"), (req, res) => res.json({ tasks: [`the tasks of ${req.token.sub}`] }));
app.post("/v1/tasks", needs("tasks:write"), (req, res) => res.status(201).json({ added_by: req.token.client_id }));

app.listen(Number(PORT), "127.0.0.1");
