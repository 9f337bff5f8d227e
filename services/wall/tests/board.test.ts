import { describe, expect, it } from "vitest";
import { Board } from "../src/model/board";
import { readObservation, type Observation } from "../src/model/observation";

function figure(unit: string, value: number, rest: Record<string, unknown> = {}): Observation {
  return readObservation({ id: `PS-04|${unit}||30d`, indicator: "PS-04", unit, window: "30d", dims: {}, value, ...rest })!;
}

describe("the board", () => {
  it("keeps the newest figure of each key, and forgets what is removed", () => {
    const board = new Board();
    board.replace([figure("P:33", 97), figure("C:1", 90), figure("C:2", 80)]);
    board.merge([figure("C:1", 91), figure("C:2", 0, { removed: true })]);
    expect(board.get("PS-04", "P:33", "30d")?.value).toBe(97);
    expect([...board.communes("PS-04", "30d")].map(([unit, item]) => [unit, item.value])).toEqual([["C:1", 91]]);
    board.replace([figure("C:3", 1)]);
    expect(board.totals().map((item) => item.unit)).toEqual(["C:3"]);
  });

  it("shows today's unit, whatever comes last of a former one with its code", () => {
    const board = new Board();
    board.merge([figure("P:33", 97, { valid_from: "2025-07-01" }), figure("P:33", 0, { valid_from: "1900-01-01" })]);
    board.merge([figure("P:33", 0, { valid_from: "1900-01-01", removed: true })]);
    expect(board.get("PS-04", "P:33", "30d")?.value).toBe(97);
    board.merge([figure("P:33", 98, { valid_from: "2025-07-01" })]);
    expect(board.get("PS-04", "P:33", "30d")?.value).toBe(98);
  });

  it("mixes no figure of a former unit with those of today's, in whatever order they come", () => {
    const [former, today] = ["1900-01-01", "2025-07-01"];
    const board = new Board();
    board.merge([
      figure("C:1", 7, { valid_from: former }),
      figure("C:1", 3, { valid_from: former, dims: { procedure: "old" } }),
      figure("C:1", 4, { valid_from: today, dims: { procedure: "new" } }),
    ]);
    expect(board.get("PS-04", "C:1", "30d")).toBeNull();
    expect([...board.breakdown("PS-04", "C:1", "30d", "procedure").keys()]).toEqual(["new"]);
    board.merge([
      figure("C:1", 4, { valid_from: today, dims: { procedure: "new" }, removed: true }),
      figure("C:1", 8, { valid_from: former }),
    ]);
    expect(board.totals()).toEqual([]);
    board.replace([figure("C:1", 9, { valid_from: former })]);
    expect(board.get("PS-04", "C:1", "30d")?.value).toBe(9);
  });

  it("tells breakdowns, calendars and periods apart from totals", () => {
    const board = new Board();
    board.merge([
      figure("P:33", 97, { window: "month", period: "2026-10" }),
      figure("P:33", 98, { window: "month", period: "2026-11" }),
      figure("P:33", 50, { window: "month", calendar: "administrative" }),
      figure("P:33", 40, { window: "month", dims: { procedure: "1.004" } }),
    ]);
    expect(board.get("PS-04", "P:33", "month")?.value).toBe(98);
    expect(board.get("PS-04", "P:33", "month~admin")?.value).toBe(50);
    expect([...board.breakdown("PS-04", "P:33", "month", "procedure").keys()]).toEqual(["1.004"]);
  });
});
