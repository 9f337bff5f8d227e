/** The procedures that matter most of a breakdown, as a short table. */

import { namedLines } from "../model/lines";
import { formatNumber, formatSigned, NO_VALUE } from "../model/numbers";
import type { Observation } from "../model/observation";
import { h, type VNode } from "../view/node";

const ROWS = 5;
const LINES = 2;
/** Lines of all names together: so much room is there under a title. */
const LINES_MAX = 8;
const TYPE_PX = 24;

type Kind = "overdue" | "online";

export interface ProcedureTable {
  readonly title: string;
  readonly kind: Kind;
  readonly members: ReadonlyMap<string, Observation>;
  /** Names by code. */
  readonly names: ReadonlyMap<string, string>;
  /** Room for a name, in design pixels. */
  readonly namePx: number;
}

/** The table: `overdue` counts dossiers and their change since yesterday, `online` shows the busiest procedures and their share. */
export function procedureTable({ title, kind, members, names, namePx }: ProcedureTable): VNode {
  const rows = rowsOf(topMembers(members, kind), names, namePx);
  const [first, second] = kind === "overdue" ? ["hồ sơ", "hôm qua"] : ["hồ sơ", "%"];
  return h(
    "table",
    { class: "tb" },
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        h("th", { scope: "col" }, title),
        rows.length > 0 && h("th", { scope: "col" }, first),
        rows.length > 0 && h("th", { scope: "col" }, second),
      ),
    ),
    h(
      "tbody",
      {},
      rows.length === 0
        ? h("tr", {}, h("td", { class: "absent" }, emptyWords(kind, members)))
        : rows.map(({ code, item, lines }) =>
            h(
              "tr",
              { key: code },
              procedureName(code, names.get(code) ?? null, lines),
              h("td", {}, h("b", {}, mainCell(item, kind))),
              h("td", {}, sideCell(item, kind)),
            ),
          ),
    ),
  );
}

/** The first rows: most overdue, or most dossiers; equal ones by code. */
export function topMembers(members: ReadonlyMap<string, Observation>, kind: Kind): readonly (readonly [string, Observation])[] {
  const weight = (item: Observation): number => (kind === "overdue" ? (item.value ?? 0) : (item.denominator ?? 0));
  return [...members.entries()]
    .filter(([, item]) => item.value !== null && weight(item) > 0)
    .sort(([codeA, one], [codeB, other]) => weight(other) - weight(one) || (codeA < codeB ? -1 : 1))
    .slice(0, ROWS);
}

interface Row {
  readonly code: string;
  readonly item: Observation;
  readonly lines: readonly string[];
}

/** As many rows as the lines of their names leave room for. */
function rowsOf(top: ReturnType<typeof topMembers>, names: ReadonlyMap<string, string>, namePx: number): readonly Row[] {
  let room = LINES_MAX;
  return top.flatMap(([code, item]): Row[] => {
    const lines = namedLines(names.get(code) ?? null, code, namePx, TYPE_PX, LINES);
    room -= lines.length;
    return room < 0 ? [] : [{ code, item, lines }];
  });
}

/** The head of a row: as much of the name as fits; all of it for who can not see it. */
function procedureName(code: string, name: string | null, lines: readonly string[]): VNode {
  return h(
    "th",
    { scope: "row", "aria-label": name === null ? `Thủ tục ${code}` : `${name}, thủ tục ${code}`, "data-procedure": code },
    lines.map((line) => h("span", {}, line)),
  );
}

function emptyWords(kind: Kind, members: ReadonlyMap<string, Observation>): string {
  return kind === "overdue" && members.size > 0 ? "Không thủ tục nào có hồ sơ quá hạn." : "Chưa có số theo thủ tục.";
}

function mainCell(item: Observation, kind: Kind): string {
  return formatNumber(kind === "overdue" ? (item.value ?? 0) : (item.denominator ?? 0), 0);
}

function sideCell(item: Observation, kind: Kind): string {
  if (kind === "online") return formatNumber(item.value ?? 0, 2);
  const delta = item.comparisons.find((entry) => entry.kind === "day_before")?.delta ?? null;
  return delta === null ? NO_VALUE : formatSigned(delta, 0);
}
