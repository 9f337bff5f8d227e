import { describe, expect, it } from "vitest";
import { estimateWidth } from "../src/model/width";
import { readSettings } from "../src/settings";
import { h, textOf } from "../src/view/node";

describe("views", () => {
  it("leave out what is not there and join texts", () => {
    const view = h("p", { key: 3, id: "a" }, "one ", null, false, "", ["two", h("b", {}, "!")]);
    expect(view).toMatchObject({ key: "3", attributes: { id: "a" } });
    expect(view.children[0]).toBe("one two");
    expect(textOf(view)).toBe("one two!");
  });
});

describe("settings", () => {
  it("are read from the address; nonsense is left out", () => {
    const read = (query: string) => readSettings(new URLSearchParams(query));
    expect(read("province=P:33&scene=2&theme=light&motion=none&bezel=3x3&unit=C:11953")).toEqual({
      province: "33",
      bezel: "3x3",
      unit: "C:11953",
      scene: "2",
      theme: "light",
      still: true,
      rotateSeconds: null,
      far: null,
    });
    const nothing = {
      province: null,
      bezel: null,
      unit: null,
      scene: null,
      theme: null,
      still: false,
      rotateSeconds: null,
      far: null,
    };
    expect(read("province=<b>&theme=pink&rotate=x&profile=near&distance=7")).toEqual(nothing);
    expect(read("rotate=60&profile=far&distance=6")).toEqual({ ...nothing, rotateSeconds: 60, far: 6 });
    expect([read("profile=far").far, read("profile=far&distance=99").far]).toEqual([7, 8.8]);
  });
});

describe("the width of a text", () => {
  it("is near to what the font gives, and never much less", () => {
    const measured = [
      ["30 ngày · cùng kỳ +0,41 điểm %", 15.3],
      ["Hồ sơ đúng hạn", 7.36],
    ] as const;
    for (const [text, em] of measured) {
      expect(estimateWidth(text, 100) / 100 / em).toBeGreaterThan(0.98);
      expect(estimateWidth(text, 100) / 100 / em).toBeLessThan(1.08);
    }
  });
});
