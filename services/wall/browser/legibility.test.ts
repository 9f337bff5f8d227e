import { describe, expect, it } from "vitest";
import type { Page } from "playwright-core";
import { chances, communes, observation, share, type Item } from "../dev/figures.mjs";
import { useWall } from "./stand";

const SIZES = [
  [1280, 720],
  [1366, 768],
  [1920, 1200],
  [2560, 1080],
  [3840, 2160],
  [7680, 4320],
] as const;
/** The scene of one commune with the breakdown that the stand-in has. */
const COMMUNE = "commune&unit=C:90003";
/** Half of the narrowest bezel that is kept free, in design pixels. */
const GUTTER = 8;
const SCENES = ["overview", "public-service", "economy", "feedback-tasks"] as const;

interface TextBox {
  readonly text: string;
  readonly px: number;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Boxes of all visible texts in design pixels. Numerals inside level marks are part of a shape; a box is cut to the height of letters. */
async function textBoxes(page: Page): Promise<readonly TextBox[]> {
  return await page.evaluate(() => {
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
    const frame = document.querySelector(".wall")!.getBoundingClientRect();
    const boxes: { text: string; px: number; left: number; top: number; right: number; bottom: number }[] = [];
    const walker = document.createTreeWalker(document.querySelector(".wall")!, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const parent = node.parentElement;
      const text = node.textContent?.trim() ?? "";
      if (parent === null || text === "" || parent.closest(".lv, .sr, title, [data-ghost]") !== null) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const box = parent instanceof SVGElement ? parent.getBoundingClientRect() : range.getBoundingClientRect();
      const scale =
        parent instanceof SVGElement && parent.ownerSVGElement !== null
          ? parent.ownerSVGElement.getBoundingClientRect().width / parent.ownerSVGElement.viewBox.baseVal.width
          : 1;
      const px = (parseFloat(getComputedStyle(parent).fontSize) * scale) / rem;
      const [x, y] = [frame.left, frame.top];
      boxes.push({
        text,
        px,
        left: (box.left - x) / rem,
        right: (box.right - x) / rem,
        top: (box.top - y) / rem + px * 0.24,
        bottom: (box.bottom - y) / rem - px * 0.26,
      });
    }
    return boxes;
  });
}

function overlapping(boxes: readonly TextBox[]): readonly string[] {
  return boxes.flatMap((one, index) =>
    boxes.slice(index + 1).flatMap((other) => {
      const across = Math.min(one.right, other.right) - Math.max(one.left, other.left);
      const down = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
      return across > 1 && down > 1 ? [`${one.text} / ${other.text}`] : [];
    }),
  );
}

function expectLegible(boxes: readonly TextBox[]): void {
  expect(boxes.length).toBeGreaterThan(20);
  expect(boxes.filter(({ px }) => px < 21.95).map(({ text, px }) => `${text}: ${px}`)).toEqual([]);
  expect(
    boxes.filter(({ left, right, top, bottom }) => left < 0 || top < 0 || right > 1920 || bottom > 1080).map(({ text }) => text),
  ).toEqual([]);
  expect(overlapping(boxes)).toEqual([]);
}

/** The hardest figures: the longest names, seven digits, a status word everywhere. */
function stretched(): { readonly places: ReturnType<typeof communes>; readonly items: readonly Item[] } {
  const places = communes(104, chances(7)).map((place, index) =>
    index % 20 === 3 ? { ...place, name: "Phường Phan Rang Tháp Chàm" } : place,
  );
  const grave = places
    .filter((_, index) => index % 20 === 3)
    .map(({ unit }) => share("PS-04", unit, "30d", 71.23, 1000, [98, 95, 90], 100));
  const long = { value: 8_368_201, status: "E", quality: ["simulated"], level: { value: 3, held: true, since: null } };
  const outcomes = [
    ["FB-01", "30d", null],
    ["TI-03", "month", "2026-12"],
    ["DE-05", "quarter", "2026-Q3"],
    ["EC-01", "ytd", "2026-12"],
    ["DE-03", "quarter", "2026-Q3"],
    ["DE-01", "month", "2026-12"],
    ["DE-02", "month", "2026-12"],
    ["EC-03", "month", "2026-12"],
    ["EC-05", "ytd", "2026-12"],
    ["EC-08", "ytd", "2026-12"],
    ["ST-02", "quarter", "2026-Q3"],
    ["FB-02", "30d", null],
    ["FB-03", "instant", null],
    ["FB-04", "30d", null],
    ["FB-05", "24h", null],
    ["TK-01", "month", "2026-12"],
    ["TK-02", "instant", null],
    ["TK-03", "quarter", "2026-Q3"],
  ] as const;
  const comparisons = [{ kind: "yoy", delta: -1234.56, unit: "pp", base_value: null, comparable: true }];
  const items = outcomes.map(([indicator, window, period]) =>
    observation(indicator, "P:33", window, {
      ...long,
      period,
      comparisons,
      target: { value: 1_234_567, op: ">=", gap: -1234.56, gap_unit: "pp" },
    }),
  );
  return { places, items: [...grave, ...items] };
}

describe("the wall can be read", () => {
  const open = useWall();

  it.each(SCENES.flatMap((scene) => (["dark", "light"] as const).map((theme) => [scene, theme] as const)))(
    "%s, %s",
    async (scene, theme) => {
      const { page, strangers, problems } = await open(`&motion=none&scene=${scene}&theme=${theme}`, { all: true });
      expectLegible(await textBoxes(page));
      expect(strangers).toEqual([]);
      expect(problems).toEqual([]);
    },
  );

  it.each(["5.5", "8.8"])("few figures for readers at %s picture heights", async (distance) => {
    const scale = Number(distance) / 5;
    const { page } = await open(`&motion=none&profile=far&distance=${distance}`, { all: true });
    for (const key of ["1", "2", "4", "5"]) {
      await page.keyboard.press(key);
      const boxes = await textBoxes(page);
      expect(boxes.filter(({ px }) => px < 21.95).map(({ text }) => text)).toEqual([]);
      expect(boxes.filter(({ right, bottom }) => right > 1920 / scale || bottom > 1080 / scale).map(({ text }) => text)).toEqual(
        [],
      );
      expect(overlapping(boxes)).toEqual([]);
      expect(await page.locator("article.tile").count()).toBe(4);
    }
  });

  // no text stands across a bezel
  it.each((["2x2", "3x3"] as const).flatMap((bezel) => [...SCENES, COMMUNE].map((scene) => [bezel, scene] as const)))(
    "%s panels: %s",
    async (bezel, scene) => {
      const { page } = await open(`&motion=none&bezel=${bezel}&scene=${scene}`, { all: true });
      await page.waitForSelector("article.tile");
      const boxes = await textBoxes(page);
      expectLegible(boxes);
      const count = Number(bezel[0]);
      const lines = Array.from({ length: count - 1 }, (_, index) => (index + 1) / count);
      const crosses = (from: number, to: number, size: number): boolean =>
        lines.some((line) => from < line * size + GUTTER && to > line * size - GUTTER);
      expect(
        boxes
          .filter(({ left, right, top, bottom }) => crosses(left, right, 1920) || crosses(top, bottom, 1080))
          .map(({ text }) => text),
      ).toEqual([]);
    },
  );

  it.each(["dark", "light"])("one commune, %s", async (theme) => {
    const { page, problems } = await open(`&motion=none&scene=${COMMUNE}&theme=${theme}`, { all: true });
    await page.waitForSelector("[data-procedure]");
    expectLegible(await textBoxes(page));
    expect(problems).toEqual([]);
  });

  it("two scenes side by side on a wide screen", async () => {
    const { page } = await open("&motion=none", { all: true }, [3840, 1080]);
    expect(await page.locator(".wall").evaluateAll((frames) => frames.map((frame) => frame.getAttribute("data-scene")))).toEqual([
      "overview",
      "public-service",
    ]);
    expect(await page.locator("h1").count()).toBe(1);
    expectLegible(await textBoxes(page));
  });

  it.each(SCENES)("%s without figures", async (scene) => {
    const { page } = await open(`&motion=none&scene=${scene}`, { empty: true });
    expectLegible(await textBoxes(page));
  });

  // clause 10.4.2
  it.each(SCENES)("%s with the longest words and numbers", async (scene) => {
    const { places, items } = stretched();
    const { page, mock } = await open(`&motion=none&scene=${scene}`, { places });
    mock.push([...items]);
    await expect.poll(() => mock.painted.at(-1)?.["seq"]).toBe(2);
    expectLegible(await textBoxes(page));
  });

  // clause 10.4.2
  it.each(SIZES)("at %i x %i without scrolling", async (width, height) => {
    for (const scene of SCENES) {
      const { page } = await open(`&motion=none&scene=${scene}`, {}, [width, height]);
      const spare = await page.evaluate(() => [
        document.documentElement.scrollWidth - innerWidth,
        document.documentElement.scrollHeight - innerHeight,
      ]);
      expect(Math.max(...spare)).toBeLessThanOrEqual(0);
      expectLegible(await textBoxes(page));
    }
  });
});
