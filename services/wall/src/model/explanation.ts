/** What the server says of where a figure is from. Every member may be absent: what is there is kept. */

import { asInstant, asList, asMembers, asNumber, asText, type Members } from "./json";

export interface SourceEvent {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly unit: string;
  readonly subject: string;
  readonly time: number | null;
}

export interface EventPage {
  readonly items: readonly SourceEvent[];
  /** Where the next page begins, null on the last. */
  readonly next: string | null;
}

export interface Explanation {
  readonly formula: string | null;
  readonly formulaVersion: string | null;
  /** How many events were counted, late, ...: in the order of `INPUTS`. */
  readonly inputs: readonly (readonly [name: string, count: number])[];
  readonly reportersExpected: number | null;
  readonly reportersReported: number | null;
  readonly missing: readonly string[];
  readonly offsets: readonly string[];
  readonly revisions: number | null;
  readonly events: EventPage | null;
}

const INPUTS: readonly (readonly [member: string, name: string])[] = [
  ["counted", "được tính"],
  ["late", "đến muộn"],
  ["duplicate", "trùng"],
  ["quarantined", "cách ly"],
  ["superseded", "đã thay"],
  ["waiting", "đang chờ"],
];

/** Read the document of `GET /v1/observations/{id}/explain`; null when it is none. */
export function readExplanation(value: unknown): Explanation | null {
  const document = asMembers(value);
  if (document === null) return null;
  const formula = asMembers(document["formula"]);
  const inputs = asMembers(document["inputs"]);
  const reporters = asMembers(document["reporters"]);
  const version = formula?.["version"];
  return {
    formula: asText(formula?.["text"]),
    formulaVersion: typeof version === "number" ? String(version) : asText(version),
    inputs: INPUTS.flatMap(([member, name]) => {
      const count = asNumber(inputs?.[member]);
      return count === null ? [] : [[name, count] as const];
    }),
    reportersExpected: asNumber(reporters?.["expected"]),
    reportersReported: asNumber(reporters?.["reported"]),
    missing: asList(reporters?.["missing"]).flatMap((unit) => asText(unit) ?? []),
    offsets: asList(document["offsets"]).flatMap((entry) => offsetWords(asMembers(entry))),
    revisions: revisionsOf(document["revisions"]),
    events: readEvents(asMembers(document["events"])),
  };
}

/** How often the value was changed after it was final: its first final value is revision 1. */
function revisionsOf(rows: unknown): number | null {
  if (!Array.isArray(rows)) return null;
  return Math.max(0, ...rows.map((row) => (asNumber(asMembers(row)?.["revision"]) ?? 0) - 1));
}

function readEvents(page: Members | null): EventPage | null {
  if (page === null) return null;
  const next = page["next"];
  return {
    items: asList(page["items"]).flatMap((entry) => readEvent(asMembers(entry))),
    next: typeof next === "number" ? String(next) : asText(next),
  };
}

function readEvent(item: Members | null): SourceEvent[] {
  const id = asText(item?.["id"]);
  if (item === null || id === null) return [];
  const text = (name: string): string => asText(item[name]) ?? "";
  return [
    {
      id,
      source: text("source"),
      type: text("type"),
      unit: text("unit"),
      subject: text("subject"),
      time: asInstant(item["time"]),
    },
  ];
}

function offsetWords(item: Members | null): string[] {
  const [topic, partition, from, to] = [
    asText(item?.["topic"]),
    asNumber(item?.["partition"]),
    asNumber(item?.["from"]),
    asNumber(item?.["to"]),
  ];
  return topic === null || to === null ? [] : [`${topic}/${partition ?? 0}: ${from ?? 0}\u2013${to}`];
}
