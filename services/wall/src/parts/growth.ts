/** Growth against the same period a year before: one bar for each figure, all from one zero line. */

import type { Indicator } from "../model/catalogue";
import { formatSigned, formatShort } from "../model/numbers";
import { periodWords } from "../model/times";
import type { Observation } from "../model/observation";
import { s, type VNode } from "../view/node";

const WIDTH = 760;
const ROW = 88;
const NAME_Y = 30;
const BAR_Y = 44;
const BAR = 18;
/** Bars end here at the most, so that the number keeps its room. */
const REACH = 650;
/** Room for the number of a bar to the left. */
const NUMBER = 100;

export interface Growth {
  readonly indicator: Indicator;
  readonly item: Observation;
  /** Per cent. */
  readonly rate: number;
}

/** How much a figure grew within a year in per cent, null when the observation does not say so. */
export function yearlyGrowth(item: Observation): number | null {
  const found = item.comparisons.find(
    ({ kind, unit, comparable, delta }) =>
      ["yoy", "ytd_yoy"].includes(kind) && ["%", "percent"].includes(unit) && comparable && delta !== null,
  );
  return found?.delta ?? null;
}

/** The picture: the fastest first. */
export function growthBars(rows: readonly Growth[], place: (item: Observation) => string | null): VNode {
  const sorted = [...rows].sort((one, other) => other.rate - one.rate);
  const [low, high] = [Math.min(0, ...sorted.map(({ rate }) => rate)), Math.max(0, ...sorted.map(({ rate }) => rate))];
  const left = low < 0 ? NUMBER : 0;
  const unit = (REACH - left) / (high - low || 1);
  const zero = left - low * unit;
  const height = sorted.length * ROW;
  return s(
    "svg",
    {
      class: "growth",
      viewBox: `0 0 ${WIDTH} ${height}`,
      style: `width:${WIDTH / 16}rem;height:${height / 16}rem`,
      role: "img",
      "aria-label": `Tăng so với cùng kỳ: ${sorted.map(({ indicator, rate }) => `${indicator.name} ${formatShort(rate, 2)} phần trăm`).join(", ")}`,
    },
    sorted.map((row, index) => bar(row, index * ROW, zero, unit, place(row.item))),
  );
}

function bar({ indicator, item, rate }: Growth, top: number, zero: number, unit: number, place: string | null): VNode {
  const length = Math.abs(rate) * unit;
  const note = [place, periodWords(item.window, item.period)].filter((part) => part !== null).join(" · ");
  const end = rate < 0 ? zero - length - 12 : zero + length + 12;
  return s(
    "g",
    { key: item.id },
    s("text", { x: 0, y: top + NAME_Y, "font-size": 24, "font-weight": 500, fill: "var(--ink)" }, indicator.nameShort),
    s("text", { x: WIDTH, y: top + NAME_Y, "font-size": 22, "text-anchor": "end", fill: "var(--ink-3)" }, note),
    s("path", { d: `M${round(zero)} ${top + BAR_Y - 5}v${BAR + 10}`, stroke: "var(--line-strong)", "stroke-width": 1.5 }),
    s("rect", {
      x: round(rate < 0 ? zero - length : zero),
      y: top + BAR_Y,
      width: round(Math.max(2, length)),
      height: BAR,
      fill: rate < 0 ? "var(--data-2)" : "var(--data)",
    }),
    s(
      "text",
      {
        x: round(end),
        y: top + BAR_Y + BAR - 1,
        "font-size": 24,
        "font-weight": 600,
        "text-anchor": rate < 0 ? "end" : "start",
        fill: "var(--ink)",
      },
      formatSigned(rate, Number.isInteger(rate) ? 0 : 1),
    ),
  );
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
