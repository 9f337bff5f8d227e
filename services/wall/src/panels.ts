/** The page of a wall made of several panels: every text stands inside one panel, only areas of the map may lie behind a bezel. */

import { fenced, head } from "./parts/frame";
import type { HeadOptions } from "./parts/frame";
import { periodWords } from "./model/times";
import type { SceneContext, Group, Scene } from "./scenes/context";
import { groupTiles, picture, type Mapped } from "./scenes/slots";
import type { Bezel } from "./settings";
import { h, type VNode } from "./view/node";

/** Widths of tiles in design pixels: two beside each other in a panel of four, one in a panel of nine. */
const TILES_PX: Readonly<Record<Bezel, number>> = { "2x2": 440, "3x3": 592 };

export interface PanelOptions {
  readonly bezel: Bezel;
  readonly scene: Scene;
  readonly context: SceneContext;
  readonly head: HeadOptions;
  readonly sentence: string;
  readonly alerts: VNode;
}

/**
 * The panels in reading order. 2x2: sentence and alerts, map, two groups of tiles. 3x3: sentence, alerts, clock in the upper
 * row; two groups and the map over the two lower ones.
 */
export function panels(options: PanelOptions): readonly VNode[] {
  const { bezel, scene, context, alerts } = options;
  const [one, other] = scene.panels.groups;
  const start = panel("say-panel", head({ ...options.head, part: "start" }), h("h1", { class: "say" }, options.sentence));
  const end = head({ ...options.head, part: "end" });
  const figure = scene.panels.mapped === null ? null : mapOf(context, scene.panels.mapped);
  const groups = [group(bezel, context, one, "one"), group(bezel, context, other, "other")];
  if (bezel === "2x2") {
    const upper = figure === null ? [end, alerts] : [end, figure];
    const first = figure === null ? start : withAlerts(start, alerts);
    return [first, panel("figure", ...upper), ...groups];
  }
  return [start, panel("alerts", alerts), panel("clock", end), ...groups, panel("figure", figure)];
}

function panel(name: string, ...children: readonly (VNode | null)[]): VNode {
  return h("section", { class: "panel", key: name, "data-panel": name }, children);
}

function withAlerts(start: VNode, alerts: VNode): VNode {
  return { ...start, children: [...start.children, alerts] };
}

function group(bezel: Bezel, context: SceneContext, { title, slots }: Group, name: string): VNode {
  return h(
    "section",
    { class: "panel group", key: name, "data-panel": name, "aria-label": title },
    bezel === "2x2" && h("h2", { class: "cap" }, title),
    groupTiles(context, slots, TILES_PX[bezel]),
  );
}

function mapOf(context: SceneContext, mapped: Mapped): VNode {
  return h(
    "figure",
    { class: "map", tabindex: 0, "data-open": "communes", "aria-label": `${mapped.title}. Enter: chọn xã, phường` },
    h("figcaption", { class: "cap" }, `${mapped.title} `, h("small", {}, periodWords(mapped.window, null))),
    fenced("Bản đồ", () => picture(context, mapped)),
  );
}
