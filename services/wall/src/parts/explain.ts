/** "Số này từ đâu": what a figure was made from, as the server tells it, else as far as its observation says. Opened by a person, never by itself. */

import { EVENTS_SHOWN, type Explained } from "../live/explaining";
import type { Indicator } from "../model/catalogue";
import type { Explanation } from "../model/explanation";
import { freshnessOf } from "../model/freshness";
import { formatNumber, NO_VALUE } from "../model/numbers";
import type { Observation } from "../model/observation";
import { clockTime, dayMonth, fullDate, periodWords } from "../model/times";
import { breakWords, comparisonWords, doubtWords, reasonWords, statusWord, valueWords } from "../model/words";
import { h, type VNode } from "../view/node";

/** Names and offsets beyond so many are counted only. */
const NAMED = 4;

export interface ExplainOptions {
  readonly indicator: Indicator;
  readonly item: Observation | null;
  readonly explained: Explained;
  readonly placeOf: (unit: string) => string;
  readonly now: number;
  readonly lostAt: number | null;
}

type Row = readonly [term: string, words: string];

/** The panel for one figure; wide when the server has told where it is from. */
export function explain({ indicator, item, explained, placeOf, now, lostAt }: ExplainOptions): VNode {
  const { answer } = explained;
  const rows: readonly Row[] = item === null ? [["Giá trị", "chưa có số"]] : rowsOf(indicator, item, now, lostAt);
  return h(
    "aside",
    { class: answer === null ? "explain" : "explain told", role: "dialog", "aria-label": "Số này từ đâu" },
    h("h2", {}, "Số này từ đâu"),
    h("p", { class: "name" }, indicator.name),
    answer?.formula !== null && answer?.formula !== undefined && h("p", { class: "formula" }, formulaWords(answer)),
    h("div", { class: "facts" }, list(rows), answer !== null && told(explained, answer, placeOf)),
    h("p", { class: "note" }, explained.waiting ? "đang đọc · Esc: đóng" : "Esc: đóng"),
  );
}

function formulaWords({ formula, formulaVersion }: Explanation): string {
  return formulaVersion === null ? (formula ?? "") : `${formula ?? ""} (bản ${formulaVersion})`;
}

function told(explained: Explained, answer: Explanation, placeOf: ExplainOptions["placeOf"]): VNode {
  const { inputs, reportersExpected: expected, reportersReported: reported, missing, offsets, revisions } = answer;
  const rows: (readonly [string, string | null])[] = [
    ["Sự kiện", inputs.length === 0 ? null : inputs.map(([name, count]) => `${formatNumber(count, 0)} ${name}`).join(", ")],
    ["Đơn vị gửi", reported === null ? null : expected === null ? String(reported) : `${reported}/${expected}`],
    ["Chưa gửi", missing.length === 0 ? null : some(missing.map(placeOf))],
    ["Vị trí", offsets.length === 0 ? null : some(offsets)],
    ["Số lần sửa", revisions === null ? null : String(revisions)],
  ];
  return h("div", { class: "told" }, list(kept(rows)), events(explained, answer));
}

function events({ page, skip, waiting }: Explained, { events: found }: Explanation): VNode | null {
  if (found === null) return null;
  return h(
    "section",
    { class: "events" },
    h("h3", {}, "Sự kiện nguồn", h("small", {}, ` trang ${page}`)),
    h(
      "ol",
      {},
      found.items
        .slice(skip, skip + EVENTS_SHOWN)
        .map((event) =>
          h(
            "li",
            { key: event.id },
            h("span", {}, event.time === null ? NO_VALUE : `${dayMonth(event.time)} ${clockTime(event.time)}`),
            h("span", {}, event.subject === "" ? event.id : event.subject),
            h("span", {}, shortType(event.type)),
          ),
        ),
    ),
    found.items.length === 0 && h("p", { class: "note" }, "Không có sự kiện nào."),
    (found.next !== null || skip + EVENTS_SHOWN < found.items.length) &&
      h("button", { type: "button", "data-action": "more", disabled: waiting }, "Trang sau (phím N)"),
  );
}

/** "vn.ioc.dossier.finished.v1" is read as "dossier.finished". */
function shortType(type: string): string {
  return type.replace(/^vn\.ioc\./, "").replace(/\.v\d+$/, "");
}

function some(names: readonly string[]): string {
  const rest = names.length - NAMED;
  return names.slice(0, NAMED).join(", ") + (rest > 0 ? ` và ${rest} nữa` : "");
}

function list(rows: readonly Row[]): VNode {
  return h(
    "dl",
    {},
    rows.flatMap(([term, words]) => [h("dt", {}, term), h("dd", {}, words)]),
  );
}

function kept(rows: readonly (readonly [string, string | null])[]): readonly Row[] {
  return rows.flatMap(([term, words]) => (words === null || words === "" ? [] : [[term, words] as const]));
}

function rowsOf(indicator: Indicator, item: Observation, now: number, lostAt: number | null): readonly Row[] {
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
    ["Cần kiểm tra", doubtWords(item)],
    ["Đổi chuỗi", breakWords(item)],
    ["Độ mới", freshnessOf(item, now, lostAt).words],
    ["Nguồn chậm", item.freshness === null ? null : item.freshness.sourcesLate.join(", ")],
    ["Lần sửa", item.revision === null ? null : String(item.revision)],
    ["Phát lúc", item.publishedAt === null ? null : `${clockTime(item.publishedAt)} ngày ${fullDate(item.publishedAt)}`],
  ];
  return kept(rows);
}
