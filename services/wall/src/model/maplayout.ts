/** Where a province's areas, the list of the lowest units and the legend stand in one picture without touching. */

import { boundsOf, centreOf, type Point, type Ring, type Shape } from "./shapes";

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Area {
  readonly unit: string;
  /** SVG path data. */
  readonly path: string;
  /** Where a number can stand. */
  readonly at: Point;
}

export interface MapLayout {
  readonly picture: Size;
  /** Height at which a bezel crosses the picture, null where none does. */
  readonly bezelAt: number | null;
  /** Whether the areas are boundaries; else they are cells made from centroids. */
  readonly surveyed: boolean;
  readonly areas: readonly Area[];
  /** The border of the province as SVG path data: the edges that only one unit has. */
  readonly outline: string;
  /** Upper left corners of the two boxes. */
  readonly list: Point;
  readonly legend: Point;
}

const SHARES = [1, 0.94, 0.88, 0.82, 0.76, 0.7, 0.64] as const;
const ANCHORS: readonly Point[] = [
  [0.5, 0.5],
  [0, 0.5],
  [1, 0.5],
  [0, 1],
  [1, 1],
  [0, 0],
  [1, 0],
];
const CORNERS: readonly Point[] = [
  [1, 0],
  [0, 1],
  [0, 0],
  [1, 1],
];
/** Vertices closer than this are one: the grid is the same for neighbours, so shared borders stay shared. */
const GRID = 0.5;

/** Fit the shapes into the picture as large as two free corners for the boxes allow; `surveyed` shapes share their borders to the point. */
export function layOutMap(
  shapes: readonly Shape[],
  surveyed: boolean,
  picture: Size,
  list: Size,
  legend: Size,
  bezelAt: number | null = null,
): MapLayout {
  const canvas = { picture, bezelAt };
  for (const share of SHARES) {
    for (const anchor of ANCHORS) {
      const fitted = fit(shapes, picture, share, anchor);
      const free = CORNERS.map((corner) => [corner, cornerOf(corner, picture, list), cornerOf(corner, picture, legend)] as const);
      for (const [listCorner, listAt] of free) {
        if (!isFree(fitted, listAt, list)) continue;
        const place = free.find(
          ([corner, , at]) => corner !== listCorner && !overlaps(listAt, list, at, legend) && isFree(fitted, at, legend),
        );
        if (place !== undefined) return { ...canvas, ...finish(fitted, surveyed, listAt, place[2]) };
      }
    }
  }
  const band = Math.max(list.height, legend.height) + 24;
  const below = fit(shapes, { width: picture.width, height: picture.height - band }, 1, [0.5, 0.5]);
  const lowered = below.map((shape) => ({
    ...shape,
    rings: shape.rings.map((ring) => ring.map(([x, y]): Point => [x, y + band])),
  }));
  return { ...canvas, ...finish(lowered, surveyed, [picture.width - list.width, 0], [0, 0]) };
}

/** Move points apart until no two are closer than `distance`; the earlier of two moves less. */
export function spread(points: readonly Point[], distance: number): readonly Point[] {
  const moved = points.map(([x, y]) => [x, y] as [number, number]);
  for (let round = 0; round < 24; round += 1) {
    for (let later = 1; later < moved.length; later += 1) {
      for (let earlier = 0; earlier < later; earlier += 1) pushApart(moved[earlier], moved[later], distance);
    }
  }
  return moved;
}

function pushApart(one: [number, number] | undefined, other: [number, number] | undefined, distance: number): void {
  if (one === undefined || other === undefined) return;
  const [dx, dy] = [other[0] - one[0], other[1] - one[1]];
  const gap = Math.hypot(dx, dy);
  if (gap >= distance) return;
  const [ux, uy] = gap === 0 ? [0, 1] : [dx / gap, dy / gap];
  const missing = distance - gap + 0.1;
  one[0] -= ux * missing * 0.3;
  one[1] -= uy * missing * 0.3;
  other[0] += ux * missing * 0.7;
  other[1] += uy * missing * 0.7;
}

function fit(shapes: readonly Shape[], picture: Size, share: number, anchor: Point): readonly Shape[] {
  const [left, top, right, bottom] = boundsOf(shapes.flatMap((shape) => shape.rings));
  const [width, height] = [right - left || 1, bottom - top || 1];
  const scale = Math.min(picture.width / width, picture.height / height) * share;
  const x0 = (picture.width - width * scale) * anchor[0];
  const y0 = (picture.height - height * scale) * anchor[1];
  const onGrid = (value: number): number => Math.round(value / GRID) * GRID;
  return shapes.map((shape) => ({
    unit: shape.unit,
    rings: shape.rings.map((ring) =>
      withoutRepeats(ring.map(([x, y]): Point => [onGrid(x0 + (x - left) * scale), onGrid(y0 + (y - top) * scale)])),
    ),
  }));
}

function withoutRepeats(ring: Ring): Ring {
  return ring.filter(([x, y], index) => {
    const [px, py] = ring[(index + ring.length - 1) % ring.length] ?? [NaN, NaN];
    return ring.length < 2 || x !== px || y !== py;
  });
}

function isFree(shapes: readonly Shape[], [left, top]: Point, { width, height }: Size): boolean {
  const margin = 14;
  const inside = ([x, y]: Point): boolean =>
    x > left - margin && x < left + width + margin && y > top - margin && y < top + height + margin;
  return !shapes.some((shape) =>
    shape.rings.some((ring) =>
      ring.some((point, index) => {
        const [x, y] = ring[(index + 1) % ring.length] ?? point;
        return (
          inside(point) ||
          [0.25, 0.5, 0.75].some((part) => inside([point[0] + (x - point[0]) * part, point[1] + (y - point[1]) * part]))
        );
      }),
    ),
  );
}

function overlaps([x0, y0]: Point, one: Size, [x1, y1]: Point, other: Size): boolean {
  return x0 < x1 + other.width && x1 < x0 + one.width && y0 < y1 + other.height && y1 < y0 + one.height;
}

function cornerOf([right, bottom]: Point, picture: Size, box: Size): Point {
  return [right * (picture.width - box.width), bottom * (picture.height - box.height)];
}

function finish(shapes: readonly Shape[], surveyed: boolean, list: Point, legend: Point): Omit<MapLayout, "picture" | "bezelAt"> {
  return {
    list,
    legend,
    surveyed,
    outline: surveyed ? outlineOf(shapes) : "",
    areas: shapes.map((shape) => ({ unit: shape.unit, path: shape.rings.map(pathOf).join(""), at: numberAt(shape) })),
  };
}

function pathOf(ring: Ring): string {
  return ring.length < 3 ? "" : `M${ring.map(([x, y]) => `${x} ${y}`).join("L")}Z`;
}

function numberAt(shape: Shape): Point {
  const largest = shape.rings.map(centreOf).sort((one, other) => Math.abs(other.area) - Math.abs(one.area))[0];
  return largest?.at ?? [0, 0];
}

function outlineOf(shapes: readonly Shape[]): string {
  const edges = new Map<string, { readonly path: string; count: number }>();
  for (const ring of shapes.flatMap((shape) => shape.rings)) {
    ring.forEach(([x, y], index) => {
      const [x1, y1] = ring[(index + 1) % ring.length] ?? [x, y];
      const [from, to] = [`${x} ${y}`, `${x1} ${y1}`];
      const name = from < to ? `${from}|${to}` : `${to}|${from}`;
      const known = edges.get(name);
      if (known === undefined) edges.set(name, { path: `M${from}L${to}`, count: 1 });
      else known.count += 1;
    });
  }
  return [...edges.values()]
    .filter(({ count }) => count === 1)
    .map(({ path }) => path)
    .join("");
}
