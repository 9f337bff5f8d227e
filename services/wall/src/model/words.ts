/** What is said about a figure: how far it is from its goal, how it changed, why it is missing. Words only, no pictures. */

import type { Indicator } from "./catalogue";
import { changeUnit, formatNumber, formatShort, formatSigned, NBSP, NO_VALUE, withUnit } from "./numbers";
import type { Observation } from "./observation";

/** A sentence in two weights: what counts, and the rest. */
export interface Remark {
  readonly strong: string;
  readonly rest: string;
}

export const LEVELS = ["Bình thường", "Lưu ý", "Theo dõi", "Nghiêm trọng", "Rất nghiêm trọng", "Khẩn cấp"] as const;

const STATUS: Readonly<Record<string, string>> = { E: "ước tính", P: "sơ bộ", V: "chưa kiểm", F: "dự báo", B: "đổi chuỗi" };
const REASONS: Readonly<Record<string, string>> = {
  zero_denominator: "mẫu số bằng 0",
  missing: "nguồn chưa gửi số liệu",
  suppressed: "dưới 5 trường hợp, không hiện",
  embargoed: "chưa đến giờ công bố",
  below_coverage: "chưa đủ đơn vị gửi số liệu",
};
const BASES: readonly (readonly [kinds: readonly string[], words: string])[] = [
  [["yoy", "yoy_points", "ytd_yoy"], "cùng kỳ"],
  [["mom"], "tháng trước"],
  [["qoq"], "quý trước"],
  [["day_before"], "hôm qua"],
];

/** The value as it stands on a tile: without its unit. */
export function valueWords(indicator: Indicator, value: number | null): string {
  return value === null ? NO_VALUE : formatNumber(value, indicator.decimals);
}

/** Why there is no value. */
export function reasonWords(reason: string | null): string {
  return REASONS[reason ?? "missing"] ?? "chưa có số";
}

/** The codes of doubts on reported figures. */
const DOUBTS: Readonly<Record<string, string>> = {
  parts_do_not_add_up: "các phần không khớp với tổng",
  cross_series: "một phần lớn hơn toàn thể",
  sudden_change: "thay đổi đột ngột so với các kỳ trước",
};

const BREAKS: Readonly<Record<string, string>> = { boundary: "đổi địa giới", formula: "đổi công thức" };

/** The word in the box beside a name: simulated and drill come before the status letter. Null for an official figure. */
export function statusWord(item: Observation): string | null {
  if (item.drill) return "diễn tập";
  if (item.quality.includes("simulated")) return "mô phỏng";
  if (item.seriesBreak !== null) return "đổi chuỗi";
  if (item.warnings.length > 0) return "cần kiểm tra";
  const word = STATUS[item.status ?? "A"] ?? null;
  return word ?? (item.quality.includes("backcast") ? "tính ngược" : null);
}

/** What speaks against a reported figure; null when nothing does. */
export function doubtWords(item: Observation): string | null {
  return item.warnings.length === 0 ? null : item.warnings.map((code) => DOUBTS[code] ?? code).join("; ");
}

/** Since when and why a series does not go on as before; null when it does. */
export function breakWords(item: Observation): string | null {
  if (item.seriesBreak === null) return null;
  const { at, reason } = item.seriesBreak;
  const [year, month, day] = at.split("-");
  return `${BREAKS[reason] ?? "đổi cách tính"} từ ${day === undefined ? at : `${day}/${month}/${year}`}`;
}

/** Whether a figure was made from simulated or back-cast events. */
export function isSimulated(item: Observation): boolean {
  return item.quality.includes("simulated");
}

/** How far the value is from its path or target, in words that need no sign; null when there is no goal. */
export function goalRemark(indicator: Indicator, item: Observation): Remark | null {
  const target = item.target;
  if (target === null || item.value === null) return null;
  const goal = target.path ?? target.value;
  const gap = target.gap ?? (goal === null ? null : item.value - goal);
  if (goal === null || gap === null) return null;
  const amount = amountWords(indicator, gap, target.gapUnit);
  const met = target.op.startsWith("<") ? gap <= 0 : gap >= 0;
  if (target.path !== null) {
    return met
      ? { strong: "đạt lộ trình", rest: formatShort(goal, indicator.decimals) }
      : { strong: `còn ${amount}`, rest: "tới lộ trình" };
  }
  const level = formatShort(goal, indicator.decimals);
  if (Math.abs(gap) < 10 ** -indicator.decimals / 2) return { strong: "đạt", rest: `mục tiêu ${level}` };
  if (target.op.startsWith("<")) return { strong: `${met ? "ít hơn" : "vượt"} ${amount}`, rest: `mức ${level}` };
  return met ? { strong: `vượt ${amount}`, rest: `mục tiêu ${level}` } : { strong: `còn ${amount}`, rest: `tới mức ${level}` };
}

/** The one comparison of a tile: cùng kỳ if comparable, else the period before, else the value first published. */
export function comparisonWords(indicator: Indicator, item: Observation): string | null {
  const found = chosen(item, indicator);
  if (found !== null) return `${found.basis}${NBSP}${deltaWords(indicator, found.unit, found.delta)}`;
  if (item.previous === null || item.value === null || item.previous === item.value) return null;
  return `lần trước${NBSP}${withUnit(formatNumber(item.previous, indicator.decimals), indicator.unit)}`;
}

/** The comparison as the main remark of a figure that has no goal. */
export function growthRemark(indicator: Indicator, item: Observation): Remark | null {
  const found = chosen(item, indicator);
  if (found === null) return null;
  const amount = withUnit(
    formatShort(Math.abs(found.delta), Math.max(indicator.decimals, 2)),
    changeUnit(found.unit, indicator.unit),
  );
  const rest = `so với ${found.basis}`;
  if (found.delta === 0) return { strong: "không đổi", rest };
  return { strong: `${found.delta > 0 ? "tăng" : "giảm"} ${amount}`, rest };
}

/** The whole tile as one spoken sentence. */
export function spoken(indicator: Indicator, item: Observation | null, freshness: string): string {
  if (item === null) return `${indicator.name}: chưa có số`;
  const unit = indicator.unit === "%" ? "phần trăm" : indicator.unit;
  const parts = [
    item.value === null ? `chưa có số, ${reasonWords(item.nullReason)}` : `${valueWords(indicator, item.value)} ${unit}`,
  ];
  if (item.level !== null) parts.push(`mức ${item.level.value} ${(LEVELS[item.level.value] ?? "").toLowerCase()}`);
  const goal = goalRemark(indicator, item);
  if (goal !== null) parts.push(`${goal.strong} ${goal.rest}`.replaceAll("%", "phần trăm"));
  return `${indicator.name}: ${[...parts, statusWord(item), freshness].filter((part) => part !== null && part !== "").join(", ")}`;
}

interface Change {
  readonly basis: string;
  readonly delta: number;
  readonly unit: string;
}

/** The nearest basis that there is; of one basis the change of a share is told in points, of anything else in per cent. */
function chosen(item: Observation, indicator: Indicator): Change | null {
  const points = (unit: string): boolean => unit === "pp" || unit === "percentage_points";
  for (const [kinds, basis] of BASES) {
    const found = item.comparisons.filter(({ kind, comparable, delta }) => kinds.includes(kind) && comparable && delta !== null);
    const best = found.find(({ unit }) => points(unit) === (indicator.unit === "%")) ?? found[0];
    if (best?.delta !== undefined && best.delta !== null) return { basis, delta: best.delta, unit: best.unit };
  }
  return null;
}

function deltaWords(indicator: Indicator, unit: string, delta: number): string {
  const share = ["%", "percent", "pp", "percentage_points"].includes(unit);
  const decimals = share ? Math.max(indicator.decimals, 2) : indicator.decimals;
  return withUnit(formatSigned(delta, decimals), changeUnit(unit, indicator.unit));
}

function amountWords(indicator: Indicator, gap: number, unit: string): string {
  const words = unit === "" && indicator.unit === "%" ? `điểm${NBSP}%` : changeUnit(unit, indicator.unit);
  return withUnit(formatShort(Math.abs(gap), indicator.decimals), words);
}
