/** Classes of a map in threshold mode: the bounds in force are the breaks, and each class counts its units. */

import type { Bound, Indicator } from "./catalogue";
import { formatShort } from "./numbers";
import type { Observation } from "./observation";

export interface ThresholdClass {
  readonly level: number;
  /** "từ 98", "95–98", "dưới 90". */
  readonly words: string;
  readonly holds: (value: number) => boolean;
}

/** The classes from the best to the worst; a single one when the indicator has no bounds on its value. */
export function thresholdClasses(indicator: Indicator): readonly ThresholdClass[] {
  const worstFirst = indicator.bounds;
  const first = worstFirst.at(-1);
  if (first === undefined) return [{ level: 0, words: "có số", holds: () => true }];
  const downIsBad = first.op.startsWith("<");
  const bounded = [...worstFirst].reverse().map((bound, index, all) => ({
    level: bound.level,
    words: rangeWords(bound, all[index + 1], downIsBad),
    holds: (value: number) => beyond(value, bound) && !all.slice(index + 1).some((worse) => beyond(value, worse)),
  }));
  const good = {
    level: 0,
    words: `${downIsBad ? "từ" : "đến"} ${short(first.bound)}`,
    holds: (value: number) => !beyond(value, first),
  };
  return [good, ...bounded];
}

/** The level that the bounds give to a value; the first class is level 0. */
export function classLevel(classes: readonly ThresholdClass[], value: number): number {
  return classes.find((entry) => entry.holds(value))?.level ?? 0;
}

/** Whether too few cases lie behind a unit's figure to judge it: it has no level and no rank. */
export function tooFew(item: Observation, indicator: Indicator): boolean {
  return item.value !== null && item.denominator !== null && item.denominator < indicator.denominatorMin;
}

/** The level of a unit's figure as the server gives it: none without a value, none of too few cases. */
export function unitLevel(
  item: Observation | null | undefined,
  indicator: Indicator,
  classes: readonly ThresholdClass[],
): number | null {
  if (item === null || item === undefined || item.value === null || tooFew(item, indicator)) return null;
  return classLevel(classes, item.value);
}

function beyond(value: number, bound: Bound): boolean {
  switch (bound.op) {
    case "<":
      return value < bound.bound;
    case "<=":
      return value <= bound.bound;
    case ">":
      return value > bound.bound;
    case ">=":
      return value >= bound.bound;
    default:
      return false;
  }
}

function rangeWords(bound: Bound, worse: Bound | undefined, downIsBad: boolean): string {
  if (worse === undefined) return `${downIsBad ? "dưới" : "trên"} ${short(bound.bound)}`;
  const [low, high] = downIsBad ? [worse.bound, bound.bound] : [bound.bound, worse.bound];
  return `${short(low)}\u2013${short(high)}`;
}

function short(value: number): string {
  return formatShort(value, 2);
}
