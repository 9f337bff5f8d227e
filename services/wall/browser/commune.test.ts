import { describe, expect, it } from "vitest";
import { awaitText, textAt, useWall } from "./stand";

const ASKED = "indicators/33/C:90003/PS-05/instant/procedure/*";

describe("from the province to one commune", () => {
  const open = useWall();

  // clause 10.2.3
  it("by keyboard: the map opens a list, a name without accents finds, Escape leads back", async () => {
    const { page, mock, problems } = await open("&motion=none&scene=overview", { all: true });
    await page.focus("[data-open=communes]");
    await page.keyboard.press("Enter");
    await page.waitForSelector(".finder input:focus");
    const name = "Châu Yên";
    await page.keyboard.type(name.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase());
    await awaitText(page, "#found-0 span", `Xã ${name}`);
    expect(await page.getAttribute("#found-0", "aria-selected")).toBe("true");
    await page.keyboard.press("Enter");
    await page.waitForSelector('.wall[data-scene="commune"] [data-procedure]');
    expect(await textAt(page, ".top .scene")).toBe(`Xã ${name}`);
    expect(await textAt(page, "h1")).toContain(name);
    expect(mock.requests.some(({ type, topics }) => type === "subscribe" && topics.includes(ASKED))).toBe(true);
    await page.keyboard.press("Escape");
    await page.waitForSelector('.wall[data-scene="overview"]');
    await expect.poll(() => mock.requests.some(({ type, id }) => type === "unsubscribe" && id === "asked")).toBe(true);
    expect(problems).toEqual([]);
  });

  it("by pointer: an area of the map", async () => {
    const { page } = await open("&motion=none&scene=overview", { all: true });
    await page.locator('.areas [data-unit="C:90003"]').dispatchEvent("click");
    await page.waitForSelector('.wall[data-scene="commune"]');
    expect(await page.locator("[data-compared]").count()).toBe(4);
  });

  it("says the commune's own figure and where it is from, also after a lost link", async () => {
    const { page, mock } = await open("&motion=none&scene=commune&unit=C:90003", { all: true });
    await page.waitForSelector("[data-procedure]");
    mock.drop({ refuse: true });
    await page.waitForSelector('.wall[data-link="lost"]');
    mock.accept({ restarted: true });
    await page.waitForSelector('.wall[data-link="open"]');
    await page.waitForSelector("[data-procedure]");
    await page.focus('[data-indicator="PS-04"]');
    await page.keyboard.press("Enter");
    await page.waitForSelector(".explain");
    expect(await textAt(page, ".explain dl")).toContain("C:90003");
  });
});
