import { describe, expect, it } from "vitest";
import { placeDots } from "../src/model/beeswarm";
import { classLevel, thresholdClasses } from "../src/model/classes";
import { indicatorOf, readCatalogue } from "../src/model/catalogue";
import { layOutMap, spread } from "../src/model/maplayout";
import { centreOf, clipConvex, shapesFromGeoJson, shapesFromPlaces, type Point, type Shape } from "../src/model/shapes";
import { scaleLow } from "../src/parts/swarm";
import { chances, communes } from "../dev/figures.mjs";

const PICTURE = { width: 760, height: 740 };
const BOX = { width: 300, height: 200 };
const PLACES = communes(104, chances(7)).map(({ unit, name, lat, lon }) => ({
  unit,
  name,
  nameShort: name,
  latitude: lat,
  longitude: lon,
}));

function inside([x, y]: Point, [left, top]: Point, size: { width: number; height: number }): boolean {
  return x > left && x < left + size.width && y > top && y < top + size.height;
}

function pointsOf(path: string): Point[] {
  return [...path.matchAll(/(-?[\d.]+) (-?[\d.]+)/g)].map((match): Point => [Number(match[1]), Number(match[2])]);
}

describe("shapes", () => {
  it("are cells around each centroid when there are no boundaries", () => {
    const shapes = shapesFromPlaces(PLACES);
    expect(shapes).toHaveLength(104);
    expect(new Set(shapes.map((shape) => shape.unit)).size).toBe(104);
    for (const shape of shapes) expect(Math.abs(centreOf(shape.rings[0]!).area)).toBeGreaterThan(0);
    expect(shapesFromPlaces(PLACES.slice(0, 2))).toEqual([]);
    expect(shapesFromPlaces(PLACES.map((place) => ({ ...place, latitude: null })))).toEqual([]);
  });

  it("are read from GeoJSON; what is no area is left out", () => {
    const square = [
      [
        [106, 20],
        [107, 20],
        [107, 21],
        [106, 21],
        [106, 20],
      ],
    ];
    const feature = (code: unknown, geometry: unknown) => ({ type: "Feature", properties: { code }, geometry });
    const shapes = shapesFromGeoJson({
      features: [
        feature("11953", { type: "Polygon", coordinates: square }),
        feature("C:2@2025-07-01", { type: "MultiPolygon", coordinates: [square, square] }),
        feature("3", { type: "Point", coordinates: [1, 2] }),
        feature(null, { type: "Polygon", coordinates: square }),
        null,
      ],
    });
    expect(shapes.map((shape) => [shape.unit, shape.rings.length, shape.rings[0]?.length])).toEqual([
      ["C:11953", 1, 4],
      ["C:2", 2, 4],
    ]);
    expect(shapesFromGeoJson("nonsense")).toEqual([]);
  });

  it("are clipped to a hull", () => {
    const big: Point[] = [
      [-5, -5],
      [5, -5],
      [5, 5],
      [-5, 5],
    ];
    const small: Point[] = [
      [0, 0],
      [1, 0],
      [1, 1],
      [0, 1],
    ];
    expect(Math.abs(centreOf(clipConvex(big, small)).area)).toBeCloseTo(2);
    expect(
      clipConvex(
        [
          [8, 8],
          [9, 8],
          [9, 9],
        ],
        small,
      ),
    ).toEqual([]);
  });
});

describe("the map", () => {
  const cases: [string, Shape[]][] = [
    ["a diagonal province", [...shapesFromPlaces(PLACES)]],
    [
      "a square province",
      [
        {
          unit: "C:1",
          rings: [
            [
              [0, 0],
              [1, 0],
              [1, 1],
              [0, 1],
            ],
          ],
        },
      ],
    ],
    [
      "a long province",
      [
        {
          unit: "C:1",
          rings: [
            [
              [0, 0],
              [0.2, 0],
              [0.2, 1],
              [0, 1],
            ],
          ],
        },
      ],
    ],
  ];
  it.each(cases)("of %s leaves its list and legend free", (_, shapes) => {
    const layout = layOutMap(shapes, true, PICTURE, BOX, BOX);
    for (const point of layout.areas.flatMap((area) => pointsOf(area.path))) {
      expect(inside(point, layout.list, BOX) || inside(point, layout.legend, BOX)).toBe(false);
      expect(inside(point, [-1, -1], { width: PICTURE.width + 2, height: PICTURE.height + 2 })).toBe(true);
    }
    expect(layout.list).not.toEqual(layout.legend);
  });

  it("draws the outline from edges that only one unit has", () => {
    const left: Shape = {
      unit: "C:1",
      rings: [
        [
          [0, 0],
          [1, 0],
          [1, 1],
          [0, 1],
        ],
      ],
    };
    const right: Shape = {
      unit: "C:2",
      rings: [
        [
          [1, 0],
          [2, 0],
          [2, 1],
          [1, 1],
        ],
      ],
    };
    expect(layOutMap([left, right], true, PICTURE, BOX, BOX).outline.match(/M/g)).toHaveLength(6);
  });

  it("moves numbers apart", () => {
    const moved = spread(
      [
        [0, 0],
        [0, 0],
        [10, 0],
        [200, 0],
      ],
      34,
    );
    moved.forEach(([x, y], index) => {
      moved.slice(index + 1).forEach(([ox, oy]) => {
        expect(Math.hypot(ox - x, oy - y)).toBeGreaterThan(30);
      });
    });
    expect(moved[3]).toEqual([200, 0]);
  });
});

describe("classes", () => {
  const levels = [
    { level: 2, op: "<", bound: 98 },
    { level: 3, op: "<", bound: 95 },
    { level: 4, op: "<", bound: 90 },
  ];
  const classes = thresholdClasses(indicatorOf(readCatalogue([{ id: "PS-04", unit: "%", alert_levels: { levels } }]), "PS-04"));

  it("come from the bounds in force", () => {
    expect(classes.map(({ level, words }) => [level, words])).toEqual([
      [0, "từ 98"],
      [2, "95\u201398"],
      [3, "90\u201395"],
      [4, "dưới 90"],
    ]);
    expect([98, 97.99, 95, 94.99, 90, 89.99, 0].map((value) => classLevel(classes, value))).toEqual([0, 2, 2, 3, 3, 4, 4]);
  });

  it("are one when there are no bounds", () => {
    expect(thresholdClasses(indicatorOf(new Map(), "EC-01"))).toHaveLength(1);
  });
});

describe("dots", () => {
  it("do not overlap and stay near the line", () => {
    const chance = chances(3);
    const dots = Array.from({ length: 104 }, (_, index) => ({ unit: `C:${index}`, value: 95 + chance() * 5, radius: 6 }));
    const placed = placeDots(dots, (value) => (value - 90) * 100, 68);
    placed.forEach((dot, index) => {
      expect(Math.abs(dot.y) + dot.radius).toBeLessThanOrEqual(68);
      placed.slice(index + 1).forEach((other) => {
        expect(Math.hypot(other.x - dot.x, other.y - dot.y)).toBeGreaterThanOrEqual(dot.radius + other.radius);
      });
    });
  });

  it("stand on a scale that leaves room for its bounds", () => {
    expect(scaleLow([86, 99], [98, 95, 90], 100)).toBe(85);
    expect(scaleLow([12, 99], [98, 95, 90], 100)).toBe(70);
    expect(scaleLow([99], [98, 95, 90], 100)).toBe(90);
  });
});
