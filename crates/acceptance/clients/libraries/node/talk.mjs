// How a program here talks with the test that started it: one JSON document per line, both ways.

import { createInterface } from "node:readline";

const input = createInterface({ input: process.stdin });
const lines = input[Symbol.asyncIterator]();

async function hear() {
  return JSON.parse((await lines.next()).value);
}

// What is to be done, for which app, at which provider.
export const order = await hear();

// The private key of the app, if it signs instead of showing a secret.
export async function signer() {
  const bytes = Buffer.from(order.key.pkcs8, "base64");
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const key = await crypto.subtle.importKey("pkcs8", bytes, algorithm, false, ["sign"]);
  return { key, kid: order.key.kid };
}

// Tells the test something.
export function say(said) {
  process.stdout.write(`${JSON.stringify(said)}\n`);
}

// Tells the test something and waits for its answer.
export function ask(said) {
  say(said);
  return hear();
}

// Has a person's browser visit the provider; returns the callback it ends at.
export async function visit(url) {
  const { callback } = await ask({ visit: String(url) });
  return new URL(callback);
}

// Runs a flow to its end, or to a refusal that the library throws as an error with a code.
export async function run(flows, codeOf) {
  try {
    await flows[order.flow]();
    say({ done: true });
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined) throw error;
    say({ refused: { type: error.constructor.name, code } });
  } finally {
    input.close();
    process.stdin.destroy();
  }
}

// The JSON body of a good response.
export async function json(response) {
  if (!response.ok) throw new Error(`status ${response.status}: ${await response.text()}`);
  return response.json();
}
