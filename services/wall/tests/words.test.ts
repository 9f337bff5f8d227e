import { describe, expect, it } from "vitest";
import { indicatorOf, readCatalogue } from "../src/model/catalogue";
import { freshnessOf, LIVE_GRACE_MS } from "../src/model/freshness";
import { formatNumber, formatSigned } from "../src/model/numbers";
import { readObservation, type Observation } from "../src/model/observation";
import { clockTime, duration, periodWords, weekdayDate } from "../src/model/times";
import {
  breakWords,
  comparisonWords,
  doubtWords,
  goalRemark,
  growthRemark,
  reasonWords,
  spoken,
  statusWord,
} from "../src/model/words";

const NOON = Date.parse("2026-11-20T05:00:00Z");
const SHARE = indicatorOf(
  readCatalogue([{ id: "PS-04", vi: "Tỷ lệ hồ sơ đúng hạn", unit: "%", decimals: 2, owner: { short_vi: "Văn phòng UBND" } }]),
  "PS-04",
);
const AMOUNT = indicatorOf(readCatalogue([{ id: "DE-01", vi: "Doanh thu", unit: "bn VND", decimals: 0 }]), "DE-01");

function figure(rest: Record<string, unknown>): Observation {
  return readObservation({ id: "x", indicator: "PS-04", unit: "P:33", window: "30d", dims: {}, value: 97.24, ...rest })!;
}

describe("the change of a share", () => {
  it("is told in points, of anything else in per cent", () => {
    const comparisons = [
      { kind: "mom", delta: -1.22, unit: "%", base_value: 95.8, comparable: true },
      { kind: "mom", delta: -1.17, unit: "pp", base_value: 95.8, comparable: true },
    ];
    expect(comparisonWords(SHARE, figure({ comparisons }))?.replaceAll("\u00a0", " ")).toBe("tháng trước \u22121,17 điểm %");
    expect(comparisonWords(AMOUNT, figure({ comparisons }))?.replaceAll("\u00a0", " ")).toBe("tháng trước \u22121,22 %");
  });
});

it("a change of a count has no decimals that the count has not", () => {
  const comparisons = [{ kind: "day_before", delta: -1, unit: "dossiers", base_value: 2, comparable: true }];
  expect(comparisonWords(AMOUNT, figure({ comparisons }))).toContain("\u22121\u00a0");
});

describe("numbers", () => {
  // clause 10.1.3
  it("are written the Vietnamese way with a true minus", () => {
    expect(formatNumber(1234567.8, 1)).toBe("1.234.567,8");
    expect(formatNumber(-0.9, 2)).toBe("\u22120,90");
    expect(formatNumber(-0.001, 2)).toBe("0,00");
    expect([formatSigned(0.41, 2), formatSigned(-0.9, 1), formatSigned(0.001, 2)]).toEqual(["+0,41", "\u22120,9", "0,00"]);
  });
});

describe("times", () => {
  it("are those of Vietnam, whatever the machine's zone", () => {
    expect(clockTime(NOON)).toBe("12:00:00");
    expect(weekdayDate(Date.parse("2026-11-20T17:30:00Z"))).toBe("Thứ Bảy, 21/11/2026");
  });

  it("are said in one unit, rounded down", () => {
    expect([59_999, 719_000, 7_300_000, 520_000_000, -5].map(duration)).toEqual([
      "59 giây",
      "11 phút",
      "2 giờ",
      "6 ngày",
      "0 giây",
    ]);
  });

  // clause 10.1.3
  it("name windows and periods", () => {
    const names = [
      ["30d", null],
      ["month", "2026-10"],
      ["quarter", "2026-Q3"],
      ["year", "2025"],
      ["ytd", "2026-09"],
      ["ytd", "2026-Q2"],
      ["month~admin", "2026-01"],
      ["instant", null],
    ] as const;
    const words = [
      "30 ngày",
      "Tháng 10/2026",
      "Quý III/2026",
      "Năm 2025",
      "9 tháng 2026",
      "6 tháng 2026",
      "Tháng 1/2026",
      "Hiện tại",
    ];
    expect(names.map(([window, period]) => periodWords(window, period))).toEqual(words);
  });
});

describe("words of a figure", () => {
  // clause 10.1.4
  it("say the gap without a bare sign", () => {
    const target = (gap: number, op = ">=", value = 100) => figure({ target: { value, op, gap, gap_unit: "pp" } });
    expect(goalRemark(SHARE, target(-2.76))).toEqual({
      strong: "còn 2,76\u00a0điểm\u00a0%",
      rest: "tới mức 100",
    });
    expect(goalRemark(SHARE, target(1.27, ">=", 90))?.rest).toBe("mục tiêu 90");
    expect(goalRemark(SHARE, target(0))).toEqual({ strong: "đạt", rest: "mục tiêu 100" });
    expect(goalRemark(SHARE, figure({ target: { value: 30, op: ">=", path: 21.66, gap: -1.82, gap_unit: "pp" } }))?.rest).toBe(
      "tới lộ trình",
    );
    expect(goalRemark(SHARE, figure({}))).toBeNull();
  });

  it("compare with the same time last year first, then with the period before, then with the first release", () => {
    const month = { kind: "mom", delta: -1, unit: "pp", comparable: true };
    const year = { kind: "yoy", delta: 0.41, unit: "pp", comparable: true };
    expect(comparisonWords(SHARE, figure({ comparisons: [month, year] }))).toMatch(/^cùng kỳ\s\+0,41\sđiểm\s%$/);
    expect(comparisonWords(SHARE, figure({ comparisons: [month, { ...year, comparable: false }] }))).toMatch(
      /^tháng trước\s\u22121,00/,
    );
    expect(comparisonWords(SHARE, figure({ previous: { value: 97.2 } }))).toMatch(/^lần trước\s97,20\s%$/);
    expect(comparisonWords(SHARE, figure({}))).toBeNull();
    const growth = growthRemark(AMOUNT, figure({ value: 368_201, comparisons: [{ ...year, delta: 18, unit: "%" }] }));
    expect(growth).toEqual({ strong: "tăng 18\u00a0%", rest: "so với cùng kỳ" });
  });

  // clause 10.1.5
  it("name what is simulated, drilled or estimated", () => {
    expect(statusWord(figure({ quality: ["simulated"], status: "E" }))).toBe("mô phỏng");
    expect(statusWord(figure({ quality: ["backcast"] }))).toBe("tính ngược");
    expect(statusWord(figure({ status: "E" }))).toBe("ước tính");
    expect(statusWord(figure({ drill: true }))).toBe("diễn tập");
    expect(statusWord(figure({ status: "A" }))).toBeNull();
  });

  // clause 7.3.4
  it("say what speaks against a figure, and since when a series is another one", () => {
    const doubted = figure({ warnings: ["sudden_change", "parts_do_not_add_up"], status: "E" });
    expect(statusWord(doubted)).toBe("cần kiểm tra");
    expect(doubtWords(doubted)).toBe("thay đổi đột ngột so với các kỳ trước; các phần không khớp với tổng");
    const broken = figure({ break: { mark: "B", at: "2025-07-01", reason: "boundary" }, warnings: ["sudden_change"] });
    expect(statusWord(broken)).toBe("đổi chuỗi");
    expect(breakWords(broken)).toBe("đổi địa giới từ 01/07/2025");
    expect([doubtWords(figure({})), breakWords(figure({}))]).toEqual([null, null]);
  });

  // clause 10.1.2
  it("say why there is no value", () => {
    expect(reasonWords("zero_denominator")).toBe("mẫu số bằng 0");
    expect(reasonWords(null)).toBe("nguồn chưa gửi số liệu");
  });

  it("can be heard", () => {
    const item = figure({ level: { value: 2 }, target: { value: 100, op: ">=", gap: -2.76, gap_unit: "pp" } });
    const heard = spoken(SHARE, item, "trực tiếp").replaceAll("\u00a0", " ");
    expect(heard).toBe("Tỷ lệ hồ sơ đúng hạn: 97,24 phần trăm, mức 2 theo dõi, còn 2,76 điểm phần trăm tới mức 100, trực tiếp");
  });
});

describe("freshness", () => {
  const words = (rest: Record<string, unknown>, lostAt: number | null = null) => freshnessOf(figure(rest), NOON, lostAt);

  it("is one state, the worst", () => {
    expect(words({})).toEqual({ state: "live", words: "trực tiếp" });
    expect(words({ coverage: { reported: 96, expected: 104 } })).toEqual({ state: "partial", words: "96/104 xã" });
    expect(words({ freshness: { state: "late", since: "2026-11-20T04:48:00Z" } }).words).toBe("chậm 12 phút");
    expect(
      words({ freshness: { state: "stale", since: "2026-11-20T04:05:00Z" }, coverage: { reported: 1, expected: 2 } }).words,
    ).toBe("dừng từ 11:05");
    expect(words({ window: "month", finality: "provisional" }).words).toBe("tạm tính");
    expect(words({ window: "month", finality: "final", released_at: "2026-10-06T02:00:00Z" }).words).toBe("công bố 06/10");
  });

  it("of a live figure ends some time after the link, that of a published one does not", () => {
    expect(words({}, NOON - LIVE_GRACE_MS + 1).state).toBe("live");
    expect(words({}, NOON - LIVE_GRACE_MS - 1)).toEqual({ state: "stale", words: "dừng từ 11:58" });
    expect(words({ window: "quarter", finality: "final" }, NOON - 1e7).state).toBe("final");
  });
});
