/** Courses as the server sends them: whole, or a few points to append. */

import type { Trend } from "../scenes/context";
import type { ServerMessage } from "./messages";

/** Points kept of a course; older ones are left out. */
const POINTS_MAX = 400;

/** The course after a message. */
export function drawnOn(known: Trend | undefined, message: ServerMessage & { readonly type: "trend" }): Trend {
  const before = message.append ? known : undefined;
  const whole = {
    start: before?.start ?? message.start,
    stepMs: before?.stepMs ?? message.stepMs,
    values: [...(before?.values ?? []), ...message.values],
  };
  return lastPoints(whole, POINTS_MAX);
}

function lastPoints({ start, stepMs, values }: Trend, count: number): Trend {
  const skipped = Math.max(0, values.length - count);
  return { start: start === null || stepMs === null ? start : start + skipped * stepMs, stepMs, values: values.slice(skipped) };
}
