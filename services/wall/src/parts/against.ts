/** One commune among those of its province: a line of dots for each figure, its own dot large, the province as a line. */

import type { Indicator } from "../model/catalogue";
import { formatNumber, NO_VALUE, withUnit } from "../model/numbers";
import type { Observation } from "../model/observation";
import { periodWords } from "../model/times";
import { h, s, type VNode } from "../view/node";
import { levelMark } from "./mark";
import { shownLevel } from "./tile";

const WIDTH = 420;
const HEIGHT = 40;
const MIDDLE = 20;
const PAD = 12;

export interface Row {
  readonly indicator: Indicator;
  readonly window: string;
  readonly own: Observation | null;
  /** The province's figure: of a share the same kind of number, of a count the sum of all. */
  readonly province: Observation | null;
  /** The values of all communes. */
  readonly others: readonly number[];
}

/** The rows, under a caption that says what a dot and a line are. */
export function against(rows: readonly Row[], place: string, communes: number): VNode {
  return h(
    "section",
    { class: "against" },
    h("h2", { class: "cap" }, "So với toàn tỉnh ", h("small", {}, `chấm: ${communes} xã, phường; vạch: toàn tỉnh`)),
    h(
      "ul",
      {},
      rows.map((row) => line(row, place)),
    ),
  );
}

function line(row: Row, place: string): VNode {
  const { indicator, own, province, window } = row;
  const level = shownLevel(own);
  const value = own?.value ?? null;
  const whole = isShare(indicator) ? (province?.value ?? null) : null;
  const said = [
    `${indicator.name}: ${place} ${value === null ? "chưa có số" : withUnit(formatNumber(value, indicator.decimals), indicator.unit)}`,
    whole === null ? null : `toàn tỉnh ${withUnit(formatNumber(whole, indicator.decimals), indicator.unit)}`,
    rankWords(own),
  ];
  return h(
    "li",
    {
      key: indicator.id,
      "data-compared": indicator.id,
      "aria-label": said
        .filter((part) => part !== null)
        .join(", ")
        .replaceAll("%", "phần trăm"),
    },
    levelMark(level, 1.625),
    h("span", {}, indicator.nameShort, " ", h("small", {}, periodWords(window, null).toLowerCase())),
    h("b", {}, value === null ? NO_VALUE : withUnit(formatNumber(value, indicator.decimals), indicator.unit)),
    picture(row, value, whole),
    h(
      "small",
      {},
      [whole === null ? null : `tỉnh ${formatNumber(whole, indicator.decimals)}`, rankWords(own)]
        .filter((part) => part !== null)
        .join(" · "),
    ),
  );
}

function isShare(indicator: Indicator): boolean {
  return indicator.unit === "%" || indicator.unit.startsWith("/");
}

/** "hạng 86/104", null when the commune is not ranked. */
function rankWords(own: Observation | null): string | null {
  return own?.rank === undefined || own.rank === null ? null : `hạng ${own.rank.position}/${own.rank.of}`;
}

function picture({ others }: Row, value: number | null, whole: number | null): VNode {
  const known = [...others, ...(whole === null ? [] : [whole])];
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const x = (at: number): number => Math.round(PAD + ((at - low) / (high - low || 1)) * (WIDTH - 2 * PAD));
  const places = [...new Set(others.map(x))];
  return s(
    "svg",
    { class: "row", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" },
    s("path", { d: `M0 ${MIDDLE}H${WIDTH}`, stroke: "var(--line)", "stroke-width": 1.5 }),
    known.length > 0 && places.map((cx) => s("circle", { key: String(cx), cx, cy: MIDDLE, r: 5, fill: "var(--data-2)" })),
    whole !== null && s("path", { key: "whole", d: `M${x(whole)} 2V${HEIGHT - 2}`, stroke: "var(--ink)", "stroke-width": 2.5 }),
    value !== null &&
      s("circle", {
        key: "own",
        cx: x(value),
        cy: MIDDLE,
        r: 10,
        fill: "var(--data)",
        stroke: "var(--ink)",
        "stroke-width": 2.5,
      }),
  );
}
