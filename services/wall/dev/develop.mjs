/** `npm run dev`: Vite with the stand-in of the api, whose figures move. IOC_API names a real api instead, IOC_BOUNDARIES a GeoJSON file. */

import { readFile } from "node:fs/promises";
import { createServer } from "vite";
import { chances, share } from "./figures.mjs";
import { startMock } from "./mock.mjs";

const boundaryFile = process.env["IOC_BOUNDARIES"];
if (process.env["IOC_API"] === undefined) {
  const boundaries =
    boundaryFile === undefined ? null : /** @type {unknown} */ (JSON.parse(await readFile(boundaryFile, "utf8")));
  const mock = await startMock({ boundaries });
  process.env["IOC_API"] = mock.origin;
  const chance = chances(3);
  setInterval(() => {
    mock.push([share("PS-04", "P:33", "30d", 96.5 + chance() * 2, 10_000, [98, 95, 90], 100)]);
  }, 3000);
}
const vite = await createServer({ configFile: new URL("../vite.config.ts", import.meta.url).pathname });
await vite.listen();
vite.printUrls();
