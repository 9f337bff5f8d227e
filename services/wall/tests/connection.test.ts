import { describe, expect, it } from "vitest";
import { LIMITS, retryInSeconds, startLink, step, type LinkEvent, type LinkState } from "../src/live/connection";
import { Followed } from "../src/live/followed";
import type { ServerMessage } from "../src/live/messages";
import { readObservation, type Observation } from "../src/model/observation";

const TOPICS = ["indicators/33/P:33/PS-04/30d"];

function figure(value: number): Observation {
  const item = { id: "PS-04|P:33@2025-07-01||30d", indicator: "PS-04", unit: "P:33", window: "30d", dims: {}, value };
  return readObservation(item)!;
}

function hello(epoch: string, seq = 5): LinkEvent {
  const rest = { heartbeatMs: 10_000, serverTime: null, build: null, standard: null, screen: null };
  return { kind: "received", message: { type: "hello", epoch, seq, ...rest } };
}

function received(message: ServerMessage): LinkEvent {
  return { kind: "received", message };
}

function snapshot(seq: number, more: boolean, ...items: Observation[]): LinkEvent {
  return received({ type: "snapshot", id: "wall", seq, items, more });
}

/** Take events at one moment; gives the last step. */
function run(state: LinkState, now: number, ...events: LinkEvent[]) {
  let last = step(state, { kind: "tick" }, now);
  for (const event of events) last = step(last.state, event, now);
  return last;
}

function open(now = 0): LinkState {
  return run(startLink(TOPICS, now), now, { kind: "opened" }, hello("e1"), snapshot(7, false, figure(97))).state;
}

describe("a link", () => {
  it("connects at once, subscribes after the greeting and is there when the snapshot is whole", () => {
    const begun = step(startLink(TOPICS, 0), { kind: "tick" }, 0);
    expect(begun.effects).toEqual([{ kind: "connect" }]);
    const greeted = run(startLink(TOPICS, 0), 0, { kind: "opened" }, hello("e1"));
    expect(greeted.effects).toEqual([{ kind: "send", text: JSON.stringify({ type: "subscribe", id: "wall", topics: TOPICS }) }]);
    const half = step(greeted.state, snapshot(7, true, figure(96)), 1);
    expect(half.effects).toEqual([]);
    expect(half.state.lostAt).toBe(0);
    const whole = step(half.state, snapshot(7, false, figure(97)), 2);
    expect(whole.effects).toEqual([{ kind: "replace", items: [figure(96), figure(97)] }]);
    expect(whole.state).toMatchObject({ lostAt: null, resumable: true, position: { epoch: "e1", seq: 7 } });
  });

  it("asks without the topics that the centre does not have, until the standard changes", () => {
    const [right, wrong] = ["indicators/33/P:33/PS-04/30d", "indicators/33/P:33/XX/30d"];
    const asks = (topics: readonly string[]) => [
      { kind: "send", text: JSON.stringify({ type: "subscribe", id: "wall", topics }) },
    ];
    const greeted = run(startLink([right, wrong], 0), 0, { kind: "opened" }, hello("e1"));
    expect(greeted.effects).toEqual(asks([right, wrong]));
    const error = { type: "error", detail: "", topics: [wrong] } as const;
    expect(step(greeted.state, received({ ...error, id: "trends" }), 1).effects).toEqual([]);
    const without = step(greeted.state, received({ ...error, id: "wall" }), 1);
    expect(without.effects).toEqual(asks([right]));
    expect(step(without.state, { kind: "chosen", topics: [wrong, right] }, 2).effects).toEqual(asks([right]));
    expect(step(without.state, { kind: "chosen", topics: [wrong] }, 2).effects).toEqual([]);
    const again = step(without.state, received({ type: "standard", standard: "b" }), 3);
    expect(again.effects).toEqual(asks([right, wrong]));
    expect(step(again.state, received({ type: "standard", standard: "c" }), 4).effects).toEqual([]);
  });

  // clause 10.3.2
  it("resumes in the same epoch and keeps its values", () => {
    const lost = step(open(), { kind: "closed", chance: 0.5 }, 1000).state;
    expect(lost.lostAt).toBe(1000);
    const back = run(lost, 2000, { kind: "opened" }, hello("e1", 9));
    expect(JSON.parse((back.effects[0] as { text: string }).text)).toMatchObject({ resume: { epoch: "e1", seq: 7 } });
    const resumed = step(back.state, received({ type: "resumed", id: "wall" }), 2100);
    expect(resumed.state.lostAt).toBeNull();
    const changed = step(resumed.state, received({ type: "change", seq: 9, items: [figure(98)] }), 2200);
    expect(changed.effects).toEqual([{ kind: "merge", items: [figure(98)] }]);
    expect(changed.state.position).toEqual({ epoch: "e1", seq: 9 });
  });

  // clause 10.3.2
  it("does not resume in another epoch, nor after a gap or a snapshot that was cut off", () => {
    const lost = step(open(), { kind: "closed", chance: 0.5 }, 1000).state;
    const elsewhere = run(lost, 2000, { kind: "opened" }, hello("e2", 3));
    expect((elsewhere.effects[0] as { text: string }).text).not.toContain("resume");
    expect(elsewhere.state.position).toEqual({ epoch: "e2", seq: 0 });
    const gap = run(open(), 1, received({ type: "gap", id: "wall", reason: "too_old" }), snapshot(20, true, figure(1)));
    const cut = step(gap.state, { kind: "closed", chance: 0 }, 2).state;
    expect(cut.resumable).toBe(false);
  });

  it("waits as long as the server says, else longer each time up to a bound", () => {
    const told = run(open(), 0, received({ type: "bye", retryAfterMs: 8000 }), { kind: "closed", chance: 1 }).state;
    expect(told.retryAt).toBe(8000);
    expect(retryInSeconds(told, 500)).toBe(8);
    let state = startLink(TOPICS, 0);
    let now = 0;
    const pauses: number[] = [];
    for (let attempt = 0; attempt < 12; attempt += 1) {
      state = step(step(state, { kind: "tick" }, now).state, { kind: "closed", chance: 0.5 }, now).state;
      pauses.push(state.retryAt - now);
      now = state.retryAt;
    }
    expect(pauses[0]).toBe(LIMITS.pauseMs);
    expect(pauses.at(-1)).toBe(LIMITS.pauseMaxMs);
    expect([...pauses].sort((one, other) => one - other)).toEqual(pauses);
  });

  it("drops a link that is silent for too long, open or not yet greeted", () => {
    const patience = 10_000 * LIMITS.heartbeatsMissed;
    expect(step(open(), { kind: "tick" }, patience).effects).toEqual([]);
    expect(step(open(), { kind: "tick" }, patience + 1).effects).toEqual([{ kind: "drop" }]);
    const waiting = step(startLink(TOPICS, 0), { kind: "tick" }, 0).state;
    expect(step(waiting, { kind: "tick" }, LIMITS.greetingMs + 1).effects).toEqual([{ kind: "drop" }]);
    const heard = step(open(), received({ type: "heartbeat", seq: 12, serverTime: null }), 20_000).state;
    expect(step(heard, { kind: "tick" }, patience + 1).effects).toEqual([]);
    expect(heard.position?.seq).toBe(12);
  });

  it("does not believe a snapshot without end", () => {
    const many = Array<Observation>(LIMITS.snapshotItemsMax + 1).fill(figure(1));
    const refused = run(startLink(TOPICS, 0), 0, { kind: "opened" }, hello("e1"), snapshot(1, true, ...many));
    expect(refused.effects).toEqual([{ kind: "drop" }]);
  });

  it("subscribes later when it learns its topics from the greeting", () => {
    const greeted = run(startLink([], 0), 0, { kind: "opened" }, hello("e1"));
    expect(greeted.effects).toEqual([]);
    expect(step(greeted.state, { kind: "chosen", topics: TOPICS }, 1).effects).toHaveLength(1);
  });
});

describe("what is followed beside the wall's own", () => {
  it("is asked for anew without what the centre does not have", () => {
    const sent: string[] = [];
    const followed = new Followed("trends", (text) => sent.push(text));
    const asked = (topics: string[]) => JSON.stringify({ type: "subscribe", id: "trends", topics });
    followed.follow(["b", "a"]);
    followed.hear({ type: "error", id: "wall", detail: "", topics: ["b"] });
    followed.follow(["b", "a"]);
    expect(sent).toEqual([asked(["a", "b"])]);
    followed.hear({ type: "error", id: "trends", detail: "", topics: ["b"] });
    followed.follow(["b", "a"]);
    followed.follow(["b", "a"]);
    followed.hear({ type: "standard", standard: "b" });
    followed.follow(["b", "a"]);
    expect(sent).toEqual([asked(["a", "b"]), asked(["a"]), asked(["a", "b"])]);
  });
});
