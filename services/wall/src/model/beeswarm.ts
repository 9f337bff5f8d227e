/** Dots in a row without overlap: the spread of units over one value. */

export interface Dot {
  readonly unit: string;
  readonly value: number;
  readonly radius: number;
}

export interface PlacedDot extends Dot {
  readonly x: number;
  readonly y: number;
}

const GAP = 2;
const STEP = 2;

/** Place each dot at its value's x and as near to the middle line as its neighbours allow, at most `reach` away from it. */
export function placeDots(dots: readonly Dot[], xOf: (value: number) => number, reach: number): readonly PlacedDot[] {
  const placed: PlacedDot[] = [];
  const ordered = [...dots].sort((one, other) => other.radius - one.radius || one.value - other.value || (one.unit < other.unit ? -1 : 1));
  for (const dot of ordered) {
    const x = xOf(dot.value);
    const near = placed.filter((other) => Math.abs(other.x - x) < other.radius + dot.radius + GAP);
    placed.push({ ...dot, x, y: freeHeight(near, x, dot.radius, reach) });
  }
  return placed;
}

/** A scale whose left end is a round number at or below the lowest value; it is not from zero, for dots show a spread. */
export function swarmDomain(values: readonly number[], bounds: readonly number[], high: number): readonly [number, number] {
  const lowest = Math.min(...values, ...bounds, high);
  const span = high - lowest;
  const grain = span > 40 ? 20 : span > 15 ? 10 : 5;
  const low = Math.floor((lowest - grain * 0.1) / grain) * grain;
  return [Math.max(0, low), Math.max(high, ...values)];
}

function freeHeight(near: readonly PlacedDot[], x: number, radius: number, reach: number): number {
  for (let away = 0; away <= reach - radius; away += STEP) {
    for (const y of away === 0 ? [0] : [away, -away]) {
      if (near.every((other) => Math.hypot(other.x - x, other.y - y) >= other.radius + radius + GAP)) return y;
    }
  }
  return 0;
}
