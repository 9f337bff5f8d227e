import { describe, expect, it } from "vitest";
import { readMessage } from "../src/live/messages";
import { StandardWatch } from "../src/live/standing";
import { readObservation } from "../src/model/observation";

const ITEM = {
  id: "PS-04|P:33@2025-07-01||month:2026-10",
  indicator: "PS-04",
  unit: "P:33",
  dims: {},
  window: "month",
  period: "2026-10",
  value: 97.24,
  level: { value: 2, held: false, since: "2026-11-20T14:21:00+07:00" },
  target: { value: 100, op: ">=", gap: -2.76, gap_unit: "pp" },
  quality: ["simulated"],
};

describe("messages", () => {
  it("are read with what the wall needs of them", () => {
    const hello = readMessage(
      '{"type":"hello","epoch":7,"seq":3,"heartbeat":10,"server_time":"2026-11-20T07:00:00Z","screen":{"province":"33"},"extra":1}',
    );
    expect(hello).toMatchObject({ type: "hello", epoch: "7", seq: 3, heartbeatMs: 10_000, screen: { province: "33" } });
    const change = readMessage(JSON.stringify({ type: "change", seq: 9, items: [ITEM, { id: 1 }, null] }));
    expect(change).toMatchObject({ type: "change", seq: 9 });
    expect(change?.type === "change" && change.items).toHaveLength(1);
    const trend = readMessage(
      '{"type":"trend","topic":"trend/a|b||30d","step":60,"start":"2026-11-20T07:00:00Z","values":[null,1],"append":true}',
    );
    expect(trend).toMatchObject({ observation: "a|b||30d", stepMs: 60_000, values: [null, 1], append: true });
  });

  it("say when another version of the standard is in force, and once is enough", () => {
    let readAgain = 0;
    const watch = new StandardWatch(() => (readAgain += 1));
    for (const text of [
      '{"type":"hello","epoch":"e","seq":1,"standard_version":"a"}',
      '{"type":"hello","epoch":"e","seq":2,"standard_version":"a"}',
      '{"type":"standard","standard_version":"b"}',
      '{"type":"standard"}',
      '{"type":"hello","epoch":"f","seq":3,"standard_version":"b"}',
    ])
      watch.hear(readMessage(text)!);
    expect(readAgain).toBe(1);
  });

  it("that are unknown or malformed are left out", () => {
    for (const text of ["", "7", "[]", "{", '{"type":"news"}', '{"seq":1}']) expect(readMessage(text)).toBeNull();
  });

  it("carry observations whose odd members do not count", () => {
    const item = readObservation({ ...ITEM, value: "97", level: { value: 9 }, comparisons: {}, freshness: { state: "?" } });
    expect(item).toMatchObject({
      value: null,
      level: null,
      comparisons: [],
      freshness: null,
      quality: ["simulated"],
      removed: false,
    });
    expect(readObservation({ ...ITEM, unit: undefined })).toBeNull();
    expect(readObservation({ ...ITEM, value: "2026-11-26T21:35:11+07:00" })?.value).toBe(Date.UTC(2026, 10, 26, 14, 35, 11));
  });
});
