/** A small line: the course of one value. A shape on its own scale, not a measure; bars and areas start at zero, lines need not. */

import { s, type VNode } from "../view/node";

const WIDTH = 184;
const HEIGHT = 60;
const PAD = 7;

export interface SparkOptions {
  readonly values: readonly (number | null)[];
  readonly target: number | null;
  readonly level: number | null;
  readonly stale: boolean;
}

/** The sparkline, or null with fewer than two points. */
export function spark({ values, target, level, stale }: SparkOptions): VNode | null {
  const points = values.flatMap((value, index) => (value === null ? [] : [[index, value] as const]));
  const last = points.at(-1);
  if (points.length < 2 || last === undefined) return null;
  const shown = points.map(([, value]) => value);
  const span = Math.max(...shown) - Math.min(...shown);
  const near = target !== null && Math.abs(target - last[1]) <= Math.max(span * 4, Math.abs(last[1]) * 0.05);
  const all = near ? [...shown, target] : shown;
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const x = (index: number): number => round(1 + (index / Math.max(1, values.length - 1)) * (WIDTH - 8));
  const y = (value: number): number =>
    round(high === low ? HEIGHT / 2 : PAD + ((high - value) / (high - low)) * (HEIGHT - 2 * PAD));
  const path = points.map(([index, value], position) => `${position === 0 ? "M" : "L"}${x(index)} ${y(value)}`).join("");
  const end = stale
    ? { fill: "var(--bg)", stroke: "var(--ink-3)", "stroke-width": 2 }
    : {
        fill: level === null || level === 0 ? "var(--ink)" : `var(--l${level})`,
        stroke: "var(--level-edge)",
        "stroke-width": 1.5,
      };
  return s(
    "svg",
    { class: "sp", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" },
    near &&
      s("path", {
        d: `M0 ${y(target)}H${WIDTH}`,
        stroke: "var(--target)",
        "stroke-width": 1.5,
        "stroke-dasharray": "2 5",
        "stroke-linecap": "round",
      }),
    s("path", {
      d: path,
      fill: "none",
      stroke: stale ? "var(--ink-3)" : "var(--data)",
      "stroke-width": 2.5,
      "stroke-linejoin": "round",
      "stroke-linecap": "round",
    }),
    s("circle", { cx: x(last[0]), cy: y(last[1]), r: 5, ...end }),
  );
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
