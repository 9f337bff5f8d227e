/** The map of a province in threshold mode: only exceptions speak. Beside it the five lowest units and a legend that counts. */

import { tooFew, unitLevel, type ThresholdClass } from "../model/classes";
import type { Indicator } from "../model/catalogue";
import { spread, type MapLayout, type Size } from "../model/maplayout";
import type { Point } from "../model/shapes";
import { formatNumber } from "../model/numbers";
import type { Observation } from "../model/observation";
import type { Place } from "../model/places";
import { estimateWidth } from "../model/width";
import { s, type VNode } from "../view/node";
import { hatches } from "./hatches";
import { levelMarkAt } from "./mark";

export const PICTURE: Size = { width: 760, height: 740 };
const RANKED = 5;
const ROW = 38;
const RANK_PX = 30;
const VALUE_PX = 84;
/** Numbers are at least so far from each other. */
const NUMBER_PX = 34;
/** Half of the bezel with what is kept clear of it. */
const BEZEL_PX = 40;
const GRAVE = 4;
const [NO_FIGURE, FEW] = [-2, -1];
const DOTTED = { "stroke-dasharray": "1 4", "stroke-linecap": "round" };

export interface MapOptions {
  readonly layout: MapLayout;
  readonly indicator: Indicator;
  readonly classes: readonly ThresholdClass[];
  readonly places: readonly Place[];
  readonly figures: ReadonlyMap<string, Observation>;
  /** The commune that is looked at: its border stands out. */
  readonly chosen: string | null;
}

/** The box of the lowest units: wide enough for the longest name of the province. */
export function listSize(places: readonly Place[]): Size {
  const longest = Math.max(120, ...places.map((place) => estimateWidth(place.nameShort, 24)));
  return { width: Math.min(PICTURE.width, Math.ceil(RANK_PX + longest + VALUE_PX)), height: 26 + RANKED * ROW };
}

/** The box of the legend: title, one row for each class, one for units without a figure and one for those with few cases. */
export function legendSize(classes: number): Size {
  return { width: 250, height: 30 + (classes + 2) * ROW };
}

/** The units with the lowest values; those with too few cases are not ranked. */
export function lowest(figures: ReadonlyMap<string, Observation>, indicator: Indicator): readonly Observation[] {
  return [...figures.values()]
    .filter((item) => item.value !== null && !tooFew(item, indicator))
    .sort((one, other) => (one.value ?? 0) - (other.value ?? 0) || (one.unit < other.unit ? -1 : 1))
    .slice(0, RANKED);
}

/** The picture. */
export function map(options: MapOptions): VNode {
  const { layout, places, figures, classes, indicator } = options;
  const ranked = lowest(figures, indicator);
  const grave = places.filter((place) => standOf(options, place.unit) >= GRAVE).length;
  const label = `Bản đồ ${places.length} xã, phường theo ${indicator.name.toLowerCase()}; ${grave} nơi ở mức 4 trở lên`;
  return s(
    "svg",
    {
      class: "pic",
      viewBox: `0 0 ${layout.picture.width} ${layout.picture.height}`,
      style: `width:${layout.picture.width / 16}rem;height:${layout.picture.height / 16}rem`,
      role: "img",
      "aria-label": label,
    },
    hatches(),
    areas(options),
    s("path", { d: layout.outline, fill: "none", stroke: "var(--line-strong)", "stroke-width": 1.5, "stroke-linecap": "round" }),
    border(options),
    rankNumbers(layout, ranked),
    rankList(layout, ranked, places, indicator),
    legend(options, classes),
  );
}

function areas(options: MapOptions): VNode {
  const names = new Map(options.places.map((place) => [place.unit, place.name]));
  const drawn = [...options.layout.areas].sort(
    (one, other) => heightOf(standOf(options, one.unit)) - heightOf(standOf(options, other.unit)),
  );
  return s(
    "g",
    { class: "areas", stroke: "var(--m-edge)", "stroke-width": 1.25, "stroke-linejoin": "round" },
    drawn.map((area) => {
      const stand = standOf(options, area.unit);
      return s(
        "path",
        {
          key: area.unit,
          "data-unit": area.unit,
          "data-class": stand === NO_FIGURE ? "none" : stand === FEW ? "few" : stand,
          d: area.path,
          style: `fill:${fillOf(stand)}`,
          ...edgeOf(stand),
        },
        s("title", {}, names.get(area.unit) ?? area.unit),
      );
    }),
    drawn
      .filter((area) => options.figures.get(area.unit)?.freshness?.state === "stale")
      .map((area) => s("path", { key: `stale-${area.unit}`, d: area.path, fill: "url(#stale)", stroke: "none" })),
  );
}

/** What is drawn over what: outlines over areas without one, the grave over all. */
function heightOf(stand: number): number {
  return stand === FEW ? GRAVE - 0.5 : stand;
}

/** Grave areas get an ink outline, those with too few cases a dotted one. */
function edgeOf(stand: number): Readonly<Record<string, string | number>> {
  if (stand === FEW) return { stroke: "var(--ink-3)", "stroke-width": 1.75, ...DOTTED };
  return stand >= GRAVE ? { stroke: "var(--ink)", "stroke-width": 1.75 } : {};
}

/** The map has no colour of its own for level 1: it is quiet like level 0. What is not judged has none. */
function fillOf(stand: number): string {
  if (stand === FEW) return "var(--bg)";
  return stand === NO_FIGURE ? "url(#nodata)" : `var(--m${stand === 1 ? 0 : stand})`;
}

function border({ layout, chosen }: MapOptions): VNode | null {
  const area = chosen === null ? undefined : layout.areas.find(({ unit }) => unit === chosen);
  return area === undefined
    ? null
    : s("path", {
        d: area.path,
        "data-chosen": area.unit,
        fill: "none",
        stroke: "var(--focus)",
        "stroke-width": 4,
        "stroke-linejoin": "round",
      });
}

function rankNumbers(layout: MapLayout, ranked: readonly Observation[]): VNode[] {
  const at = ranked.map((item) => layout.areas.find((area) => area.unit === item.unit)?.at ?? null);
  const known = at.flatMap((point) => (point === null ? [] : [point]));
  const moved = apart(spread(known, NUMBER_PX).map((point) => offBezel(point, layout.bezelAt)));
  let next = 0;
  return at.flatMap((point, rank) => {
    if (point === null) return [];
    const [x, y] = moved[next++] ?? point;
    return [
      s("circle", { key: `rank-${rank}`, cx: round(x), cy: round(y), r: 15, fill: "var(--bg)" }),
      s(
        "text",
        {
          key: `number-${rank}`,
          x: round(x),
          y: round(y) + 8,
          "font-size": 22,
          "font-weight": 650,
          "text-anchor": "middle",
          fill: "var(--ink)",
        },
        String(rank + 1),
      ),
    ];
  });
}

/** Numbers that a bezel has pushed together stand beside each other. */
function apart(points: readonly Point[]): readonly Point[] {
  return points.reduce<readonly Point[]>((placed, [x, y]) => {
    const near = placed.filter(([px, py]) => Math.hypot(px - x, py - y) < NUMBER_PX - 1);
    return [...placed, near.length === 0 ? [x, y] : [Math.min(...near.map(([px]) => px)) - NUMBER_PX, y]];
  }, []);
}

/** A number that would lie on the bezel stands beside it. */
function offBezel([x, y]: Point, bezelAt: number | null): Point {
  if (bezelAt === null || Math.abs(y - bezelAt) >= BEZEL_PX) return [x, y];
  return [x, bezelAt + (y < bezelAt ? -BEZEL_PX : BEZEL_PX)];
}

function rankList(
  { list: [x, y] }: MapLayout,
  ranked: readonly Observation[],
  places: readonly Place[],
  indicator: Indicator,
): VNode {
  const { width } = listSize(places);
  const names = new Map(places.map((place) => [place.unit, place.nameShort]));
  return s(
    "g",
    { "data-role": "lowest" },
    s(
      "text",
      { x, y: y + 22, "font-size": 22, fill: "var(--ink-3)" },
      ranked.length === 0 ? "Chưa có nơi đủ số để xếp" : ranked.length < RANKED ? "Thấp nhất" : "Năm nơi thấp nhất",
    ),
    ranked.map((item, rank) =>
      s(
        "g",
        { key: item.unit, "data-unit": item.unit },
        s("text", { x, y: y + 62 + rank * ROW, "font-size": 24, fill: "var(--ink-3)" }, String(rank + 1)),
        s(
          "text",
          { x: x + RANK_PX, y: y + 62 + rank * ROW, "font-size": 24, "font-weight": 500, fill: "var(--ink)" },
          names.get(item.unit) ?? item.unit,
        ),
        s(
          "text",
          { x: x + width, y: y + 62 + rank * ROW, "font-size": 24, "font-weight": 600, "text-anchor": "end", fill: "var(--ink)" },
          formatNumber(item.value ?? 0, indicator.decimals),
        ),
      ),
    ),
  );
}

function legend(options: MapOptions, classes: readonly ThresholdClass[]): VNode {
  const [x, y] = options.layout.legend;
  const stands = options.places.map(({ unit }) => standOf(options, unit));
  const count = (stand: number, rowY: number): VNode => total(x, rowY, stands.filter((each) => each === stand).length);
  const last = y + 64 + classes.length * ROW;
  return s(
    "g",
    { "data-role": "legend" },
    s("text", { x, y: y + 22, "font-size": 22, fill: "var(--ink-3)" }, `${options.indicator.unit}, số xã`),
    classes.map(({ level, words }, index) => {
      const rowY = y + 64 + index * ROW;
      return s(
        "g",
        { key: String(level) },
        s("rect", { x, y: rowY - 18, width: 26, height: 22, rx: 2, fill: fillOf(level), ...edgeOf(level) }),
        levelMarkAt(level, x + 36, rowY - 19, 0.75),
        s("text", { x: x + 72, y: rowY, "font-size": 22, fill: "var(--ink-2)" }, words),
        count(level, rowY),
      );
    }),
    s("rect", { x, y: last - 18, width: 26, height: 22, rx: 2, fill: fillOf(NO_FIGURE) }),
    s("text", { x: x + 36, y: last, "font-size": 22, fill: "var(--ink-2)" }, "chưa có số"),
    count(NO_FIGURE, last),
    stands.includes(FEW) && few(options.indicator, x, last + ROW, count(FEW, last + ROW)),
  );
}

function total(x: number, y: number, count: number): VNode {
  const look = { "font-size": 22, "font-weight": 600, "text-anchor": "end", fill: "var(--ink)" };
  return s("text", { x: x + 245, y, ...look }, String(count));
}

/** What a dotted outline means: these units are in no class and have no rank. */
function few({ denominatorMin }: Indicator, x: number, y: number, count: VNode): VNode {
  return s(
    "g",
    { "data-role": "few" },
    s("rect", { x, y: y - 18, width: 26, height: 22, rx: 2, fill: fillOf(FEW), ...edgeOf(FEW) }),
    s("text", { x: x + 36, y, "font-size": 22, fill: "var(--ink-2)" }, `mẫu dưới ${denominatorMin}`),
    count,
  );
}

/** How a unit stands: its level, or why it has none. */
function standOf({ figures, indicator, classes }: MapOptions, unit: string): number {
  const item = figures.get(unit);
  if (item === undefined || item.value === null) return NO_FIGURE;
  return unitLevel(item, indicator, classes) ?? FEW;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
