/** An observation as REST, WebSocket and Kafka carry it, read into a frozen value. Members that are absent do not apply. */

import { asInstant, asList, asMembers, asNumber, asText, type Members } from "./json";

export type FreshnessState = "live" | "provisional" | "final" | "late" | "stale" | "partial" | "no_roster";

export interface Comparison {
  readonly kind: string;
  readonly delta: number | null;
  readonly unit: string;
  readonly baseValue: number | null;
  readonly comparable: boolean;
}

export interface Target {
  readonly value: number | null;
  readonly op: string;
  readonly path: number | null;
  readonly gap: number | null;
  readonly gapUnit: string;
}

export interface Level {
  readonly value: number;
  readonly held: boolean;
  readonly since: number | null;
}

export interface Freshness {
  readonly state: FreshnessState;
  readonly since: number | null;
  readonly reason: string | null;
  /** Names of the sources that are late. */
  readonly sourcesLate: readonly string[];
}

/** From a day on a series does not go on as before: "boundary" or "formula". */
export interface SeriesBreak {
  readonly at: string;
  readonly reason: string;
}

export interface Rank {
  readonly position: number;
  readonly of: number;
}

/** Instants are milliseconds since 1970. */
export interface Observation {
  readonly id: string;
  readonly indicator: string;
  readonly unit: string;
  /** The day from which the unit exists: former units and today's can have one code. */
  readonly validFrom: string;
  readonly dims: Readonly<Record<string, string>>;
  readonly window: string;
  readonly period: string | null;
  readonly calendar: string;
  readonly value: number | null;
  readonly numerator: number | null;
  readonly denominator: number | null;
  readonly nullReason: string | null;
  readonly status: string | null;
  readonly finality: string | null;
  readonly closesAt: number | null;
  readonly revision: number | null;
  readonly previous: number | null;
  readonly releasedAt: number | null;
  readonly seriesBreak: SeriesBreak | null;
  /** What speaks against a reported figure; it is shown all the same. */
  readonly warnings: readonly string[];
  readonly publishedAt: number | null;
  readonly freshness: Freshness | null;
  readonly reported: number | null;
  readonly expected: number | null;
  readonly comparisons: readonly Comparison[];
  readonly target: Target | null;
  readonly level: Level | null;
  /** The place among its siblings, the best first. */
  readonly rank: Rank | null;
  readonly drill: boolean;
  readonly quality: readonly string[];
  readonly removed: boolean;
}

/** Read one item; null when it does not say what it is an observation of. */
export function readObservation(value: unknown): Observation | null {
  const item = asMembers(value);
  const id = asText(item?.["id"]);
  const indicator = asText(item?.["indicator"]);
  const unit = asText(item?.["unit"]);
  const window = asText(item?.["window"]);
  if (item === null || id === null || indicator === null || unit === null || window === null) return null;
  const coverage = asMembers(item["coverage"]);
  return {
    ...readFigures(item),
    id,
    indicator,
    unit,
    validFrom: asText(item["valid_from"]) ?? "",
    window,
    dims: readDims(item["dims"]),
    period: asText(item["period"]),
    calendar: asText(item["calendar"]) ?? "statistical",
    freshness: readFreshness(asMembers(item["freshness"])),
    reported: asNumber(coverage?.["reported"]),
    expected: asNumber(coverage?.["expected"]),
    comparisons: asList(item["comparisons"]).flatMap((entry) => readComparison(asMembers(entry))),
    target: readTarget(asMembers(item["target"])),
    level: readLevel(asMembers(item["level"])),
    rank: readRank(asMembers(item["rank"])),
    drill: item["drill"] === true,
    quality: readTexts(item["quality"]),
    removed: item["removed"] === true,
  };
}

function readFigures(item: Members) {
  return {
    // A deadline is a value as well: its instant, in milliseconds since 1970.
    value: asNumber(item["value"]) ?? asInstant(item["value"]),
    numerator: asNumber(item["numerator"]),
    denominator: asNumber(item["denominator"]),
    nullReason: asText(item["null_reason"]),
    status: asText(item["status"]),
    finality: asText(item["finality"]),
    closesAt: asInstant(item["closes_at"]),
    revision: asNumber(item["revision"]),
    previous: asNumber(asMembers(item["previous"])?.["value"]),
    releasedAt: asInstant(item["released_at"]),
    seriesBreak: readBreak(asMembers(item["break"])),
    warnings: readTexts(item["warnings"]),
    publishedAt: asInstant(item["published_at"]),
  };
}

function readTexts(value: unknown): readonly string[] {
  return asList(value).flatMap((code) => (typeof code === "string" ? [code] : []));
}

function readBreak(item: Members | null): SeriesBreak | null {
  return item === null ? null : { at: asText(item["at"]) ?? "", reason: asText(item["reason"]) ?? "" };
}

function readDims(value: unknown): Readonly<Record<string, string>> {
  const dims: Record<string, string> = {};
  for (const [name, member] of Object.entries(asMembers(value) ?? {})) {
    if (typeof member === "string" || typeof member === "number") dims[name] = String(member);
  }
  return dims;
}

function readFreshness(item: Members | null): Freshness | null {
  const state = asText(item?.["state"]);
  if (item === null || state === null || !isFreshness(state)) return null;
  const sourcesLate = asList(item["sources_late"]).flatMap(
    (entry) => asText(entry) ?? asText(asMembers(entry)?.["name"]) ?? asText(asMembers(entry)?.["source"]) ?? [],
  );
  return { state, since: asInstant(item["since"]), reason: asText(item["reason"]), sourcesLate };
}

function isFreshness(state: string): state is FreshnessState {
  return ["live", "provisional", "final", "late", "stale", "partial", "no_roster"].includes(state);
}

function readComparison(item: Members | null): Comparison[] {
  const kind = asText(item?.["kind"]);
  if (item === null || kind === null) return [];
  return [
    {
      kind,
      delta: asNumber(item["delta"]),
      unit: asText(item["unit"]) ?? "",
      baseValue: asNumber(item["base_value"]),
      comparable: item["comparable"] !== false,
    },
  ];
}

function readTarget(item: Members | null): Target | null {
  const op = asText(item?.["op"]);
  if (item === null || op === null) return null;
  const path = asNumber(item["path"]) ?? asNumber(asMembers(item["path"])?.["value"]);
  return { value: asNumber(item["value"]), op, path, gap: asNumber(item["gap"]), gapUnit: asText(item["gap_unit"]) ?? "" };
}

function readRank(item: Members | null): Rank | null {
  const [position, of] = [asNumber(item?.["pos"]), asNumber(item?.["of"])];
  return position === null || of === null || of < 2 ? null : { position, of };
}

function readLevel(item: Members | null): Level | null {
  const value = asNumber(item?.["value"]);
  if (item === null || value === null || value < 0 || value > 5) return null;
  return { value: Math.round(value), held: item["held"] === true, since: asInstant(item["since"]) };
}
