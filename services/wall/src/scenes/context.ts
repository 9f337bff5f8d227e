/** All that a scene may look at: frozen values of one moment. */

import type { Board } from "../model/board";
import type { Catalogue } from "../model/catalogue";
import type { MapLayout } from "../model/maplayout";
import type { Observation } from "../model/observation";
import type { Place } from "../model/places";
import type { VNode } from "../view/node";
import type { Mapped, Slot } from "./slots";

export interface Trend {
  /** The instant of the first value and the milliseconds between two, null when not told. */
  readonly start: number | null;
  readonly stepMs: number | null;
  readonly values: readonly (number | null)[];
}

export interface SceneContext {
  readonly board: Board;
  readonly catalogue: Catalogue;
  /** Code of the province: `33`. */
  readonly province: string;
  readonly provinceName: string;
  /** The communes of the province. */
  readonly places: readonly Place[];
  readonly names: ReadonlyMap<string, Place>;
  /** Names of procedures by their code. */
  readonly procedures: ReadonlyMap<string, string>;
  /** The commune that the scene of one commune is about, null on any other scene. */
  readonly unit: string | null;
  readonly map: MapLayout | null;
  readonly trends: ReadonlyMap<string, Trend>;
  /** The server's time in milliseconds since 1970. */
  readonly now: number;
  /** When the link was lost in the server's time, null while it stands. */
  readonly lostAt: number | null;
  /** Whether a whole snapshot has been received, and what its units are called: none is shown by its code that has a name. */
  readonly filled: boolean;
  /** How long the wall has been waiting for its first snapshot. */
  readonly waitedMs: number;
}

export interface Scene {
  readonly id: string;
  /** The key that chooses it. */
  readonly key: string;
  readonly title: string;
  /** What stands in the head, where it is not the title. */
  readonly heading?: (context: SceneContext) => string;
  /** `unit` is the commune that is looked at, if there is one. */
  readonly topics: (province: string, unit: string | null) => readonly string[];
  /** Topics of what the server computes only while somebody looks at it. */
  readonly asked?: (province: string, unit: string | null) => readonly string[];
  /** The observations whose course is drawn. */
  readonly trends: (context: SceneContext) => readonly Observation[];
  /** The sentence that answers the scene's question. */
  readonly sentence: (context: SceneContext) => string;
  readonly view: (context: SceneContext) => VNode;
  /** The few figures that a distant reader gets instead of the view. */
  readonly far: readonly Slot[];
  /** What a wall made of several panels gets instead of the view. */
  readonly panels: Panels;
}

/** Two groups of tiles, and the share whose map is drawn. */
export interface Panels {
  readonly groups: readonly [Group, Group];
  readonly mapped: Mapped | null;
}

export interface Group {
  readonly title: string;
  readonly slots: readonly Slot[];
}

/** The unit whose figures the tiles show: the commune that is looked at, else the province. */
export function shownUnit(context: SceneContext): string {
  return context.unit ?? `P:${context.province}`;
}

/** After so long without data the reason is said in words. */
export const PATIENCE_MS = 10_000;

/** The place of an observation in words: a commune, "Toàn tỉnh" or "Cả nước". */
export function placeName(context: SceneContext, unit: string): string {
  if (unit.startsWith("N:")) return "Cả nước";
  if (unit === `P:${context.province}`) return "Toàn tỉnh";
  return context.names.get(unit)?.nameShort ?? unit;
}

/** The province's figure, or the country's where the province has none. */
export function provinceOrCountry(context: SceneContext, indicator: string, windows: readonly string[]): Observation | null {
  const candidates = [`P:${context.province}`, "N:VN"].flatMap((unit) =>
    windows.map((window) => context.board.get(indicator, unit, window)),
  );
  return candidates.find((item) => item !== null && item.value !== null) ?? candidates.find((item) => item !== null) ?? null;
}

/** Why a figure is missing that no message has brought. */
export function missingWords(context: SceneContext, known: boolean): string {
  if (!context.filled) return context.waitedMs < PATIENCE_MS ? "" : "chưa nối được máy chủ";
  return known ? "nguồn chưa gửi số liệu" : "chỉ số chưa được tính";
}
