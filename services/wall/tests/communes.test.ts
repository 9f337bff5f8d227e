import { describe, expect, it } from "vitest";
import { readProcedures } from "../src/live/standing";
import { found } from "../src/model/finding";
import { linesOf, namedLines } from "../src/model/lines";
import { folded, readPlaces } from "../src/model/places";
import { estimateWidth } from "../src/model/width";

const PLACES = readPlaces(
  ["Phường Phố Hiến", "Xã Đồng Châu", "Xã Châu Ninh", "Xã Việt Tiến"].map((name_vi, index) => ({
    code: `C:1000${index}`,
    name_vi,
  })),
);
const LONG = "Thủ tục xác định, xác định lại mức độ khuyết tật và cấp Giấy xác nhận khuyết tật cho người khuyết tật";

describe("a commune is found", () => {
  it("without accents and case; names that begin so come first", () => {
    expect(folded("  Đồng  Châu ")).toBe("dong chau");
    expect(found(PLACES, new Map(), "CHÂU").map(({ nameShort }) => nameShort)).toEqual(["Châu Ninh", "Đồng Châu"]);
    expect(found(PLACES, new Map(), "pho hien").map(({ unit }) => unit)).toEqual(["C:10000"]);
    expect(found(PLACES, new Map(), "10003").map(({ nameShort }) => nameShort)).toEqual(["Việt Tiến"]);
    expect(found(PLACES, new Map(), "nowhere")).toEqual([]);
  });
});

describe("the name of a procedure", () => {
  it("is broken at spaces and never wider than its room", () => {
    const lines = namedLines(LONG, "1.004305", 340, 24, 2);
    expect(lines.length).toBe(2);
    expect(lines[0]).toMatch(/^Xác định/);
    expect(lines[1]).toMatch(/\(1\.004305\)$/);
    for (const line of lines) expect(estimateWidth(line, 24)).toBeLessThanOrEqual(340);
    expect(linesOf("Đăng ký khai sinh", 340, 24, 2)).toEqual(["Đăng ký khai sinh"]);
    expect(linesOf("x".repeat(500), 340, 24, 2)).toBeNull();
  });

  it("is its code where no catalogue tells it", () => {
    expect(namedLines(null, "9.9", 340, 24, 2)).toEqual(["Thủ tục 9.9"]);
    expect(namedLines("x".repeat(500), "9.9", 340, 24, 2)).toEqual(["Thủ tục 9.9"]);
  });

  it("is read from the api; what is none is left out", () => {
    const names = readProcedures([{ code: "1", title: " Đăng  ký " }, { code: 2, title: "x" }, null, { code: "3" }]);
    expect([...names]).toEqual([["1", "Đăng ký"]]);
  });
});
