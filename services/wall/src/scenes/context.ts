/** All that a scene may look at: frozen values of one moment. */

import type { Board } from "../model/board";
import type { Catalogue } from "../model/catalogue";
import type { MapLayout } from "../model/maplayout";
import type { Observation } from "../model/observation";
import type { Place } from "../model/places";
import type { VNode } from "../view/node";
import type { Slot } from "./slots";

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
  readonly map: MapLayout | null;
  readonly trends: ReadonlyMap<string, Trend>;
  /** The server's time in milliseconds since 1970. */
  readonly now: number;
  /** When the link was lost in the server's time, null while it stands. */
  readonly lostAt: number | null;
  /** Whether a whole snapshot has been received. */
  readonly filled: boolean;
  /** How long the wall has been waiting for its first snapshot. */
  readonly waitedMs: number;
}

export interface Scene {
  readonly id: string;
  /** The key that chooses it. */
  readonly key: string;
  readonly title: string;
  readonly topics: (province: string) => readonly string[];
  /** The observations whose course is drawn. */
  readonly trends: (context: SceneContext) => readonly Observation[];
  /** The sentence that answers the scene's question. */
  readonly sentence: (context: SceneContext) => string;
  readonly view: (context: SceneContext) => VNode;
  /** The few figures that a distant reader gets instead of the view. */
  readonly far: readonly Slot[];
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
