/** What the wall knows: the newest observation of each indicator, unit, members of dimensions and window. */

import type { Observation } from "./observation";

/** More keys than this are not kept: the oldest known ones stay, further ones are counted in `refused`. */
export const KEYS_MAX = 20_000;

export class Board {
  /** Grows with each change; a painter compares it to know whether there is anything new. */
  version = 0;
  /** Items left out because the board was full. */
  refused = 0;
  private readonly found = new Map<string, Observation>();
  /** The day from which the newest unit of each code exists. */
  private readonly since = new Map<string, string>();

  /** Take a whole snapshot: what is not in it is gone. */
  replace(items: readonly Observation[]): void {
    this.found.clear();
    this.since.clear();
    this.merge(items);
  }

  /** Take changes. */
  merge(items: readonly Observation[]): void {
    this.version += 1;
    for (const item of items) {
      if (!this.ofNewestUnit(item)) continue;
      const key = keyOf(item.indicator, item.unit, windowOf(item), item.dims);
      if (item.removed) this.found.delete(key);
      else if (this.found.size < KEYS_MAX || this.found.has(key)) this.found.set(key, item);
      else this.refused += 1;
    }
  }

  /** Whether it is of the newest known unit of its code; nothing is kept of an older one. */
  private ofNewestUnit({ unit, validFrom }: Observation): boolean {
    const known = this.since.get(unit);
    if (known === validFrom) return true;
    if (known !== undefined && known > validFrom) return false;
    this.since.set(unit, validFrom);
    if (known !== undefined) for (const [key, item] of this.found) if (item.unit === unit) this.found.delete(key);
    return true;
  }

  /** The observation of one key, or null. */
  get(indicator: string, unit: string, window: string, dims: Readonly<Record<string, string>> = {}): Observation | null {
    return this.found.get(keyOf(indicator, unit, window, dims)) ?? null;
  }

  /** The figures of all communes for one indicator and window, without breakdowns, by unit. */
  communes(indicator: string, window: string): ReadonlyMap<string, Observation> {
    const communes = new Map<string, Observation>();
    for (const item of this.found.values()) {
      if (item.indicator !== indicator || windowOf(item) !== window || !item.unit.startsWith("C:")) continue;
      if (Object.keys(item.dims).length === 0) communes.set(item.unit, item);
    }
    return communes;
  }

  /** The breakdown of one figure by one dimension, by member. */
  breakdown(indicator: string, unit: string, window: string, dimension: string): ReadonlyMap<string, Observation> {
    const members = new Map<string, Observation>();
    for (const item of this.found.values()) {
      if (item.indicator !== indicator || item.unit !== unit || windowOf(item) !== window) continue;
      const names = Object.keys(item.dims);
      const member = item.dims[dimension];
      if (names.length === 1 && member !== undefined) members.set(member, item);
    }
    return members;
  }

  /** All observations without breakdown. */
  totals(): readonly Observation[] {
    return [...this.found.values()].filter((item) => Object.keys(item.dims).length === 0);
  }
}

function windowOf(item: Observation): string {
  return item.calendar === "administrative" && !item.window.includes("~") ? `${item.window}~admin` : item.window;
}

function keyOf(indicator: string, unit: string, window: string, dims: Readonly<Record<string, string>>): string {
  const members = Object.entries(dims)
    .map(([name, member]) => `${name}=${member}`)
    .sort();
  return `${indicator}|${unit}|${members.join(",")}|${window}`;
}
