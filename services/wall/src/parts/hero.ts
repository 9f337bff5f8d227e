/** The one large figure of a scene, with its course or, while there is none, its place on the scale from 0 to 100. */

import type { Indicator } from "../model/catalogue";
import { freshnessOf } from "../model/freshness";
import { formatShort, NO_VALUE } from "../model/numbers";
import type { Observation } from "../model/observation";
import { estimateWidth } from "../model/width";
import { growthRemark, reasonWords, spoken, valueWords, type Remark } from "../model/words";
import { h, s, type VNode } from "../view/node";
import { course, type Reference } from "./course";
import { freshnessMark, levelMark } from "./mark";
import { shownLevel } from "./tile";

const WIDTH = 624;

export interface HeroOptions {
  readonly title: string;
  readonly note: string;
  readonly indicator: Indicator;
  readonly item: Observation | null;
  readonly missing: string;
  readonly target: number;
  readonly references: readonly Reference[];
  readonly trend: { readonly start: number | null; readonly values: readonly (number | null)[] } | null;
  readonly now: number;
  readonly lostAt: number | null;
}

/** The large figure with what is under it. */
export function heroFigure({
  title,
  note,
  indicator,
  item,
  missing,
  target,
  references,
  trend,
  now,
  lostAt,
}: HeroOptions): VNode {
  const freshness = item === null ? null : freshnessOf(item, now, lostAt);
  const level = shownLevel(item);
  const value = item?.value ?? null;
  const remark = (item === null ? null : growthRemark(indicator, item)) ?? {
    strong: item === null ? missing : value === null ? reasonWords(item.nullReason) : "",
    rest: "",
  };
  const drawn = trend === null ? null : course({ ...trend, target, references, level });
  return h(
    "section",
    {
      class: freshness?.state === "stale" ? "hero stale" : "hero",
      "data-indicator": indicator.id,
      tabindex: 0,
      "data-level": level ?? "none",
      "aria-label": spoken(indicator, item, freshness?.words ?? ""),
    },
    h("h2", { class: "cap" }, levelMark(level, 1.875), title, h("small", {}, note)),
    h(
      "div",
      { class: "big" },
      h(
        "b",
        {},
        h("span", { "data-role": "value", "data-fade": true }, value === null ? NO_VALUE : valueWords(indicator, value)),
        value !== null && h("small", {}, "%"),
      ),
      beside(remark, freshness === null ? null : freshnessMark(freshness.state, freshness.words)),
    ),
    drawn ?? scale(indicator, value, target, references),
  );
}

function beside({ strong, rest }: Remark, freshness: VNode | null): VNode {
  return h("p", {}, strong !== "" && h("strong", {}, strong), strong !== "" && h("br"), rest, rest !== "" && h("br"), freshness);
}

/** A share on the scale from 0 to 100: a bar from zero, its target as a tick, the bounds as fine lines. */
function scale(indicator: Indicator, value: number | null, target: number, references: readonly Reference[]): VNode {
  const x = (share: number): number => round((Math.max(0, Math.min(100, share)) / 100) * WIDTH);
  const goal = `mục tiêu ${formatShort(target, 2)}`;
  const half = estimateWidth(goal, 22) / 2;
  return s(
    "svg",
    {
      class: "scale",
      viewBox: `0 0 ${WIDTH} 128`,
      style: `width:${WIDTH / 16}rem;height:8rem`,
      role: "img",
      "aria-label": `${indicator.name} trên thang từ 0 đến 100, ${goal}`,
    },
    s("rect", { y: 42, width: WIDTH, height: 26, fill: "var(--surface-2)" }),
    value !== null && s("rect", { y: 42, width: x(value), height: 26, fill: "var(--data)" }),
    indicator.bounds.map(({ bound }) =>
      s("path", { key: `bound-${bound}`, d: `M${x(bound)} 42V76`, stroke: "var(--ink-3)", "stroke-width": 1.5 }),
    ),
    s("rect", { x: x(target) - 1.5, y: 34, width: 3, height: 42, fill: "var(--ink)" }),
    s(
      "text",
      {
        x: Math.max(half, Math.min(WIDTH - half, x(target))),
        y: 24,
        "font-size": 22,
        "font-weight": 600,
        "text-anchor": "middle",
        fill: "var(--ink)",
      },
      goal,
    ),
    s("text", { x: 0, y: 102, "font-size": 22, fill: "var(--ink-3)" }, "0"),
    indicator.bounds.map(({ bound }) =>
      s(
        "text",
        { key: `tick-${bound}`, x: x(bound), y: 102, "font-size": 22, "text-anchor": "middle", fill: "var(--ink-3)" },
        formatShort(bound, 2),
      ),
    ),
    references
      .slice(0, 1)
      .map(({ words, value: at }) =>
        s("path", { key: words, d: `M${x(at)} 36V74`, stroke: "var(--ink-2)", "stroke-width": 2, "stroke-dasharray": "3 3" }),
      ),
    s("text", { x: WIDTH, y: 102, "font-size": 22, "text-anchor": "end", fill: "var(--ink-3)" }, "100 %"),
  );
}

/** A small bar from zero with its target as a tick. */
export function bullet(value: number | null, target: number | null): VNode {
  const x = (share: number): number => round((Math.max(0, Math.min(100, share)) / 100) * 144);
  return s(
    "svg",
    { viewBox: "0 0 144 24", class: "bullet", "aria-hidden": "true" },
    s("rect", { y: 8, width: 144, height: 8, fill: "var(--surface-2)" }),
    value !== null && s("rect", { y: 8, width: x(value), height: 8, fill: "var(--data)" }),
    target !== null &&
      s("rect", { x: Math.min(141, Math.max(0, x(target) - 1.5)), y: 1, width: 3, height: 22, fill: "var(--ink)" }),
  );
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
