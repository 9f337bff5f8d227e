/** Made-up figures of the economy, of feedback and of tasks, in every state of freshness; and where a figure would be from. */

import { observation, share } from "./figures.mjs";

/** @typedef {import("./figures.mjs").Item} Item */
/** @typedef {import("./figures.mjs").Commune} Commune */

const HOUR_MS = 3_600_000;
const EVENTS = 13;
const PAGE = 5;

/** What scenes 4 and 5 show. @param {string} province @param {readonly Commune[]} places @param {() => number} chance @returns {Item[]} */
export function moreFigures(province, places, chance) {
  const own = `P:${province}`;
  const yoy = (/** @type {number} */ delta, unit = "%") => ({
    comparisons: [{ kind: "yoy", delta, unit, base_value: null, comparable: true }],
  });
  const released = { finality: "final", released_at: "2026-10-06T09:00:00+07:00" };
  const state = (/** @type {string} */ name, hours = 1, late = /** @type {string[]} */ ([])) => ({
    freshness: { state: name, since: new Date(Date.now() - hours * HOUR_MS).toISOString(), reason: null, sources_late: late },
  });
  const level = (/** @type {number} */ value, held = false) => ({ level: { value, held, since: null } });
  return [
    share("EC-01", own, "ytd", 9.12, 100_000, [], 10, {
      period: "2026-Q3",
      status: "E",
      ...released,
      ...level(2),
      ...yoy(0.4, "pp"),
    }),
    observation("EC-03", own, "month", { period: "2026-10", value: 112.4, ...released, ...level(0), ...yoy(12.4) }),
    share("EC-05", own, "ytd", 94.31, 32_000, [], 100, { period: "2026-11", ...level(0), ...yoy(6.8) }),
    observation("EC-08", own, "ytd", { period: "2026-11", value: 1_204, ...level(0), ...yoy(-3.2) }),
    observation("EC-07", own, "month", { period: "2026-10", value: 612, ...released, ...yoy(15.7) }),
    observation("ST-03", "N:VN", "month", { period: "2026-10", value: 88, quality: [], ...released, ...yoy(24.1) }),
    share("FB-01", own, "30d", 97.1, 4_210, [98, 95, 90], 100, { ...state("late", 0.2, ["Một cửa tỉnh"]), ...yoy(1.1, "pp") }),
    share("FB-02", own, "30d", 91.27, 1_900, [90, 85, 80], 90, { ...state("no_roster"), ...yoy(2.05, "pp") }),
    observation("FB-04", own, "30d", { value: 41, ...state("stale", 2, ["Cổng phản ánh"]), ...level(3, true) }),
    observation("FB-03", own, "instant", { value: 12, ...level(2), coverage: { reported: 96, expected: 104 } }),
    share("TK-03", own, "quarter", 52.3, 130, [50, 35, 20], 50, { period: "2026-Q4", drill: true }),
    share("TK-01", own, "month", 91.2, 342, [95, 90, 80], 100, { period: "2026-11", closes_at: "2026-12-03T00:00:00+07:00" }),
    observation("TK-02", own, "instant", { value: 3, ...level(2) }),
    observation("FB-05", own, "24h", { value: null, null_reason: "suppressed" }),
    ...places
      .slice(3)
      .map(({ unit }, index) =>
        share(
          "FB-01",
          unit,
          "30d",
          index % 29 === 4 ? 87 + chance() * 2 : index % 7 === 2 ? 93 + chance() * 4 : 98 + chance() * 2,
          40 + Math.round(chance() * 200),
          [98, 95, 90],
          100,
        ),
      ),
  ];
}

/** The catalogue of them. @returns {Item[]} */
export function moreCatalogue() {
  /** @param {string} id @param {string} vi @param {string} unit @param {number} decimals @param {readonly number[]} bounds */
  const entry = (id, vi, unit, decimals, bounds) => ({
    id,
    vi,
    unit,
    decimals,
    kind: "outcome",
    owner: { code: "X", short_vi: id.startsWith("EC") ? "Thống kê" : "Văn phòng UBND" },
    alert_levels: {
      on: "value",
      min_denominator: 20,
      levels: bounds.map((bound, index) => ({ level: index + 2, op: "<", bound })),
    },
  });
  return [
    entry("EC-01", "Tốc độ tăng GRDP", "%", 2, []),
    entry("EC-03", "Chỉ số sản xuất công nghiệp", "index", 1, []),
    entry("EC-05", "Thu ngân sách nhà nước so dự toán", "%", 2, []),
    entry("EC-07", "Kim ngạch xuất khẩu hàng hóa", "mn USD", 0, []),
    entry("EC-08", "Doanh nghiệp gia nhập ròng", "firms", 0, []),
    entry("ST-03", "Giá trị giao dịch trên sàn công nghệ", "bn VND", 0, []),
    entry("FB-01", "Tỷ lệ phản ánh, kiến nghị xử lý đúng hạn", "%", 2, [98, 95, 90]),
    entry("FB-02", "Tỷ lệ hài lòng về xử lý phản ánh", "%", 2, [90, 85, 80]),
    entry("FB-03", "Phản ánh đang quá hạn và đếm ngược", "items", 0, []),
    entry("FB-04", "Thời gian xử lý phản ánh", "hours", 0, []),
    entry("FB-05", "Điểm nóng phản ánh theo địa bàn", "per 10,000 inhabitants", 1, []),
    entry("TK-01", "Tỷ lệ nhiệm vụ đến hạn hoàn thành đúng hạn", "%", 2, [95, 90, 80]),
    entry("TK-02", "Nhiệm vụ quá hạn chưa hoàn thành", "tasks", 0, []),
    entry("TK-03", "Tỷ lệ nhiệm vụ có kết quả cuối cùng được kiểm chứng", "%", 2, [50, 35, 20]),
  ];
}

/** Where a figure would be from, a page of events at a time. @param {Item} item @param {string | null} cursor @returns {Item} */
export function explanationOf(item, cursor) {
  const from = Number(cursor ?? 0);
  const events = Array.from({ length: Math.min(PAGE, EVENTS - from) }, (_, index) => ({
    id: `01JD${String(7_400_000 + from + index)}`,
    source: "vn:33:mot-cua",
    type: "vn.ioc.dossier.finished.v1",
    time: new Date(Date.now() - (from + index) * 70_000).toISOString(),
    unit: "C:90004",
    subject: `HS-${String(2_000 + from + index)}`,
    recordedtime: new Date(Date.now() - (from + index) * 70_000 + 900).toISOString(),
  }));
  return {
    observation: item,
    formula: {
      id: "PS-04",
      version: 1,
      text: "100 × hồ sơ trả trước hạn, đúng hạn / hồ sơ đã trả",
      numerator: ["dossiers_on_time"],
      denominator: ["dossiers_finished"],
    },
    inputs: { counted: 10_000, late: 41, duplicate: 12, quarantined: 3, superseded: 8, waiting: 0 },
    reporters: { expected: 104, reported: 102, missing: ["C:90001", "C:90002"] },
    offsets: Array.from({ length: 6 }, (_, partition) => ({
      topic: "events.dossier",
      partition,
      from: 0,
      to: 18_000 + partition * 37,
    })),
    revisions: [{ as_of: "2026-11-20T08:00:00+07:00", value: 97.2, revision: 0 }],
    events: { items: events, next: from + PAGE < EVENTS ? String(from + PAGE) : null },
  };
}
