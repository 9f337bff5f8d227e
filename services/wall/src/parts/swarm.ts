/** The spread of units over one share: dots in a row, bounds as lines, counts for each class. */

import { placeDots, type Dot } from "../model/beeswarm";
import { tooFew, unitLevel, type ThresholdClass } from "../model/classes";
import type { Indicator } from "../model/catalogue";
import { formatNumber, formatShort } from "../model/numbers";
import type { Observation } from "../model/observation";
import { estimateWidth } from "../model/width";
import { s, type VNode } from "../view/node";
import { levelMarkAt } from "./mark";

const WIDTH = 1144;
const HEIGHT = 262;
const FLOOR = 228;
const MIDDLE = 122;
const REACH = 68;
const LEFT = 8;
const RIGHT = 1136;
/** Bounds get room: the scale shows at most so many times the distance from the best value to the worst bound. */
const SPAN_SHARE = 3;
const NAMED = 3;

export interface SwarmOptions {
  readonly indicator: Indicator;
  readonly classes: readonly ThresholdClass[];
  readonly figures: readonly Observation[];
  readonly total: number | null;
  readonly nameOf: (unit: string) => string;
}

/** The left end of the scale: a round number; lower values are drawn at the left end and counted there. */
export function scaleLow(values: readonly number[], bounds: readonly number[], high: number): number {
  const worst = Math.min(high, ...bounds);
  const widest = bounds.length === 0 ? high : (high - worst) * SPAN_SHARE;
  const wanted = Math.max(high - widest, Math.min(...values, worst));
  const grain = high - wanted > 15 ? 10 : 5;
  return Math.max(0, Math.floor(Math.max(wanted, high - widest) / grain) * grain);
}

/** The picture for shares up to 100. */
export function swarm({ indicator, classes, figures, total, nameOf }: SwarmOptions): VNode {
  const values = figures.flatMap((item) => item.value ?? []);
  const judged = figures.filter((item) => !tooFew(item, indicator)).flatMap((item) => item.value ?? []);
  const levels = new Map(figures.map((item) => [item.unit, unitLevel(item, indicator, classes)]));
  const bounds = indicator.bounds.map(({ bound }) => bound);
  const low = scaleLow(judged, bounds, 100);
  const x = (value: number): number =>
    LEFT + 8 + ((Math.min(100, Math.max(low, value)) - low) / (100 - low || 1)) * (RIGHT - LEFT - 16);
  const dots = figures.flatMap((item): Dot[] =>
    item.value === null ? [] : [{ unit: item.unit, value: item.value, radius: radiusOf(item) }],
  );
  const placed = placeDots(dots, x, REACH);
  const below = values.filter((value) => value < low).length;
  return s(
    "svg",
    {
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      style: `width:${WIDTH / 16}rem;height:${HEIGHT / 16}rem`,
      role: "img",
      "aria-label": spokenSpread(classes, judged),
    },
    bounds.map((bound) =>
      s("path", {
        key: `bound-${bound}`,
        d: `M${x(bound)} 0V${FLOOR}`,
        stroke: "var(--line-strong)",
        "stroke-width": 1.5,
        "stroke-dasharray": "2 5",
      }),
    ),
    s("path", { d: `M0 ${FLOOR}H${WIDTH}`, stroke: "var(--line-strong)", "stroke-width": 1.5 }),
    axis(low, bounds, below, x),
    classCounts(classes, bounds, [...levels.values()], x, low),
    placed.map((dot) =>
      s("circle", {
        key: dot.unit,
        "data-unit": dot.unit,
        class: "dot",
        cx: round(dot.x),
        cy: round(MIDDLE + dot.y),
        r: dot.radius,
        ...lookOf(levels.get(dot.unit) ?? null),
      }),
    ),
    names(
      placed.filter(({ unit }) => levels.get(unit) !== null).sort((one, other) => one.value - other.value),
      low,
      nameOf,
    ),
    total === null ? null : totalLine(total, indicator, x(total)),
  );
}

function axis(low: number, bounds: readonly number[], below: number, x: (value: number) => number): VNode[] {
  const ticks = [low, ...bounds, 100].sort((one, other) => one - other);
  let free = -Infinity;
  return ticks.flatMap((tick) => {
    const text = tick === 100 ? "100 %" : tick === low && below > 0 ? `đến ${formatShort(low, 2)}` : formatShort(tick, 2);
    const width = estimateWidth(text, 22);
    const anchor = tick === low ? "start" : tick === 100 ? "end" : "middle";
    const at = tick === low ? LEFT : tick === 100 ? RIGHT : x(tick);
    const start = anchor === "start" ? at : anchor === "end" ? at - width : at - width / 2;
    const last = tick !== 100 && at + width / 2 + 14 > RIGHT - estimateWidth("100 %", 22);
    if (start < free || last) return [];
    free = start + width + 14;
    return [
      s(
        "text",
        { key: `tick-${tick}`, x: round(at), y: 256, "font-size": 22, "text-anchor": anchor, fill: "var(--ink-3)" },
        text,
      ),
    ];
  });
}

function classCounts(
  classes: readonly ThresholdClass[],
  bounds: readonly number[],
  levels: readonly (number | null)[],
  x: (value: number) => number,
  low: number,
): VNode[] {
  const rising = [...bounds].sort((one, other) => one - other);
  return [...classes].reverse().map((entry, index) => {
    const left = x(index === 0 ? low : (rising[index - 1] ?? low)) + (index === 0 ? 0 : 11);
    const count = levels.filter((level) => level === entry.level).length;
    return s(
      "g",
      { key: `class-${entry.level}` },
      levelMarkAt(entry.level, round(left), 1, 0.75),
      s("text", { x: round(left + 33), y: 21, "font-size": 24, "font-weight": 600, fill: "var(--ink)" }, String(count)),
    );
  });
}

/** The lowest units are named, in turn above and below the row, where there is room. */
function names(
  rising: readonly { readonly unit: string; readonly value: number; readonly x: number; readonly y: number }[],
  low: number,
  nameOf: (unit: string) => string,
): VNode[] {
  const taken: [number, number, number][] = [];
  return rising
    .filter(({ value }) => value >= low)
    .slice(0, NAMED)
    .flatMap((dot, index) => {
      const name = nameOf(dot.unit);
      const half = estimateWidth(name, 22) / 2;
      const at = Math.max(LEFT + half, Math.min(RIGHT - half, dot.x));
      const y = index % 2 === 0 ? MIDDLE + 36 : MIDDLE - 20;
      const collides =
        taken.some(([from, to, row]) => row === y && at - half < to + 12 && at + half > from - 12) ||
        rising.some(
          (other) => other.unit !== dot.unit && Math.abs(other.x - at) < half + 8 && Math.abs(MIDDLE + other.y - (y - 8)) < 20,
        );
      if (collides) return [];
      taken.push([at - half, at + half, y]);
      return [
        s(
          "text",
          { key: `name-${dot.unit}`, x: round(at), y, "font-size": 22, "text-anchor": "middle", fill: "var(--ink)" },
          name,
        ),
      ];
    });
}

function totalLine(total: number, indicator: Indicator, at: number): VNode {
  const text = `Toàn tỉnh ${formatNumber(total, indicator.decimals)}`;
  const toLeft = at - estimateWidth(text, 22) - 16 > LEFT;
  return s(
    "g",
    { key: "total" },
    s("path", { d: `M${round(at)} 32V${FLOOR}`, stroke: "var(--ink)", "stroke-width": 2 }),
    s(
      "text",
      {
        x: round(toLeft ? at - 10 : at + 10),
        y: 218,
        "font-size": 22,
        "font-weight": 600,
        "text-anchor": toLeft ? "end" : "start",
        fill: "var(--ink)",
        stroke: "var(--bg)",
        "stroke-width": 6,
        "paint-order": "stroke",
      },
      text,
    ),
  );
}

function spokenSpread(classes: readonly ThresholdClass[], values: readonly number[]): string {
  const counts = [...classes].reverse().map((entry) => `${values.filter((value) => entry.holds(value)).length} ${entry.words}`);
  return `${values.length} xã, phường theo tỷ lệ: ${counts.join(", ")}`;
}

/** A dot of its level's colour; a ring for a unit with too few cases. */
function lookOf(level: number | null): Readonly<Record<string, string | number>> {
  if (level === null) return { fill: "none", stroke: "var(--ink-3)", "stroke-width": 1.75 };
  return { fill: level === 0 ? "var(--data-2)" : `var(--l${level})`, stroke: "var(--level-edge)", "stroke-width": 1 };
}

function radiusOf(item: Observation): number {
  return Math.max(4, Math.min(9, Math.sqrt(item.denominator ?? 50) * 0.42));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
