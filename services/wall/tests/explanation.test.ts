import { describe, expect, it } from "vitest";
import { figures, chances, communes } from "../dev/figures.mjs";
import { explanationOf } from "../dev/outcomes.mjs";
import { readExplanation } from "../src/model/explanation";

describe("an explanation", () => {
  it("is read whole, a page of events at a time", () => {
    const item = figures("33", communes(10, chances(7)), chances(11))[0]!;
    const first = readExplanation(explanationOf(item, null))!;
    expect(first.inputs[0]).toEqual(["được tính", 10_000]);
    expect(first.missing).toEqual(["C:90001", "C:90002"]);
    expect(first.offsets[1]).toBe("events.dossier/1: 0\u201318037");
    expect(first.events?.items).toHaveLength(5);
    expect(readExplanation(explanationOf(item, first.events?.next ?? null))?.events?.items[0]?.subject).toBe("HS-2005");
    expect(readExplanation(explanationOf(item, "10"))?.events?.next).toBeNull();
  });

  it("keeps what is there when members are absent or of another kind", () => {
    expect(readExplanation({})).toEqual({
      formula: null,
      formulaVersion: null,
      inputs: [],
      reportersExpected: null,
      reportersReported: null,
      missing: [],
      offsets: [],
      revisions: null,
      events: null,
    });
    expect(readExplanation({ inputs: { late: 3, waiting: "x" }, events: { items: [{}, { id: "a" }] } })).toMatchObject({
      inputs: [["đến muộn", 3]],
      events: { items: [{ id: "a", time: null }], next: null },
    });
    expect(readExplanation("no")).toBeNull();
    const rows = [{ revision: 3 }, { revision: 2 }, { revision: 1 }, { revision: 0 }, {}];
    expect(readExplanation({ revisions: rows })?.revisions).toBe(2);
  });
});
