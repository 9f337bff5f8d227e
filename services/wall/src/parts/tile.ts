/** A tile names one indicator and says its value, its goal, how it changed, of which period and how fresh it is. */

import type { Indicator } from "../model/catalogue";
import { freshnessOf, type Freshness } from "../model/freshness";
import { NO_VALUE } from "../model/numbers";
import type { Observation } from "../model/observation";
import { dayMonth, periodWords } from "../model/times";
import { estimateWidth } from "../model/width";
import {
  comparisonWords,
  goalRemark,
  growthRemark,
  reasonWords,
  spoken,
  statusWord,
  valueWords,
  type Remark,
} from "../model/words";
import { h, type VNode } from "../view/node";
import { freshnessMark, levelMark } from "./mark";
import { spark } from "./spark";

/** Width of a tile at 1920 x 1080, and of its parts, in pixels. */
export const TILE_PX = 492;
const SPARK_PX = 184;
const GAP_PX = 16;
const META_PX = 22;
const GLYPH_PX = 26;
/** Mark, gaps and the box around a status word. */
const NAME_PX = 72;

export interface TileOptions {
  readonly indicator: Indicator;
  readonly item: Observation | null;
  /** "Cả nước" when the figure is not the province's own. */
  readonly place: string | null;
  readonly trend: readonly (number | null)[];
  readonly missing: string;
  readonly now: number;
  readonly lostAt: number | null;
  /** Width of the tile in design pixels. */
  readonly px: number;
}

/** The tile in whatever state its observation is. */
export function tile(options: TileOptions): VNode {
  const { indicator, item, now, lostAt, px } = options;
  const freshness = item === null ? null : freshnessOf(item, now, lostAt);
  const stale = freshness?.state === "stale";
  const level = shownLevel(item);
  const status = item === null ? null : statusWord(item);
  const boxed = status !== null && estimateWidth(indicator.nameShort, 28) + estimateWidth(status, META_PX) + NAME_PX <= px;
  return h(
    "article",
    {
      class: ["tile", stale && "stale", item?.drill === true && "drill"].filter(Boolean).join(" "),
      key: indicator.id,
      tabindex: 0,
      "data-indicator": indicator.id,
      "data-level": level ?? "none",
      "data-fresh": freshness?.state ?? "none",
      "aria-label": spoken(indicator, item, freshness?.words ?? options.missing),
    },
    h(
      "h3",
      { class: "n" },
      levelMark(level, 1.875),
      h("span", {}, indicator.nameShort),
      boxed && h("span", { class: "st" }, status),
    ),
    ...valueRow(options, stale, level),
    h(
      "p",
      { class: "c" },
      remarkText(fitting(mainRemark(options, stale), freshness, px)),
      freshness === null ? h("span") : freshnessMark(freshness.state, freshness.words),
    ),
    metaRow(options, boxed ? null : status),
  );
}

/** The level that a tile may show: none without a value. */
export function shownLevel(item: Observation | null): number | null {
  return item === null || item.value === null ? null : (item.level?.value ?? null);
}

function valueRow({ indicator, item, trend, px }: TileOptions, stale: boolean, level: number | null): readonly VNode[] {
  const value = valueWords(indicator, item?.value ?? null);
  const unit = value === NO_VALUE ? "" : indicator.unit;
  const width = estimateWidth(value, 62) + (unit === "" ? 0 : 8 + estimateWidth(unit, 28));
  const roomy = width > px - GAP_PX - SPARK_PX;
  const target = item?.target?.path ?? item?.target?.value ?? null;
  const line = roomy ? null : spark({ values: trend, target, level, stale });
  const text = h(
    "p",
    { class: line === null ? "v wide" : "v" },
    h("span", { "data-role": "value", "data-fade": true }, value),
    unit !== "" && h("small", {}, unit),
  );
  return line === null ? [text] : [text, line];
}

function mainRemark({ indicator, item, missing }: TileOptions, stale: boolean): Remark {
  if (item === null) return { strong: "", rest: missing === "" ? "" : "chưa có số" };
  if (item.value === null)
    return {
      strong: "",
      rest: item.nullReason === "missing" || item.nullReason === null ? "chưa có số" : reasonWords(item.nullReason),
    };
  if (stale) return { strong: "", rest: item.level?.held === true ? "giữ mức, không báo mới" : "số cuối, không dùng để báo" };
  return (
    goalRemark(indicator, item) ??
    growthRemark(indicator, item) ?? { strong: "", rest: indicator.target === null ? "chưa giao kế hoạch" : "" }
  );
}

/** A remark beside its freshness: the bound is left out where both do not fit. */
function fitting(remark: Remark, freshness: Freshness | null, px: number): Remark {
  const beside = freshness === null ? 0 : estimateWidth(freshness.words, META_PX) + (freshness.state === "final" ? 0 : GLYPH_PX);
  const width = estimateWidth(`${remark.strong} ${remark.rest}`, META_PX) + GAP_PX + beside;
  return width <= px || remark.strong === "" ? remark : { strong: remark.strong, rest: "" };
}

function remarkText({ strong, rest }: Remark): VNode {
  return h("span", {}, strong !== "" && h("b", {}, strong), strong !== "" && rest !== "" && " ", rest);
}

/** The last row; a status word that has no room beside the name takes the place of the owner. */
function metaRow({ indicator, item, place, missing, px }: TileOptions, status: string | null): VNode {
  const room = px - GAP_PX;
  const owner = status ?? indicator.owner;
  const period = item === null ? missing : periodWords(item.window, item.period);
  const said =
    item === null
      ? null
      : (freshnessNote(item) ?? (goalRemark(indicator, item) === null ? null : comparisonWords(indicator, item)));
  const full = [place, period, said].filter((part) => part !== null && part !== "");
  const fits = (parts: readonly (string | null)[], beside: string): boolean =>
    estimateWidth(parts.join(" · "), META_PX) + estimateWidth(beside, META_PX) <= room;
  const parts = fits(full, owner) || (status === null && fits(full, "")) ? full : full.filter((part) => part !== said);
  return h("p", { class: "m" }, h("span", {}, parts.join(" · ")), fits(parts, owner) && h("span", {}, owner));
}

/** What the freshness leaves to say: which source is late, who has not been named, when the period closes. */
function freshnessNote(item: Observation): string | null {
  const [first, ...others] = item.freshness?.sourcesLate ?? [];
  switch (item.freshness?.state) {
    case "late":
    case "stale":
      if (first === undefined) return null;
      return `${others.length === 0 ? first : `${first} và ${others.length} nguồn`} ${item.freshness.state === "late" ? "chậm" : "ngừng"}`;
    case "no_roster":
      return "thiếu danh sách phải báo";
    case "provisional":
      return item.closesAt === null ? null : `chốt ngày ${dayMonth(item.closesAt)}`;
    default:
      return null;
  }
}
