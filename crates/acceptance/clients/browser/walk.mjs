// Walks one journey through the pages of a running `valetkey dev` in a real Chromium.
//   node walk.mjs WALK
// Told by its environment: CHROMIUM (the executable), SITE (what `valetkey dev --json` printed),
// SCRIPT (on or off: JavaScript), SCHEME (light or dark), LANGUAGE (what the browser asks for: en, de), WIDTHS (where
// each page is looked at besides 1280), SCREENSHOTS (a folder, may be absent).

import { readFile } from "node:fs/promises";
import { Stage } from "./stage.mjs";

const name = process.argv[2];
const { CHROMIUM, SITE, SCRIPT, SCHEME, LANGUAGE, WIDTHS, SCREENSHOTS } = process.env;
const { walk } = await import(`./walks/${name}.mjs`);
const axe = await readFile(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

const stage = await Stage.open({
  chromium: CHROMIUM,
  site: JSON.parse(SITE),
  script: SCRIPT !== "off",
  scheme: SCHEME ?? "light",
  language: LANGUAGE ?? "en",
  widths: WIDTHS?.split(",").map(Number),
  screenshots: SCREENSHOTS,
  name,
  axe,
});
try {
  await walk(stage);
  stage.assertQuiet();
  console.log(`walked ${name}: ${stage.pages} pages`);
} catch (error) {
  console.error(await stage.explain(error));
  process.exitCode = 1;
} finally {
  await stage.close();
}
