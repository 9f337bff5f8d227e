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

const SHRINK = [1, 0.85, 0.72, 0.6, 0.5, 0.42] as const;

/** Place each dot at its value's x and as near to the middle line as its neighbours allow, at most `reach` away; all shrink until they fit. */
export function placeDots(dots: readonly Dot[], xOf: (value: number) => number, reach: number): readonly PlacedDot[] {
  let placed: readonly PlacedDot[] = [];
  for (const share of SHRINK) {
    const shrunk = dots.map((dot) => ({ ...dot, radius: Math.round(dot.radius * share * 10) / 10 }));
    const { dots: tried, crowded } = placeOnce(shrunk, xOf, reach);
    placed = tried;
    if (!crowded) break;
  }
  return placed;
}

function placeOnce(
  dots: readonly Dot[],
  xOf: (value: number) => number,
  reach: number,
): { readonly dots: readonly PlacedDot[]; readonly crowded: boolean } {
  const placed: PlacedDot[] = [];
  let crowded = false;
  const ordered = [...dots].sort(
    (one, other) => other.radius - one.radius || one.value - other.value || (one.unit < other.unit ? -1 : 1),
  );
  for (const dot of ordered) {
    const x = xOf(dot.value);
    const near = placed.filter((other) => Math.abs(other.x - x) < other.radius + dot.radius + GAP);
    const y = freeHeight(near, x, dot.radius, reach);
    crowded ||= y === null;
    placed.push({ ...dot, x, y: y ?? 0 });
  }
  return { dots: placed, crowded };
}

function freeHeight(near: readonly PlacedDot[], x: number, radius: number, reach: number): number | null {
  for (let away = 0; away <= reach - radius; away += STEP) {
    for (const y of away === 0 ? [0] : [away, -away]) {
      if (near.every((other) => Math.hypot(other.x - x, other.y - y) >= other.radius + radius + GAP)) return y;
    }
  }
  return null;
}
