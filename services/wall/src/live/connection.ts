/**
 * The conversation with the server as a pure state machine: when to connect, what to ask, when a link is dead, how to come back.
 * `step(state, event, now)` gives the next state and what has to be done; sockets, timers and chance are the caller's.
 */

import { subscribeMessage, type Position, type ServerMessage } from "./messages";
import type { Observation } from "../model/observation";

export const LIMITS = {
  /** A connection that is not greeted for so long is dropped. */
  greetingMs: 10_000,
  /** Silence of so many heartbeats means that the link is dead. */
  heartbeatsMissed: 2.5,
  heartbeatMs: 10_000,
  /** Pause before the first new attempt; it doubles up to the longest. A pause named by the server is kept to its letter. */
  pauseMs: 500,
  pauseMaxMs: 15_000,
  /** A snapshot of more items is not believed: the connection is dropped. */
  snapshotItemsMax: 20_000,
} as const;

export type Phase = "waiting" | "connecting" | "greeting" | "open";

export interface LinkState {
  readonly phase: Phase;
  readonly topics: readonly string[];
  /** Of these the ones that the centre does not have; it is asked again after a greeting, and when the standard changes. */
  readonly refused: readonly string[];
  /** When the present phase began, or for `open` when something was last heard. */
  readonly since: number;
  readonly retryAt: number;
  readonly attempts: number;
  readonly announcedPauseMs: number | null;
  /** When the link was lost, null while it is there. Before the first greeting: when the wall began to try. */
  readonly lostAt: number | null;
  readonly position: Position | null;
  readonly heartbeatMs: number;
  /** Items of a snapshot that is not complete yet, null when none is under way. */
  readonly arriving: readonly Observation[] | null;
  /** Whether every change up to `position` has been received, so that the conversation can be resumed there. */
  readonly resumable: boolean;
}

export type LinkEvent =
  | { readonly kind: "opened" }
  | { readonly kind: "chosen"; readonly topics: readonly string[] }
  | { readonly kind: "received"; readonly message: ServerMessage }
  | { readonly kind: "closed"; readonly chance: number }
  | { readonly kind: "tick" };

export type LinkEffect =
  | { readonly kind: "connect" }
  | { readonly kind: "send"; readonly text: string }
  | { readonly kind: "drop" }
  | { readonly kind: "replace"; readonly items: readonly Observation[] }
  | { readonly kind: "merge"; readonly items: readonly Observation[] };

export interface Step {
  readonly state: LinkState;
  readonly effects: readonly LinkEffect[];
}

export const SUBSCRIPTION = "wall";

/** A link that has not been tried yet; the first tick connects. */
export function startLink(topics: readonly string[], now: number): LinkState {
  return {
    phase: "waiting",
    topics,
    refused: [],
    since: now,
    retryAt: now,
    attempts: 0,
    announcedPauseMs: null,
    lostAt: now,
    position: null,
    heartbeatMs: LIMITS.heartbeatMs,
    arriving: null,
    resumable: false,
  };
}

/** Take one event at `now` (milliseconds of a clock that never jumps). */
export function step(state: LinkState, event: LinkEvent, now: number): Step {
  switch (event.kind) {
    case "opened":
      return quiet({ ...state, phase: "greeting", since: now });
    case "chosen":
      return chosen(state, event.topics);
    case "received":
      return receive({ ...state, since: now }, event.message, now);
    case "closed":
      return closed(state, event.chance, now);
    case "tick":
      return tick(state, now);
  }
}

/** Seconds until the next attempt, 0 while one is under way. */
export function retryInSeconds(state: LinkState, now: number): number {
  return state.phase === "waiting" ? Math.max(0, Math.ceil((state.retryAt - now) / 1000)) : 0;
}

function receive(state: LinkState, message: ServerMessage, now: number): Step {
  switch (message.type) {
    case "hello":
      return greeted(state, message);
    case "snapshot":
      return message.id === SUBSCRIPTION
        ? snapshot(state, message)
        : { state, effects: [{ kind: "merge", items: message.items }] };
    case "change":
      return { state: moved(state, message.seq), effects: [{ kind: "merge", items: message.items }] };
    case "resumed":
      return quiet({ ...state, lostAt: null });
    case "heartbeat":
      return quiet(message.seq === null ? state : moved(state, message.seq));
    case "gap":
      return quiet({ ...state, arriving: [], resumable: false });
    case "bye":
      return quiet({ ...state, announcedPauseMs: message.retryAfterMs, since: now });
    case "standard":
      return state.refused.length === 0 ? quiet(state) : chosen({ ...state, refused: [] }, state.topics);
    case "error":
      return message.id !== SUBSCRIPTION || message.topics.length === 0
        ? quiet(state)
        : chosen({ ...state, refused: [...state.refused, ...message.topics] }, state.topics);
    case "trend":
      return quiet(state);
  }
}

function chosen(state: LinkState, topics: readonly string[]): Step {
  const after = { ...state, topics, resumable: false, arriving: null };
  const wanted = topics.filter((topic) => !state.refused.includes(topic));
  return state.phase === "open" && wanted.length > 0
    ? { state: after, effects: [{ kind: "send", text: subscribeMessage(SUBSCRIPTION, wanted, null) }] }
    : quiet(after);
}

function greeted(state: LinkState, hello: ServerMessage & { readonly type: "hello" }): Step {
  const resume = state.resumable && state.position?.epoch === hello.epoch ? state.position : null;
  const text = subscribeMessage(SUBSCRIPTION, state.topics, resume);
  return {
    state: {
      ...state,
      phase: "open",
      refused: [],
      attempts: 0,
      announcedPauseMs: null,
      arriving: null,
      resumable: resume !== null,
      position: resume ?? { epoch: hello.epoch, seq: 0 },
      heartbeatMs: hello.heartbeatMs ?? LIMITS.heartbeatMs,
    },
    effects: state.topics.length === 0 ? [] : [{ kind: "send", text }],
  };
}

function snapshot(state: LinkState, message: ServerMessage & { readonly type: "snapshot" }): Step {
  const items = [...(state.arriving ?? []), ...message.items];
  if (items.length > LIMITS.snapshotItemsMax)
    return { state: { ...state, arriving: null, resumable: false }, effects: [{ kind: "drop" }] };
  const after = moved(state, message.seq);
  if (message.more) return quiet({ ...after, arriving: items });
  return { state: { ...after, arriving: null, resumable: true, lostAt: null }, effects: [{ kind: "replace", items }] };
}

function closed(state: LinkState, chance: number, now: number): Step {
  const growing = Math.min(LIMITS.pauseMs * 2 ** state.attempts, LIMITS.pauseMaxMs) * (0.75 + 0.5 * chance);
  const pauseMs = state.announcedPauseMs ?? growing;
  return quiet({
    ...state,
    phase: "waiting",
    since: now,
    retryAt: now + pauseMs,
    attempts: Math.min(state.attempts + 1, 16),
    announcedPauseMs: null,
    lostAt: state.lostAt ?? now,
    arriving: null,
    resumable: state.resumable && state.arriving === null,
  });
}

function tick(state: LinkState, now: number): Step {
  if (state.phase === "waiting") {
    if (now < state.retryAt) return quiet(state);
    return { state: { ...state, phase: "connecting", since: now }, effects: [{ kind: "connect" }] };
  }
  const patienceMs = state.phase === "open" ? state.heartbeatMs * LIMITS.heartbeatsMissed : LIMITS.greetingMs;
  if (now - state.since <= patienceMs) return quiet(state);
  return { state: { ...state, since: now }, effects: [{ kind: "drop" }] };
}

function moved(state: LinkState, seq: number): LinkState {
  return { ...state, position: state.position === null ? null : { ...state.position, seq: Math.max(seq, state.position.seq) } };
}

function quiet(state: LinkState): Step {
  return { state, effects: [] };
}
