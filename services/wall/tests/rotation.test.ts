import { describe, expect, it } from "vitest";
import { phaseOf, startRotation, touched, turned } from "../src/model/rotation";

describe("rotation", () => {
  it("is off unless asked for, and never faster than half a minute", () => {
    expect(phaseOf(startRotation(null, 0), 1e9)).toBe("standing");
    const fast = startRotation(5, 0);
    expect([27_999, 28_000, 29_999, 30_000].map((now) => phaseOf(fast, now))).toEqual(["standing", "ahead", "ahead", "due"]);
  });

  it("rests for five minutes after a touch, also when the touch chose another scene", () => {
    const rested = turned(touched(startRotation(60, 0), 10_000), 10_000);
    expect(phaseOf(rested, 307_000)).toBe("standing");
    expect(phaseOf(rested, 310_000)).toBe("due");
  });

  it("gives each scene its whole time", () => {
    const second = turned(startRotation(60, 0), 60_000);
    expect([117_000, 120_000].map((now) => phaseOf(second, now))).toEqual(["standing", "due"]);
  });
});
