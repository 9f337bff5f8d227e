/** The one large figure of a scene, with its course or, while there is none, its place on the scale from 0 to 100. */

import type { Indicator } from "../model/catalogue";
import { formatShort } from "../model/numbers";
import { estimateWidth } from "../model/width";
import { s, type VNode } from "../view/node";

const WIDTH = 624;
const PLOT = 428;
const LABEL = 438;

export interface Reference {
  readonly words: string;
  readonly value: number;
}

/** The course of a share as an area from zero, with its target and references labelled at the right. */
export function course(values: readonly (number | null)[], target: number, references: readonly Reference[], level: number | null): VNode | null {
  const points = values.flatMap((value, index) => (value === null ? [] : [[index, value] as const]));
  const last = points.at(-1);
  if (points.length < 2 || last === undefined) return null;
  const [top, floor] = [18, 240];
  const high = Math.max(target, ...points.map(([, value]) => value), ...references.map(({ value }) => value)) * 1.04;
  const x = (index: number): number => round((index / Math.max(1, values.length - 1)) * (PLOT - 8));
  const y = (value: number): number => round(floor - (value / high) * (floor - top));
  const line = points.map(([index, value], position) => `${position === 0 ? "M" : "L"}${x(index)} ${y(value)}`).join("");
  const labels = apart([{ words: `Mục tiêu ${formatShort(target, 2)}`, value: target }, ...references].map((entry) => ({ ...entry, y: y(entry.value) + 8 })));
  return s("svg", { class: "course", viewBox: `0 0 ${WIDTH} 284`, style: `width:${WIDTH / 16}rem;height:17.75rem`, role: "img", "aria-label": `Diễn biến: từ ${formatShort(points[0]?.[1] ?? 0, 2)} đến ${formatShort(last[1], 2)} phần trăm` },
    references.map(({ value }) => s("path", { key: `line-${value}`, d: `M0 ${y(value)}H${PLOT}`, stroke: "var(--line-strong)", "stroke-width": 1.5 })),
    s("path", { d: `${line}L${x(last[0])} ${floor}L${x(points[0]?.[0] ?? 0)} ${floor}Z`, fill: "var(--data-fill)" }),
    s("path", { d: `M0 ${y(target)}H${PLOT}`, stroke: "var(--target)", "stroke-width": 2, "stroke-dasharray": "2 5", "stroke-linecap": "round" }),
    s("path", { d: line, fill: "none", stroke: "var(--data)", "stroke-width": 3, "stroke-linejoin": "round" }),
    s("path", { d: `M0 ${floor}H${PLOT}`, stroke: "var(--line-strong)", "stroke-width": 1.5 }),
    s("circle", { cx: x(last[0]), cy: y(last[1]), r: 6, fill: level === null || level === 0 ? "var(--ink)" : `var(--l${level})`, stroke: "var(--level-edge)", "stroke-width": 1.5 }),
    labels.map(({ words, y: at, value }) => s("text", { key: words, x: LABEL, y: round(at), "font-size": 22, "font-weight": value === target ? 600 : 450, fill: value === target ? "var(--ink)" : "var(--ink-3)" }, words)),
    s("text", { x: 0, y: 272, "font-size": 22, fill: "var(--ink-3)" }, `${values.length} điểm gần nhất`),
    s("text", { x: PLOT, y: 272, "font-size": 22, "text-anchor": "end", fill: "var(--ink-3)" }, "nay"));
}

/** A share on the scale from 0 to 100: a bar from zero, its target as a tick, the bounds as fine lines. */
export function scale(indicator: Indicator, value: number | null, target: number, references: readonly Reference[]): VNode {
  const x = (share: number): number => round((Math.max(0, Math.min(100, share)) / 100) * WIDTH);
  const goal = `mục tiêu ${formatShort(target, 2)}`;
  const half = estimateWidth(goal, 22) / 2;
  return s("svg", { class: "scale", viewBox: `0 0 ${WIDTH} 128`, style: `width:${WIDTH / 16}rem;height:8rem`, role: "img", "aria-label": `${indicator.name} trên thang từ 0 đến 100, ${goal}` },
    s("rect", { y: 42, width: WIDTH, height: 26, fill: "var(--surface-2)" }),
    value !== null && s("rect", { y: 42, width: x(value), height: 26, fill: "var(--data)" }),
    indicator.bounds.map(({ bound }) => s("path", { key: `bound-${bound}`, d: `M${x(bound)} 42V76`, stroke: "var(--ink-3)", "stroke-width": 1.5 })),
    s("rect", { x: x(target) - 1.5, y: 34, width: 3, height: 42, fill: "var(--ink)" }),
    s("text", { x: Math.max(half, Math.min(WIDTH - half, x(target))), y: 24, "font-size": 22, "font-weight": 600, "text-anchor": "middle", fill: "var(--ink)" }, goal),
    s("text", { x: 0, y: 102, "font-size": 22, fill: "var(--ink-3)" }, "0"),
    indicator.bounds.map(({ bound }) => s("text", { key: `tick-${bound}`, x: x(bound), y: 102, "font-size": 22, "text-anchor": "middle", fill: "var(--ink-3)" }, formatShort(bound, 2))),
    references.slice(0, 1).map(({ words, value: at }) => s("path", { key: words, d: `M${x(at)} 36V74`, stroke: "var(--ink-2)", "stroke-width": 2, "stroke-dasharray": "3 3" })),
    s("text", { x: WIDTH, y: 102, "font-size": 22, "text-anchor": "end", fill: "var(--ink-3)" }, "100 %"));
}

/** A small bar from zero with its target as a tick. */
export function bullet(value: number | null, target: number | null): VNode {
  const x = (share: number): number => round((Math.max(0, Math.min(100, share)) / 100) * 144);
  return s("svg", { viewBox: "0 0 144 24", class: "bullet", "aria-hidden": "true" },
    s("rect", { y: 8, width: 144, height: 8, fill: "var(--surface-2)" }),
    value !== null && s("rect", { y: 8, width: x(value), height: 8, fill: "var(--data)" }),
    target !== null && s("rect", { x: Math.min(141, Math.max(0, x(target) - 1.5)), y: 1, width: 3, height: 22, fill: "var(--ink)" }));
}

/** Move labels apart so that no two touch; their order by height is kept. */
function apart<T extends { readonly y: number }>(labels: readonly T[]): readonly T[] {
  let free = -Infinity;
  return [...labels].sort((one, other) => one.y - other.y).map((label) => {
    const y = Math.max(label.y, free);
    free = y + 28;
    return { ...label, y };
  });
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
