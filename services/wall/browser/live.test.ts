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

  it("tells where a figure is from, page by page, and falls back to the observation", async () => {
    const { page, problems } = await open();
    await awaitText(page, VALUE, "97,24");
    await page.click('[data-indicator="PS-04"]');
    await awaitText(page, ".events small", "trang 1");
    expect(await textAt(page, ".events li")).toContain("HS-2000");
    await page.click("[data-action=more]");
    await awaitText(page, ".events small", "trang 2");
    expect(await textAt(page, ".events li")).toContain("HS-2005");
    await page.keyboard.press("n");
    await awaitText(page, ".events small", "trang 3");
    expect(await page.locator("[data-action=more]").count()).toBe(0);
    await page.keyboard.press("Escape");
    await page.waitForSelector(".explain", { state: "detached" });
    expect(problems).toEqual([]);
    const { page: other } = await open("", { explains: false });
    await awaitText(other, VALUE, "97,24");
    await other.click('[data-indicator="PS-04"]');
    await awaitText(other, ".explain .note", "Esc: đóng");
    expect(await textAt(other, ".explain dl")).toContain("9.724");
    expect(await other.locator(".told").count()).toBe(0);
  });

  it("turns scenes when asked to, painting the next one ahead, and rests after a key", async () => {
    const shown = (scene: string) => `.wall[data-scene="${scene}"]`;
    const { page } = await open("&rotate=30&motion=none", {}, [1920, 1080], (fresh) => fresh.clock.install());
    await page.clock.runFor(29_000);
    expect(await page.locator(".stage.ahead .service").count()).toBe(1);
    await page.clock.runFor(2_000);
    await page.waitForSelector(shown("public-service"));
    await page.keyboard.press("Shift");
    await page.clock.runFor(60_000);
    expect(await page.locator(shown("public-service")).count()).toBe(1);
  });

  it("takes a theme of the server at a scene change, and a new build by loading itself anew", async () => {
    const { page, mock } = await open("&motion=none");
    await awaitText(page, VALUE, "97,24");
    mock.screen = { theme: "light" };
    mock.drop();
    await expect.poll(() => mock.requests.filter((request) => request.id === "wall").length).toBe(2);
    expect(await page.getAttribute("html", "data-theme")).toBe("dark");
    await page.keyboard.press("4");
    await page.waitForSelector('html[data-theme="light"] .wall[data-scene="economy"]');
    mock.build = "newer";
    mock.drop();
    await expect.poll(() => mock.requests.filter((request) => request.id === "wall").length).toBe(3);
    await page.keyboard.press("5");
    await page.waitForURL(/scene=feedback-tasks/);
    await page.waitForSelector('.wall[data-scene="feedback-tasks"]');
    await expect.poll(() => mock.painted.at(-1)).toMatchObject({ scene: "feedback-tasks", build: "newer" });
  });

  it("lists the scenes, and says which one does not exist yet", async () => {
    const { page } = await open();
    await page.keyboard.press("3");
    expect(await textAt(page, ".scenes .absent")).toContain("chưa có cảnh này");
    await page.keyboard.press("Escape");
    await page.waitForSelector(".scenes", { state: "detached" });
  });
});
