/** A headless Chromium for tests and pictures: the system's if there is one, else the one that an npm package ships. No root needed. */

import { execFileSync } from "node:child_process";
import { constants, createReadStream, createWriteStream } from "node:fs";
import { access, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";
import { chromium } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--font-render-hinting=none",
  "--hide-scrollbars=false",
  "--force-color-profile=srgb",
];
const HERE = dirname(fileURLToPath(import.meta.url));
const CACHE = join(HERE, "..", "node_modules", ".cache");

/** Start a browser; close it when done. IOC_CHROMIUM names another program. */
export async function launchBrowser() {
  const found = process.env["IOC_CHROMIUM"] ?? (await systemChromium());
  if (found !== null) return await chromium.launch({ executablePath: found, args: FLAGS });
  const unpacked = await shippedChromium();
  return await chromium.launch({
    executablePath: join(unpacked, "chromium"),
    args: [...FLAGS, "--headless=shell"],
    env: {
      ...environment(),
      LD_LIBRARY_PATH: [join(unpacked, "lib"), process.env["LD_LIBRARY_PATH"] ?? ""].filter(Boolean).join(delimiter),
    },
  });
}

async function systemChromium() {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    for (const name of NAMES) {
      const path = join(folder, name);
      if (await isThere(path, constants.X_OK)) return path;
    }
  }
  return null;
}

/** Unpack once beside the packages; a folder appears only when it is whole. */
async function shippedChromium() {
  const bin = join(dirname(fileURLToPath(import.meta.resolve("@sparticuz/chromium"))), "..", "..", "bin");
  const folder = join(CACHE, "chromium");
  if (await isThere(join(folder, "chromium"), constants.X_OK)) return folder;
  await mkdir(CACHE, { recursive: true });
  const draft = await mkdtemp(join(CACHE, "chromium-"));
  await pipeline(
    createReadStream(join(bin, "chromium.br")),
    createBrotliDecompress(),
    createWriteStream(join(draft, "chromium"), { mode: 0o755 }),
  );
  const archive = join(draft, "libraries.tar");
  await pipeline(createReadStream(join(bin, "al2023.tar.br")), createBrotliDecompress(), createWriteStream(archive));
  execFileSync("tar", ["-xf", archive, "-C", draft]);
  try {
    await rename(draft, folder);
  } catch {
    await rm(draft, { recursive: true, force: true });
  }
  return folder;
}

/** @param {string} path @param {number} mode */
async function isThere(path, mode) {
  return await access(path, mode).then(
    () => true,
    () => false,
  );
}

function environment() {
  return Object.fromEntries(Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}
