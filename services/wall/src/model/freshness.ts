/** How fresh a figure is: one state, one glyph, one word. The server says the state; a lost link is the wall's own finding. */

import { dayMonth, duration, sinceWhen } from "./times";
import type { FreshnessState, Observation } from "./observation";

export interface Freshness {
  readonly state: FreshnessState;
  readonly words: string;
}

/** A live figure is called stale so long after the link was lost: one and a half times the least contract interval of a minute. */
export const LIVE_GRACE_MS = 90_000;

const LIVE_WINDOWS = new Set(["5m", "1h", "24h", "7d", "30d", "instant", "all"]);

/** The freshness of a figure at `now`; `lostAt` is when the link was lost, null while it stands. */
export function freshnessOf(item: Observation, now: number, lostAt: number | null): Freshness {
  const state = stateOf(item, now, lostAt);
  return { state, words: wordsOf(item, state, now, lostAt) };
}

function stateOf(item: Observation, now: number, lostAt: number | null): FreshnessState {
  const live = LIVE_WINDOWS.has(item.window);
  if (live && lostAt !== null && now - lostAt > LIVE_GRACE_MS) return "stale";
  const told = item.freshness?.state ?? "live";
  if (told === "stale") return "stale";
  if (told === "partial" || isPartial(item)) return "partial";
  if (told === "late" || told === "no_roster") return told;
  if (item.finality === "final" || told === "final") return "final";
  if (told === "provisional" || (item.finality === "provisional" && !live)) return "provisional";
  return live ? "live" : "final";
}

function wordsOf(item: Observation, state: FreshnessState, now: number, lostAt: number | null): string {
  const since = item.freshness?.since ?? null;
  switch (state) {
    case "live":
      return "trực tiếp";
    case "provisional":
      return "tạm tính";
    case "final": {
      if (item.releasedAt !== null) return `công bố ${dayMonth(item.releasedAt)}`;
      return item.closesAt === null ? "đã công bố" : `chốt ${dayMonth(item.closesAt)}`;
    }
    case "late":
      return since === null ? "chậm" : `chậm ${duration(now - since)}`;
    case "stale": {
      const from = item.freshness?.state === "stale" ? since : (lostAt ?? since);
      return from === null ? "đã dừng" : `dừng từ ${sinceWhen(from, now)}`;
    }
    case "partial":
      return item.reported === null || item.expected === null ? "chưa đủ" : `${item.reported}/${item.expected} xã`;
    case "no_roster":
      return "chưa rõ độ đủ";
  }
}

function isPartial(item: Observation): boolean {
  return item.reported !== null && item.expected !== null && item.reported < item.expected;
}
