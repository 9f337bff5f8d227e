/** When the next scene is due. Pure: the caller tells the time, in milliseconds of a clock that never jumps. */

/** A scene stands at least so long. */
export const LEAST_SECONDS = 30;
/** A key or pointer stops the rotation for so long. */
export const REST_MS = 300_000;
/** The next scene is painted unseen so long before it is shown. */
export const AHEAD_MS = 2_000;

export interface Rotation {
  /** Null when scenes do not change by themselves. */
  readonly everyMs: number | null;
  readonly dueAt: number;
}

/** A rotation that begins now; too short a time is lengthened, null never turns. */
export function startRotation(seconds: number | null, now: number): Rotation {
  const everyMs = seconds === null ? null : Math.max(seconds, LEAST_SECONDS) * 1000;
  return { everyMs, dueAt: now + (everyMs ?? 0) };
}

/** Somebody is at the screen: nothing turns for a while. */
export function touched(rotation: Rotation, now: number): Rotation {
  return { ...rotation, dueAt: Math.max(rotation.dueAt, now + REST_MS) };
}

/** The scene has changed: the next one is due a whole turn later, or when the rest of a touch is over. */
export function turned(rotation: Rotation, now: number): Rotation {
  return { ...rotation, dueAt: Math.max(now + (rotation.everyMs ?? 0), rotation.dueAt) };
}

/** Whether the next scene is to be painted unseen (`ahead`) or shown (`due`). */
export function phaseOf(rotation: Rotation, now: number): "standing" | "ahead" | "due" {
  if (rotation.everyMs === null || now < rotation.dueAt - AHEAD_MS) return "standing";
  return now < rotation.dueAt ? "ahead" : "due";
}
