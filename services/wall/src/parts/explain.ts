/** "Số này từ đâu": what a figure was made from, as far as its observation says. Opened by a person, never by itself. */

import type { Indicator } from "../model/catalogue";
import { freshnessOf } from "../model/freshness";
import { formatNumber, NO_VALUE } from "../model/numbers";
import type { Observation } from "../model/observation";
import { clockTime, fullDate, periodWords } from "../model/times";
import { comparisonWords, reasonWords, statusWord, valueWords } from "../model/words";
import { h, type VNode } from "../view/node";

/** The panel for one figure. */
export function explain(indicator: Indicator, item: Observation | null, now: number, lostAt: number | null): VNode {
  const rows = item === null ? [["Giá trị", "chưa có số"] as const] : rowsOf(indicator, item, now, lostAt);
  return h(
    "aside",
    { class: "explain", key: "explain", role: "dialog", "aria-label": "Số này từ đâu" },
    h("h2", {}, "Số này từ đâu"),
    h("p", { class: "name" }, indicator.name),
    h(
      "dl",
      {},
      rows.flatMap(([term, words]) => [h("dt", {}, term), h("dd", {}, words)]),
    ),
    h("p", { class: "note" }, "Esc: đóng"),
  );
}

function rowsOf(
  indicator: Indicator,
  item: Observation,
  now: number,
  lostAt: number | null,
): readonly (readonly [string, string])[] {
  const rows: (readonly [string, string | null])[] = [
    ["Chỉ số", `${item.indicator}, ${item.unit}`],
    ["Kỳ", periodWords(item.window, item.period)],
    [
      "Giá trị",
      item.value === null
        ? `${NO_VALUE} (${reasonWords(item.nullReason)})`
        : `${valueWords(indicator, item.value)} ${indicator.unit}`,
    ],
    ["Tử số", item.numerator === null ? null : formatNumber(item.numerator, 0)],
    ["Mẫu số", item.denominator === null ? null : formatNumber(item.denominator, 0)],
    ["So sánh", comparisonWords(indicator, item)],
    ["Độ đủ", item.reported === null || item.expected === null ? null : `${item.reported}/${item.expected} đơn vị`],
    ["Trạng thái", statusWord(item) ?? "chính thức"],
    ["Độ mới", freshnessOf(item, now, lostAt).words],
    ["Lần sửa", item.revision === null ? null : String(item.revision)],
    ["Phát lúc", item.publishedAt === null ? null : `${clockTime(item.publishedAt)} ngày ${fullDate(item.publishedAt)}`],
  ];
  return rows.flatMap(([term, words]) => (words === null || words === "" ? [] : [[term, words] as const]));
}
