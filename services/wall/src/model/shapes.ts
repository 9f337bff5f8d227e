/** Areas of units on a plane: from boundaries if there are any, else Voronoi cells of the centroids inside their hull. */

import { Delaunay } from "d3-delaunay";
import { asList, asMembers, asNumber, asText } from "./json";
import type { Place } from "./places";

export type Point = readonly [x: number, y: number];
export type Ring = readonly Point[];

/** A unit's area in Mercator coordinates, y growing downwards. Rings need no closing point. */
export interface Shape {
  readonly unit: string;
  readonly rings: readonly Ring[];
}

/** How far the hull of the centroids is moved outwards, as a share of the extent. */
const HULL_PADDING = 0.035;

/** Read a GeoJSON FeatureCollection whose features carry the unit's code; features that are no areas are left out. */
export function shapesFromGeoJson(document: unknown): readonly Shape[] {
  return asList(asMembers(document)?.["features"]).flatMap((entry) => {
    const feature = asMembers(entry);
    const code = asText(asMembers(feature?.["properties"])?.["code"]) ?? asText(feature?.["id"]);
    const geometry = asMembers(feature?.["geometry"]);
    if (code === null || geometry === null) return [];
    const polygons =
      geometry["type"] === "Polygon"
        ? [geometry["coordinates"]]
        : geometry["type"] === "MultiPolygon"
          ? asList(geometry["coordinates"])
          : [];
    const rings = polygons.flatMap((polygon) => asList(polygon).map(readRing)).filter((ring) => ring.length >= 3);
    const bare = code.split("@")[0] ?? code;
    return rings.length === 0 ? [] : [{ unit: bare.includes(":") ? bare : `C:${bare}`, rings }];
  });
}

/** A cell reaches at most so many times the usual distance between neighbours, so that the picture keeps the province's form. */
const REACH = 1.9;

/** Make a cell for each place that has coordinates; none when fewer than three have. */
export function shapesFromPlaces(places: readonly Place[]): readonly Shape[] {
  const located = places.flatMap((place) =>
    place.longitude === null || place.latitude === null
      ? []
      : [{ unit: place.unit, at: mercator(place.longitude, place.latitude) }],
  );
  if (located.length < 3) return [];
  const delaunay = Delaunay.from(located.map(({ at }) => [at[0], at[1]]));
  const hull = padded(
    [...delaunay.hull].flatMap((index) => {
      const place = located[index];
      return place === undefined ? [] : [place.at];
    }),
  );
  if (hull.length < 3) return [];
  const [left, top, right, bottom] = boundsOf([hull]);
  const voronoi = delaunay.voronoi([left, top, right, bottom]);
  const reach =
    REACH *
    medianDistance(
      located.map(({ at }) => at),
      delaunay,
    );
  return located.flatMap(({ unit, at }, index) => {
    const cell = voronoi.cellPolygon(index) as Point[] | null;
    const ring = cell === null ? [] : clipConvex(clipConvex(cell.slice(0, -1), hull), around(at, reach));
    return ring.length < 3 ? [] : [{ unit, rings: [ring] }];
  });
}

/** Mercator on the unit sphere in degrees, y downwards, so that shapes keep their form. */
export function mercator(longitude: number, latitude: number): Point {
  const angle = (Math.max(-85, Math.min(85, latitude)) * Math.PI) / 180;
  return [longitude, (-Math.log(Math.tan(Math.PI / 4 + angle / 2)) * 180) / Math.PI];
}

/** Left, top, right, bottom of all rings. */
export function boundsOf(rings: readonly Ring[]): readonly [number, number, number, number] {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const ring of rings) {
    for (const [x, y] of ring) {
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
  }
  return [left, top, right, bottom];
}

/** Twice the signed area of a ring and its centre of mass. */
export function centreOf(ring: Ring): { readonly area: number; readonly at: Point } {
  let [area, x, y] = [0, 0, 0];
  ring.forEach(([x0, y0], index) => {
    const [x1, y1] = ring[(index + 1) % ring.length] ?? [x0, y0];
    const cross = x0 * y1 - x1 * y0;
    area += cross;
    x += (x0 + x1) * cross;
    y += (y0 + y1) * cross;
  });
  const first = ring[0] ?? [0, 0];
  return { area, at: area === 0 ? first : [x / (3 * area), y / (3 * area)] };
}

/** The part of a convex ring that lies inside a convex hull. */
export function clipConvex(ring: Ring, hull: Ring): Ring {
  const sign = Math.sign(centreOf(hull).area) || 1;
  let kept: Ring = ring;
  hull.forEach((from, index) => {
    const to = hull[(index + 1) % hull.length] ?? from;
    const side = ([x, y]: Point): number => sign * ((to[0] - from[0]) * (y - from[1]) - (to[1] - from[1]) * (x - from[0]));
    const before = kept;
    kept = before.flatMap((point, position) => {
      const previous = before[(position + before.length - 1) % before.length] ?? point;
      const [now, then] = [side(point), side(previous)];
      const crossing: Point[] = now >= 0 === then >= 0 ? [] : [between(previous, point, then / (then - now))];
      return now >= 0 ? [...crossing, point] : crossing;
    });
  });
  return kept;
}

function readRing(value: unknown): Ring {
  const ring = asList(value).flatMap((entry) => {
    const [longitude, latitude] = [asNumber(asList(entry)[0]), asNumber(asList(entry)[1])];
    return longitude === null || latitude === null ? [] : [mercator(longitude, latitude)];
  });
  const [first, last] = [ring[0], ring.at(-1)];
  return first !== undefined && last !== undefined && first[0] === last[0] && first[1] === last[1] ? ring.slice(0, -1) : ring;
}

/** A ring of 48 points on a circle. */
function around([x, y]: Point, radius: number): Ring {
  return Array.from({ length: 48 }, (_, step): Point => {
    const angle = (step * Math.PI) / 24;
    return [x + radius * Math.cos(angle), y + radius * Math.sin(angle)];
  });
}

function medianDistance(points: readonly Point[], delaunay: Delaunay<unknown>): number {
  const nearest = points.map(([x, y], index) =>
    Math.min(
      ...[...delaunay.neighbors(index)].map((other) => {
        const [ox, oy] = points[other] ?? [Infinity, Infinity];
        return Math.hypot(ox - x, oy - y);
      }),
    ),
  );
  return nearest.sort((one, other) => one - other)[Math.floor(nearest.length / 2)] ?? Infinity;
}

function padded(hull: Ring): Ring {
  const { at } = centreOf(hull);
  const [left, top, right, bottom] = boundsOf([hull]);
  const away = Math.max(right - left, bottom - top) * HULL_PADDING;
  return hull.map(([x, y]) => {
    const distance = Math.hypot(x - at[0], y - at[1]) || 1;
    return [x + ((x - at[0]) / distance) * away, y + ((y - at[1]) / distance) * away];
  });
}

function between(from: Point, to: Point, share: number): Point {
  return [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share];
}
