/** Classes of a map in threshold mode: the bounds in force are the breaks, and each class counts its units. */

import type { Bound, Indicator } from "./catalogue";
import { formatShort } from "./numbers";

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
