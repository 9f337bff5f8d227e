/** What changes rarely and is asked over HTTP once: the catalogue, the units and their boundaries. */

import { asList, asMembers, asText } from "../model/json";
import { readCatalogue, type Catalogue } from "../model/catalogue";
import { readPlaces, type Place } from "../model/places";
import type { ServerMessage } from "./messages";
import { shapesFromGeoJson, shapesFromPlaces, type Shape } from "../model/shapes";

/** A list of more pages is not read to its end. */
const PAGES_MAX = 100;
const DEADLINE_MS = 20_000;
const PAUSE_MS = 1_000;
const PAUSE_MAX_MS = 15_000;

export interface Standing {
  readonly catalogue: Catalogue;
  readonly provinceName: string;
  readonly places: readonly Place[];
  readonly shapes: readonly Shape[];
  /** Whether the shapes are boundaries, not cells made from centroids. */
  readonly surveyed: boolean;
  /** Names of procedures by their code. */
  readonly procedures: ReadonlyMap<string, string>;
}

/** Calls `again` when the centre says that another version of the standard is in force than before. */
export class StandardWatch {
  private version: string | null = null;

  constructor(private readonly again: () => void) {}

  /** Take note of a message: `hello` and `standard` name the version. */
  hear(message: ServerMessage): void {
    if ((message.type !== "hello" && message.type !== "standard") || message.standard === null) return;
    const before = this.version;
    this.version = message.standard;
    if (before !== null && before !== this.version) this.again();
  }
}

/** Read everything that stands; tries again with growing pauses until it is there or `gone` is aborted. */
export async function readStanding(base: URL, province: string, gone: AbortSignal): Promise<Standing> {
  for (let pauseMs = PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, PAUSE_MAX_MS)) {
    try {
      return await readOnce(base, province);
    } catch (problem) {
      if (gone.aborted) throw problem;
      await new Promise((resolve) => {
        setTimeout(resolve, pauseMs);
      });
    }
  }
}

async function readOnce(base: URL, province: string): Promise<Standing> {
  const [indicators, provinces, communes, boundaries, procedures] = await Promise.all([
    readList(base, "indicators"),
    readList(base, "units?level=P"),
    readList(base, `units?parent=P:${province}`),
    readIfThere(new URL(`units/P:${province}/boundaries`, base)),
    readList(base, `procedures?unit=P:${province}`).catch(() => []),
  ]);
  const places = readPlaces(communes).filter((place) => place.unit.startsWith("C:"));
  const drawn = boundaries === null ? [] : shapesFromGeoJson(boundaries);
  const own = readPlaces(provinces).find((place) => place.unit === `P:${province}`);
  return {
    catalogue: readCatalogue(indicators),
    places,
    provinceName: own?.nameShort ?? `P:${province}`,
    surveyed: drawn.length > 0,
    procedures: readProcedures(procedures),
    shapes: drawn.length > 0 ? drawn : shapesFromPlaces(places),
  };
}

/** Read items of `GET /v1/procedures`. */
export function readProcedures(items: readonly unknown[]): ReadonlyMap<string, string> {
  const named = items.flatMap((entry): (readonly [string, string])[] => {
    const item = asMembers(entry);
    const [code, title] = [asText(item?.["code"]), asText(item?.["title"])];
    return code === null || title === null ? [] : [[code, title.replace(/\s+/g, " ").trim()]];
  });
  return new Map(named);
}

async function readList(base: URL, path: string): Promise<readonly unknown[]> {
  const items: unknown[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const address = new URL(path, base);
    if (cursor !== null) address.searchParams.set("cursor", cursor);
    const document = asMembers(await readIfThere(address));
    if (document === null) throw new Error(`${address.pathname}: no list`);
    items.push(...asList(document["items"]));
    cursor = asText(document["next"]);
    if (cursor === null) break;
  }
  return items;
}

async function readIfThere(address: URL): Promise<unknown> {
  const response = await fetch(address, {
    signal: AbortSignal.timeout(DEADLINE_MS),
    headers: { accept: "application/json, application/geo+json" },
  });
  if (response.status === 404) return null;
  if (!response.ok) throw new Error(`${address.pathname}: ${response.status}`);
  return (await response.json()) as unknown;
}
