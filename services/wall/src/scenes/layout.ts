/** Where the areas of a province lie on this wall: the size of the picture depends on the panels. */

import type { Standing } from "../live/standing";
import { indicatorOf } from "../model/catalogue";
import { thresholdClasses } from "../model/classes";
import { layOutMap, type MapLayout, type Size } from "../model/maplayout";
import { legendSize, listSize, PICTURE } from "../parts/map";
import type { Bezel } from "../settings";

/** Pictures of walls of several panels, in design pixels, and the height of a bezel that crosses them. */
const PANELS: Readonly<Record<Bezel, { readonly picture: Size; readonly bezelAt: number | null }>> = {
  "2x2": { picture: { width: 900, height: 392 }, bezelAt: null },
  "3x3": { picture: { width: 590, height: 630 }, bezelAt: 302 },
};

/** The layout of the map, null without shapes. */
export function layOut(standing: Standing, bezel: Bezel | null): MapLayout | null {
  if (standing.shapes.length === 0) return null;
  const classes = Math.max(...["PS-04", "FB-01"].map((id) => thresholdClasses(indicatorOf(standing.catalogue, id)).length));
  const { picture, bezelAt } = bezel === null ? { picture: PICTURE, bezelAt: null } : PANELS[bezel];
  return layOutMap(standing.shapes, standing.surveyed, picture, listSize(standing.places), legendSize(classes), bezelAt);
}
