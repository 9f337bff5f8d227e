/** The course of a share as an area from zero, with its target and references labelled at the right. */

import { formatShort } from "../model/numbers";
import { fullDate } from "../model/times";
import { s, type VNode } from "../view/node";

const WIDTH = 624;
const PLOT = 428;
const LABEL = 438;
const TOP = 18;
const FLOOR = 240;
/** Labels need so much height each. */
const LABEL_STEP = 28;

export interface Reference {
  readonly words: string;
  readonly value: number;
}

export interface CourseOptions {
  readonly values: readonly (number | null)[];
  /** The instant of the first value, null when not known. */
  readonly start: number | null;
  readonly target: number;
  readonly references: readonly Reference[];
  readonly level: number | null;
}

/** The picture, or null with fewer than two points. */
export function course({ values, start, target, references, level }: CourseOptions): VNode | null {
  const points = values.flatMap((value, index) => (value === null ? [] : [{ index, value }]));
  const [first, last] = [points[0], points.at(-1)];
  if (points.length < 2 || first === undefined || last === undefined) return null;
  const high = Math.max(target, ...points.map(({ value }) => value), ...references.map(({ value }) => value)) * 1.04;
  const x = (index: number): number => round((index / Math.max(1, values.length - 1)) * (PLOT - 8));
  const y = (value: number): number => round(FLOOR - (value / high) * (FLOOR - TOP));
  const line = points.map(({ index, value }, order) => `${order === 0 ? "M" : "L"}${x(index)} ${y(value)}`).join("");
  const label = `Diễn biến: từ ${formatShort(first.value, 2)} đến ${formatShort(last.value, 2)} phần trăm`;
  const size = { viewBox: `0 0 ${WIDTH} 284`, style: `width:${WIDTH / 16}rem;height:17.75rem` };
  return s(
    "svg",
    { class: "course", ...size, role: "img", "aria-label": label },
    ruler(y, target, references),
    s("path", { d: `${line}L${x(last.index)} ${FLOOR}L${x(first.index)} ${FLOOR}Z`, fill: "var(--data-fill)" }),
    s("path", { d: line, fill: "none", stroke: "var(--data)", "stroke-width": 3, "stroke-linejoin": "round" }),
    s("circle", {
      ...{ cx: x(last.index), cy: y(last.value), r: 6, stroke: "var(--level-edge)", "stroke-width": 1.5 },
      fill: level === null || level === 0 ? "var(--ink)" : `var(--l${level})`,
    }),
    labels(y, target, references),
    timeAxis(start === null ? `${values.length} điểm gần nhất` : fullDate(start)),
  );
}

function ruler(y: (value: number) => number, target: number, references: readonly Reference[]): readonly VNode[] {
  const plain = { stroke: "var(--line-strong)", "stroke-width": 1.5 };
  const goal = { stroke: "var(--target)", "stroke-width": 2, "stroke-dasharray": "2 5", "stroke-linecap": "round" };
  return [
    ...references.map(({ value }) => s("path", { key: `line-${value}`, d: `M0 ${y(value)}H${PLOT}`, ...plain })),
    s("path", { key: "floor", d: `M0 ${FLOOR}H${PLOT}`, ...plain }),
    s("path", { key: "goal", d: `M0 ${y(target)}H${PLOT}`, ...goal }),
  ];
}

function labels(y: (value: number) => number, target: number, references: readonly Reference[]): readonly VNode[] {
  const wanted = [{ words: `Mục tiêu ${formatShort(target, 2)}`, value: target, goal: true }, ...references];
  const placed = apart(wanted.map((entry) => ({ ...entry, y: y(entry.value) + 8 })));
  return placed.map((entry) => {
    const look = "goal" in entry ? { "font-weight": 600, fill: "var(--ink)" } : { "font-weight": 450, fill: "var(--ink-3)" };
    return s("text", { key: entry.words, x: LABEL, y: round(entry.y), "font-size": 22, ...look }, entry.words);
  });
}

function timeAxis(begin: string): readonly VNode[] {
  const look = { y: 272, "font-size": 22, fill: "var(--ink-3)" };
  return [s("text", { x: 0, ...look }, begin), s("text", { x: PLOT, "text-anchor": "end", ...look }, "nay")];
}

/** Move labels apart so that no two touch; their order by height is kept. */
function apart<T extends { readonly y: number }>(wanted: readonly T[]): readonly T[] {
  let free = -Infinity;
  return [...wanted]
    .sort((one, other) => one.y - other.y)
    .map((label) => {
      const y = Math.max(label.y, free);
      free = y + LABEL_STEP;
      return { ...label, y };
    });
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
