/**
 * Look at a page as its reader would, for tests in other languages.
 *
 *   node dev/look.mjs URL [--size 1920x1080] [--timeout SECONDS] STEP...
 *
 * Steps are taken in the order given; each prints one line of JSON when it is done, the last line is a summary:
 *   --expect SELECTOR       wait until it is there and has text
 *   --absent SELECTOR       wait until it is gone
 *   --read SELECTOR         say its text
 *   --change SELECTOR       wait until its text differs from the one last read
 *   --text SELECTOR TEXT    wait until its text is TEXT
 *   --press KEY             press a key
 *   --out PNG               take a picture
 * Exit status 0 only when every step was done in time. Read the line of `--read` before you cause the change that `--change` awaits.
 */

import { launchBrowser } from "./browser.mjs";

const [url, ...words] = process.argv.slice(2);
if (url === undefined || !/^https?:/.test(url)) {
  console.error(
    "usage: look.mjs URL [--size WxH] [--timeout SECONDS] [--expect|--absent|--read|--change SELECTOR] [--text SELECTOR TEXT] [--press KEY] [--out PNG]",
  );
  process.exit(2);
}

let [width, height, timeoutMs] = [1920, 1080, 60_000];
const steps = /** @type {{ name: string, first: string, second: string }[]} */ ([]);
while (words.length > 0) {
  const name = (words.shift() ?? "").replace(/^--/, "");
  const first = words.shift() ?? "";
  if (name === "size") [width = 1920, height = 1080] = first.split("x").map(Number);
  else if (name === "timeout") timeoutMs = Number(first) * 1000;
  else steps.push({ name, first, second: name === "text" ? (words.shift() ?? "") : "" });
}

const browser = await launchBrowser();
const problems = /** @type {string[]} */ ([]);
const strangers = /** @type {string[]} */ ([]);
const seen = /** @type {Record<string, string>} */ ({});
let failed = /** @type {string | null} */ (null);
try {
  const page = await browser.newPage({ viewport: { width, height } });
  page.setDefaultTimeout(timeoutMs);
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("request", (request) => {
    if (!isOwn(request.url(), url)) strangers.push(request.url());
  });
  await page.goto(url);
  for (const step of steps) {
    const text = await take(page, step);
    console.log(JSON.stringify({ step: step.name, subject: step.first, text }));
  }
} catch (error) {
  failed = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
} finally {
  await browser.close();
}
console.log(JSON.stringify({ ok: failed === null && problems.length === 0, failed, seen, problems, strangers }));
process.exitCode = failed === null && problems.length === 0 ? 0 : 1;

/** @param {import("playwright-core").Page} page @param {{ name: string, first: string, second: string }} step @returns {Promise<string | null>} */
async function take(page, { name, first, second }) {
  switch (name) {
    case "expect":
      await awaitText(page, first, null, null);
      return await read(page, first);
    case "read":
      return await read(page, first);
    case "change":
      await awaitText(page, first, null, seen[first] ?? (await read(page, first)));
      return await read(page, first);
    case "text":
      await awaitText(page, first, second, null);
      return await read(page, first);
    case "absent":
      await page.waitForSelector(first, { state: "detached" });
      return null;
    case "press":
      await page.keyboard.press(first);
      return null;
    case "out":
      await page.screenshot({ path: first });
      return null;
    default:
      throw new Error(`unknown step --${name}`);
  }
}

/** @param {import("playwright-core").Page} page @param {string} selector */
async function read(page, selector) {
  const text = ((await page.textContent(selector)) ?? "").trim();
  seen[selector] = text;
  return text;
}

/** @param {import("playwright-core").Page} page @param {string} selector @param {string | null} wanted @param {string | null} unwanted */
async function awaitText(page, selector, wanted, unwanted) {
  await page.waitForFunction(
    ({ selector: where, wanted: want, unwanted: not }) => {
      const text = document.querySelector(where)?.textContent.trim() ?? "";
      return want === null ? text !== "" && text !== not : text === want;
    },
    { selector, wanted, unwanted },
  );
}

/** @param {string} address @param {string} page */
function isOwn(address, page) {
  return address.startsWith("data:") || new URL(address).host === new URL(page).host;
}
