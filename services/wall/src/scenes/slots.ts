/** Tiles and the map as every scene places them: what a slot asks for, what stands in it, and what a distant reader gets. */

import { thresholdClasses } from "../model/classes";
import { indicatorOf } from "../model/catalogue";
import type { Observation } from "../model/observation";
import { periodWords } from "../model/times";
import { fenced } from "../parts/frame";
import { map } from "../parts/map";
import { tile, TILE_PX } from "../parts/tile";
import { h, type VNode } from "../view/node";
import { missingWords, placeName, provinceOrCountry, shownUnit, type SceneContext } from "./context";

export interface Slot {
  readonly indicator: string;
  /** Windows in the order of preference. */
  readonly windows: readonly string[];
  /** Whether the country's figure may stand in, named as such, where the province has none. */
  readonly country: boolean;
}

export interface Mapped {
  readonly indicator: string;
  readonly window: string;
  readonly title: string;
}

/** Points of a sparkline. */
const POINTS = 30;

/** The topics of the slots: the province's own figures and, where allowed, the country's. */
export function slotTopics(province: string, slots: readonly Slot[], unit = `P:${province}`): readonly string[] {
  return slots.flatMap(({ indicator, windows, country }) =>
    windows.flatMap((window) => [
      `indicators/${province}/${unit}/${indicator}/${window}`,
      ...(country ? [`indicators/VN/N:VN/${indicator}/${window}`] : []),
    ]),
  );
}

/** The observation that stands in a slot; one with a value is preferred. */
export function itemOf(context: SceneContext, slot: Slot): Observation | null {
  if (slot.country && context.unit === null) return provinceOrCountry(context, slot.indicator, slot.windows);
  const found = slot.windows.flatMap((window) => context.board.get(slot.indicator, shownUnit(context), window) ?? []);
  return found.find((item) => item.value !== null) ?? found[0] ?? null;
}

/** The tiles of a group, each fenced. */
export function groupTiles(context: SceneContext, slots: readonly Slot[], px: number): readonly VNode[] {
  return slots.map((slot) => fenced(slot.indicator, () => slotTile(context, slot, px)));
}

/** A titled column of tiles. */
export function column(context: SceneContext, title: string, slots: readonly Slot[]): VNode {
  return h(
    "section",
    { class: "col" },
    h("h2", { class: "cap" }, title),
    slots.map((slot) => fenced(slot.indicator, () => slotTile(context, slot))),
  );
}

/** What a distant reader gets of any scene: few tiles, as large as the distance wants. */
export function farView(context: SceneContext, slots: readonly Slot[]): VNode {
  return h(
    "section",
    { class: "main few" },
    slots.map((slot) => fenced(slot.indicator, () => slotTile(context, slot))),
  );
}

/** The map of a share over the communes, with its caption. */
export function figureMap(context: SceneContext, mapped: Mapped): VNode {
  const note = `${mapped.indicator}, ${periodWords(mapped.window, null)}`;
  return h(
    "figure",
    {
      class: "map",
      tabindex: 0,
      "data-open": "communes",
      "aria-label": `${mapped.title}, ${note}. Enter: chọn xã, phường`,
    },
    h(
      "figcaption",
      { class: "cap" },
      `${mapped.title} `,
      h("small", {}, context.map?.surveyed === false ? `${note}; ô quy ước` : note),
    ),
    fenced("Bản đồ", () => picture(context, mapped)),
  );
}

function slotTile(context: SceneContext, slot: Slot, px = TILE_PX): VNode {
  const indicator = indicatorOf(context.catalogue, slot.indicator);
  const item = itemOf(context, slot);
  const own = item === null || item.unit === shownUnit(context);
  return tile({
    indicator,
    item,
    now: context.now,
    lostAt: context.lostAt,
    px,
    place: own ? null : placeName(context, item.unit),
    trend: item === null ? [] : (context.trends.get(item.id)?.values ?? []).slice(-POINTS),
    missing: missingWords(context, indicator.known),
  });
}

export function picture(context: SceneContext, { indicator: id, window }: Mapped): VNode {
  const { map: layout, places } = context;
  if (layout === null || layout.areas.length === 0)
    return h(
      "p",
      { class: "note" },
      places.length === 0 ? "Chưa đọc được danh sách xã, phường." : "Chưa có ranh giới hay tọa độ của xã, phường.",
    );
  const indicator = indicatorOf(context.catalogue, id);
  return map({
    layout,
    places,
    indicator,
    classes: thresholdClasses(indicator),
    figures: context.board.communes(id, window),
    chosen: context.unit,
  });
}
