/** Reading JSON that others made: each reader gives a value of the wanted type or null, never throws. */

export type Members = Readonly<Record<string, unknown>>;

/** The value as an object, or null. */
export function asMembers(value: unknown): Members | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Members) : null;
}

/** The value as a list; anything else is an empty one. */
export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The value as a text, or null. */
export function asText(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/** The value as a finite number, or null. */
export function asNumber(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/** An instant (RFC 3339 text, or a number of microseconds since 1970) in milliseconds since 1970, or null. */
export function asInstant(value: unknown): number | null {
  if (typeof value === "number") return Number.isFinite(value) ? value / 1000 : null;
  if (typeof value !== "string" || !/^\d{4}-\d{2}-\d{2}T/.test(value)) return null;
  const instant = Date.parse(value);
  return Number.isNaN(instant) ? null : instant;
}

/** The text as JSON, or undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
