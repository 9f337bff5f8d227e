/** What every browser test needs: a browser, a stand-in of the api, a page that shows the wall. */

import { afterAll, afterEach, beforeAll } from "vitest";
import type { Browser, Page } from "playwright-core";
import { launchBrowser } from "../dev/browser.mjs";
import { startMock, type Mock } from "../dev/mock.mjs";

const DIST = new URL("../dist", import.meta.url).pathname;

export interface Wall {
  readonly mock: Mock;
  readonly page: Page;
  /** Addresses outside the page's own origin that were asked for. */
  readonly strangers: readonly string[];
  /** Errors that the page threw. */
  readonly problems: readonly string[];
}

/** Register the browser of a test file; gives a function that opens a wall, closed after each test. */
export function useWall(): (
  query?: string,
  options?: Parameters<typeof startMock>[0],
  size?: readonly [number, number],
  /** What is done to the page before it is opened. */
  before?: (page: Page) => Promise<void>,
) => Promise<Wall> {
  let browser: Browser | null = null;
  const open: { readonly mock: Mock; readonly page: Page }[] = [];
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
  });
  afterEach(async () => {
    for (const { mock, page } of open.splice(0)) {
      await page.close();
      await mock.stop();
    }
  });
  return async (query = "", options = {}, [width, height] = [1920, 1080], before) => {
    if (browser === null) throw new Error("no browser");
    const mock = await startMock({ dist: DIST, ...options });
    const page = await browser.newPage({ viewport: { width, height } });
    open.push({ mock, page });
    const strangers: string[] = [];
    const problems: string[] = [];
    page.on("request", (request) => {
      if (!request.url().startsWith(mock.origin) && !request.url().startsWith("data:")) strangers.push(request.url());
    });
    page.on("pageerror", (error) => problems.push(error.message));
    await before?.(page);
    await page.goto(`${mock.wall}${query}`);
    await page.waitForSelector('.wall[data-link="open"]');
    await page.waitForFunction(
      () => document.fonts.status === "loaded" && !document.querySelector(".place")?.textContent.startsWith("\u2013"),
    );
    return { mock, page, strangers, problems };
  };
}

/** The text of the first element that fits a selector. */
export async function textAt(page: Page, selector: string): Promise<string> {
  return ((await page.textContent(selector)) ?? "").trim();
}

/** Wait until the text at a selector is what is wanted. */
export async function awaitText(page: Page, selector: string, wanted: string): Promise<void> {
  await page.waitForFunction(({ where, text }) => document.querySelector(where)?.textContent.trim() === text, {
    where: selector,
    text: wanted,
  });
}
