/** Finding a commune by its name or among the lowest: what is typed, which row is chosen, what is found. */

import type { Observation } from "./observation";
import { folded, type Place } from "./places";

export const ROWS = 9;

export interface Finding {
  readonly text: string;
  /** Index of the row that Enter opens. */
  readonly chosen: number;
}

export const BEGIN: Finding = { text: "", chosen: 0 };

/** The communes whose names fit, names that begin so first; without a text those with the lowest values. Accents and case do not count. */
export function found(places: readonly Place[], figures: ReadonlyMap<string, Observation>, text: string): readonly Place[] {
  const wanted = folded(text);
  const value = (place: Place): number => figures.get(place.unit)?.value ?? Infinity;
  const fit = (place: Place): number => {
    const [short, whole] = [folded(place.nameShort), folded(place.name)];
    if (wanted === "" || short.startsWith(wanted)) return 0;
    return short.includes(wanted) || whole.includes(wanted) || place.unit.endsWith(wanted) ? 1 : 2;
  };
  return places
    .map((place) => ({ place, fit: fit(place) }))
    .filter((one) => one.fit < 2)
    .sort(
      (one, other) =>
        one.fit - other.fit ||
        compare(value(one.place), value(other.place)) ||
        one.place.nameShort.localeCompare(other.place.nameShort, "vi"),
    )
    .slice(0, ROWS)
    .map((one) => one.place);
}

/** Move the choice by so many rows; it stops at both ends. */
export function moved(finding: Finding, by: number, rows: number): Finding {
  return { ...finding, chosen: Math.max(0, Math.min(rows - 1, finding.chosen + by)) };
}

function compare(one: number, other: number): number {
  return one === other ? 0 : one < other ? -1 : 1;
}
