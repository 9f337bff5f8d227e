/** The procedures that matter most of a breakdown, as a short table. */

import { namedLines } from "../model/lines";
import { formatNumber, formatSigned, NO_VALUE } from "../model/numbers";
import type { Observation } from "../model/observation";
import { h, type VNode } from "../view/node";

const ROWS = 5;
const LINES = 2;
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
  const rows = topMembers(members, kind);
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
        : rows.map(([code, item]) =>
            h(
              "tr",
              { key: code },
              procedureName(code, names, namePx),
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

/** The head of a row: as much of the name as fits; all of it for who can not see it. */
function procedureName(code: string, names: ReadonlyMap<string, string>, namePx: number): VNode {
  const name = names.get(code) ?? null;
  const lines = namedLines(name, code, namePx, TYPE_PX, LINES);
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
