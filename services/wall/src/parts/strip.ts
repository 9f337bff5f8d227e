/** The strip at the foot of a scene: how many figures are beyond a grave bound, and the three gravest. */

import { indicatorOf, type Catalogue } from "../model/catalogue";
import { formatNumber, withUnit } from "../model/numbers";
import type { Observation } from "../model/observation";
import { duration, periodWords, sinceWhen } from "../model/times";
import { estimateWidth } from "../model/width";
import { LEVELS } from "../model/words";
import { h, type VNode } from "../view/node";
import { levelMark } from "./mark";

/** Levels from here on are told; lower ones stand on the tiles. */
export const GRAVE = 3;
const SHOWN = 3;
const ROOM_PX = 455;

/** The gravest first, the longest standing before the newer; those of stale sources are held, not raised. */
export function gravest(items: readonly Observation[]): readonly Observation[] {
  return items
    .filter((item) => (item.level?.value ?? 0) >= GRAVE && !item.drill)
    .sort(
      (one, other) =>
        (other.level?.value ?? 0) - (one.level?.value ?? 0) ||
        (one.level?.since ?? Infinity) - (other.level?.since ?? Infinity) ||
        (one.id < other.id ? -1 : 1),
    );
}

/** The strip itself; `placeOf` gives a unit's short name. */
export function strip(
  items: readonly Observation[],
  catalogue: Catalogue,
  placeOf: (unit: string) => string,
  now: number,
  filled: boolean,
): VNode {
  const grave = gravest(onePerFigure(items));
  const shown = grave.slice(0, SHOWN);
  if (shown.length === 0) {
    return h(
      "section",
      { class: "strip", "aria-label": "Cảnh báo" },
      h("h2", { class: "h" }, "Cảnh báo"),
      h("p", { class: "none" }, filled ? `Không có chỉ số nào từ mức ${GRAVE} trở lên.` : "Chưa có số liệu để xét mức."),
    );
  }
  return h(
    "section",
    { class: "strip", "aria-label": "Cảnh báo" },
    h(
      "h2",
      { class: "h" },
      `${formatNumber(grave.length, 0)} cảnh báo`,
      h("small", {}, grave.length > shown.length ? `${shown.length} nặng nhất` : `từ mức ${GRAVE}`),
    ),
    ...shown.map((item) => row(item, catalogue, placeOf, now)),
  );
}

function row(item: Observation, catalogue: Catalogue, placeOf: (unit: string) => string, now: number): VNode {
  const indicator = indicatorOf(catalogue, item.indicator);
  const value = item.value === null ? "" : withUnit(formatNumber(item.value, indicator.decimals), indicator.unit);
  const place = placeOf(item.unit);
  const long = `${place}: ${lowerFirst(indicator.nameShort)} ${value}`;
  const fits = estimateWidth(long, 24) <= ROOM_PX;
  const word = LEVELS[item.level?.value ?? GRAVE] ?? "";
  return h(
    "article",
    { class: "a", key: item.id },
    levelMark(item.level?.value ?? GRAVE, 2.75),
    h(
      "div",
      {},
      h("b", {}, fits ? long : `${place}: ${value}`),
      h("span", {}, levelWords(fits ? word : indicator.nameShort, item, now)),
    ),
  );
}

function levelWords(word: string, item: Observation, now: number): string {
  const period = periodWords(item.window, item.period);
  const since = item.level?.since ?? null;
  if (item.level?.held === true) return `${word}, giữ mức: số liệu ngừng`;
  return since === null ? `${word} · ${period}` : `${word} từ ${sinceWhen(since, now)}, ${duration(now - since)}`;
}

/** "Hồ sơ" becomes "hồ sơ"; names that begin with an abbreviation stay. */
function lowerFirst(name: string): string {
  const [first = "", second = ""] = name;
  return second === second.toUpperCase() && second !== " " ? name : first.toLowerCase() + name.slice(first.length);
}

/** One figure may be watched in several windows: its gravest stands for all. */
function onePerFigure(items: readonly Observation[]): readonly Observation[] {
  const best = new Map<string, Observation>();
  for (const item of items) {
    const key = `${item.indicator.split(".")[0] ?? item.indicator}|${item.unit}`;
    const known = best.get(key);
    if (known === undefined || (item.level?.value ?? 0) > (known.level?.value ?? 0)) best.set(key, item);
  }
  return [...best.values()];
}
