/** Small pictures: the mark of a level (colour, shape and numeral) and the glyph of a freshness. */

import { LEVELS } from "../model/words";
import type { FreshnessState } from "../model/observation";
import { h, s, type VNode } from "../view/node";

const SHAPES = [
  "",
  "",
  "",
  "M16 2.2L30.6 28.4H1.4Z",
  "M16 .8L31.2 16 16 31.2 .8 16Z",
  "M16 .5l13.5 7.75v15.5L16 31.5 2.5 23.75V8.25Z",
] as const;

/** The mark of a level in a box of so many rem; null means that no level was given. */
export function levelMark(level: number | null, sizeRem: number): VNode {
  const label = level === null ? "Chưa xếp mức" : `Mức ${level}: ${LEVELS[level] ?? ""}`;
  return s(
    "svg",
    {
      class: "lv",
      "data-l": level ?? "none",
      viewBox: "0 0 32 32",
      style: `width:${sizeRem}rem;height:${sizeRem}rem`,
      role: "img",
      "aria-label": label,
    },
    levelShape(level),
  );
}

/** The same mark inside a larger picture, its upper left corner at (x, y), scaled. */
export function levelMarkAt(level: number, x: number, y: number, scale: number): VNode {
  return s("g", { class: "lv", "data-l": level, transform: `translate(${x} ${y}) scale(${scale})` }, levelShape(level));
}

/** The glyph and word of a freshness. */
export function freshnessMark(state: FreshnessState, words: string): VNode {
  const glyph = freshnessGlyph(state);
  return h(
    "span",
    { class: "fr", "data-fresh": state },
    glyph.length > 0 && s("svg", { viewBox: "0 0 18 18", "aria-hidden": "true" }, glyph),
    words,
  );
}

function levelShape(level: number | null): VNode[] {
  if (level === null)
    return [
      s("circle", {
        cx: 16,
        cy: 16,
        r: 12.5,
        fill: "none",
        stroke: "var(--ink-3)",
        "stroke-width": 2.5,
        "stroke-dasharray": "4 5.8",
      }),
    ];
  if (level === 0) {
    return [
      s("circle", { cx: 16, cy: 16, r: 12.5, fill: "none", stroke: "var(--l0)", "stroke-width": 2.5 }),
      s("path", {
        d: "M10.5 16.5l4 4 7.5-8.5",
        fill: "none",
        stroke: "var(--l0)",
        "stroke-width": 3,
        "stroke-linecap": "round",
        "stroke-linejoin": "round",
      }),
    ];
  }
  const fill = `fill:var(--l${level})`;
  const shape =
    level === 1
      ? s("circle", { class: "f", cx: 16, cy: 16, r: 13, style: fill })
      : level === 2
        ? s("rect", { class: "f", x: 4, y: 4, width: 24, height: 24, rx: 3, style: fill })
        : s("path", { class: "f", d: SHAPES[level] ?? "", "stroke-linejoin": "round", style: fill });
  return [shape, s("text", { x: 16, y: level === 3 ? 25.2 : 21.9, "font-size": level === 3 ? 15.5 : 17 }, String(level))];
}

function freshnessGlyph(state: FreshnessState): VNode[] {
  const line = { fill: "none", stroke: "var(--ink-2)", "stroke-width": 2 };
  switch (state) {
    case "live":
      return [s("circle", { cx: 9, cy: 9, r: 6, fill: "var(--l0)" })];
    case "provisional":
      return [s("circle", { cx: 9, cy: 9, r: 7, ...line }), s("path", { d: "M9 2a7 7 0 0 1 0 14Z", fill: "var(--ink-2)" })];
    case "final":
      return [];
    case "late":
      return [
        s("circle", { cx: 9, cy: 9, r: 7, ...line }),
        s("path", { d: "M9 5v4.2l2.8 1.8", ...line, "stroke-linecap": "round" }),
      ];
    case "stale":
      return [s("circle", { cx: 9, cy: 9, r: 7, ...line }), s("path", { d: "M4.2 13.8L13.8 4.2", ...line })];
    case "partial":
    case "no_roster":
      return [
        s("rect", { x: 2, y: 2, width: 14, height: 14, rx: 1.5, ...line }),
        s("path", { d: "M3 11L11 3M6 15L15 6", ...line, "stroke-width": 1.75 }),
      ];
  }
}
