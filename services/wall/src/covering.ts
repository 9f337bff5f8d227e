/** What lies over a scene when somebody asks for it: where a figure is from, the scenes, the communes. */

import type { Explained } from "./live/explaining";
import { indicatorOf } from "./model/catalogue";
import { thresholdClasses, tooFew } from "./model/classes";
import { found, type Finding } from "./model/finding";
import type { Observation } from "./model/observation";
import type { Place } from "./model/places";
import { explain } from "./parts/explain";
import { finder } from "./parts/finder";
import { fenced } from "./parts/frame";
import { sceneList } from "./parts/scene-list";
import { placeName, type Scene, type SceneContext } from "./scenes/context";
import { h, type VNode } from "./view/node";

/** By what communes are listed. */
const FINDER = { indicator: "PS-04", window: "30d" } as const;

export interface Covering {
  readonly scene: Scene;
  readonly context: SceneContext;
  /** What is known of the figure whose origin is shown. */
  readonly explaining: Explained | null;
  readonly listing: boolean;
  readonly finding: Finding | null;
}

/** The one thing that lies over the scene, null when there is none. */
export function covering({ scene, context, explaining, listing, finding }: Covering): VNode | null {
  if (explaining !== null) return over("explain", "Số này từ đâu", () => origin(context, explaining));
  if (finding !== null) return over("find", "Chọn xã, phường", () => communes(context, finding));
  return listing ? over("scenes", "Các cảnh", () => sceneList(scene)) : null;
}

/** The figure of an indicator as the wall shows it: the commune's that is looked at, or the province's, else the country's. */
export function shownItem(context: SceneContext, indicator: string): Observation | null {
  const units = context.unit === null ? [`P:${context.province}`, "N:VN"] : [context.unit];
  const found = context.board.totals().filter((item) => item.indicator === indicator && units.includes(item.unit));
  return (
    found.find((candidate) => candidate.value !== null && candidate.unit === units[0]) ??
    found.find((candidate) => candidate.value !== null) ??
    found[0] ??
    null
  );
}

function over(key: string, name: string, draw: () => VNode): VNode {
  return h("div", { class: "over", key }, fenced(name, draw));
}

/** The communes that the list shows; one with too few cases is not among the lowest. */
export function foundRows(context: SceneContext, { text }: Finding): readonly Place[] {
  const indicator = indicatorOf(context.catalogue, FINDER.indicator);
  const figures = [...context.board.communes(FINDER.indicator, FINDER.window)];
  return found(context.places, new Map(figures.filter(([, item]) => !tooFew(item, indicator))), text);
}

function communes(context: SceneContext, finding: Finding): VNode {
  const figures = context.board.communes(FINDER.indicator, FINDER.window);
  const indicator = indicatorOf(context.catalogue, FINDER.indicator);
  const rows = foundRows(context, finding);
  return finder({ finding, rows, figures, indicator, classes: thresholdClasses(indicator) });
}

function origin(context: SceneContext, explaining: Explained): VNode {
  return explain({
    indicator: indicatorOf(context.catalogue, explaining.indicator),
    item: shownItem(context, explaining.indicator),
    explained: explaining,
    placeOf: (unit) => placeName(context, unit),
    now: context.now,
    lostAt: context.lostAt,
  });
}
