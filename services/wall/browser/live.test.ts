import { describe, expect, it } from "vitest";
import { share } from "../dev/figures.mjs";
import { awaitText, textAt, useWall } from "./stand";

const VALUE = '[data-indicator="PS-04"] [data-role="value"]';
const LOST = '[data-role="lost"]';

function onTime(value: number) {
  return share("PS-04", "P:33", "30d", value, 10_000, [98, 95, 90], 100);
}

describe("a live wall", () => {
  const open = useWall();

  it("changes a tile when its figure changes, and tells the server what it has painted", async () => {
    const { page, mock, problems } = await open();
    await awaitText(page, VALUE, "97,24");
    mock.push([onTime(89.5)]);
    await awaitText(page, VALUE, "89,50");
    expect(await page.getAttribute('[data-indicator="PS-04"]', "data-level")).toBe("4");
    await expect.poll(() => mock.painted.at(-1)?.["seq"]).toBe(2);
    mock.push([{ ...onTime(0), removed: true }]);
    await awaitText(page, VALUE, "\u2013");
    expect(problems).toEqual([]);
  });

  // clause 10.3.1
  it("keeps its values when the link is lost, says so, and resumes", async () => {
    const { page, mock } = await open();
    await awaitText(page, VALUE, "97,24");
    mock.drop({ refuse: true, retryAfter: 7 });
    await page.waitForSelector(LOST);
    expect(await textAt(page, LOST)).toMatch(
      /^Mất kết nối từ \d\d:\d\d\. Màn hình giữ số cuối cùng\.(thử lại sau \d+ giây|đang nối lại)$/,
    );
    expect(await textAt(page, VALUE)).toBe("97,24");
    mock.push([onTime(91)]);
    mock.accept();
    await page.waitForSelector(LOST, { state: "detached" });
    await awaitText(page, VALUE, "91,00");
    expect(mock.requests.filter((request) => request.id === "wall").at(-1)?.resume).toEqual({ epoch: "epoch-1", seq: 1 });
  });

  it("takes a new snapshot from a server that was started anew", async () => {
    const { page, mock } = await open();
    await awaitText(page, VALUE, "97,24");
    mock.drop({ refuse: true });
    mock.push([onTime(88)]);
    mock.accept({ restarted: true });
    await awaitText(page, VALUE, "88,00");
    expect(mock.requests.filter((request) => request.id === "wall").at(-1)?.resume).toBeUndefined();
  });

  it("says what is missing before there is a server", async () => {
    const { page } = await open("", { empty: true });
    expect(await textAt(page, "h1")).toBe("Chưa có số liệu về kết quả nào.");
    expect(await textAt(page, VALUE)).toBe("\u2013");
  });

  it("keeps its clock going", async () => {
    const { page } = await open();
    const before = await textAt(page, ".clock");
    await page.waitForFunction((then) => document.querySelector(".clock")?.textContent !== then, before);
    expect(await textAt(page, ".clock")).toMatch(/^\d\d:\d\d:\d\d$/);
  });

  it("answers keys: scenes, arrows, where a figure is from", async () => {
    const { page } = await open();
    await awaitText(page, VALUE, "97,24");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    expect(await page.evaluate(() => document.activeElement?.getAttribute("data-indicator"))).toBe("FB-01");
    await page.keyboard.press("Enter");
    expect(await textAt(page, ".explain .name")).toBe("Phản ánh đúng hạn");
    await page.keyboard.press("Escape");
    await page.waitForSelector(".explain", { state: "detached" });
    await page.keyboard.press("2");
    await page.waitForSelector('.wall[data-scene="public-service"]');
    expect(await textAt(page, '[data-indicator="PS-01"] [data-role="value"]')).toBe("46,58");
  });

  // clause 10.4.3
  it("moves nothing for readers who want stillness", async () => {
    const { page, mock } = await open("&motion=none");
    await awaitText(page, VALUE, "97,24");
    mock.push([onTime(85)]);
    await awaitText(page, VALUE, "85,00");
    expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
  });

  // clause 10.4.4
  it("is a page that can be heard: one heading, named tiles, alert only for a lost link", async () => {
    const { page } = await open();
    await awaitText(page, VALUE, "97,24");
    expect(await page.locator("h1").count()).toBe(1);
    expect(await page.locator("article.tile:not([aria-label])").count()).toBe(0);
    expect(await page.locator("[role=alert]").count()).toBe(0);
    expect(await page.getAttribute('[data-indicator="PS-04"]', "aria-label")).toMatch(/97,24 phần trăm, mức 2 theo dõi/);
  });
});
