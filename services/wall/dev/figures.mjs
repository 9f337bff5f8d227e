/** Made-up figures for developing and testing the wall alone. They are named as simulated, as real simulated ones are. */

/** @typedef {Record<string, unknown>} Item */
/** @typedef {{ unit: string, name: string, lat: number, lon: number }} Commune */

const SYLLABLES = [
  "An",
  "Bình",
  "Châu",
  "Đông",
  "Hà",
  "Hồng",
  "Khánh",
  "Lạc",
  "Mỹ",
  "Nam",
  "Ngọc",
  "Phú",
  "Quang",
  "Tân",
  "Thái",
  "Tiên",
  "Vũ",
  "Yên",
];

/** Numbers between 0 and 1 that are the same for the same seed. @param {number} seed @returns {() => number} */
export function chances(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Communes scattered along a band from north-west to south-east. @param {number} count @param {() => number} chance @returns {Commune[]} */
export function communes(count, chance) {
  return Array.from({ length: count }, (_, index) => {
    const along = index / count;
    const first = SYLLABLES[index % SYLLABLES.length];
    const second = SYLLABLES[Math.floor(index / SYLLABLES.length + index * 5 + 7) % SYLLABLES.length];
    return {
      unit: `C:${String(90_001 + index)}`,
      name: `${index % 7 === 0 ? "Phường" : "Xã"} ${first} ${second}`,
      lat: 20.95 - along * 0.62 + (chance() - 0.5) * 0.26,
      lon: 105.95 + along * 0.62 + (chance() - 0.5) * 0.26,
    };
  });
}

/** One observation with the members every one has. @param {string} indicator @param {string} unit @param {string} window @param {Item} rest @returns {Item} */
export function observation(indicator, unit, window, rest) {
  const { dims = {}, ...others } = rest;
  const period = typeof rest["period"] === "string" ? rest["period"] : null;
  const from = unit === "N:VN" ? "1900-01-01" : "2025-07-01";
  const members = Object.entries(/** @type {Record<string, string>} */ (dims))
    .map(([name, member]) => `${name}=${member}`)
    .join(",");
  const calendarWindow = period !== null;
  return {
    id: `${indicator}|${unit}@${from}|${members}|${window}${period === null ? "" : `:${period}`}`,
    indicator,
    unit,
    valid_from: from,
    dims,
    window,
    period,
    calendar: "statistical",
    status: "A",
    finality: calendarWindow ? "provisional" : null,
    null_reason: null,
    revision: 0,
    drill: false,
    published_at: new Date().toISOString(),
    freshness: { state: calendarWindow ? "provisional" : "live", since: null, reason: null, sources_late: [] },
    comparisons: [],
    quality: ["simulated"],
    ...others,
  };
}

/** A share with its numerator and denominator, its level by falling bounds and its gap to a goal. @param {string} indicator @param {string} unit @param {string} window @param {number} value @param {number} denominator @param {readonly number[]} bounds @param {number} goal @param {Item} [rest] */
export function share(indicator, unit, window, value, denominator, bounds, goal, rest = {}) {
  const numerator = Math.round((value / 100) * denominator);
  const exact = denominator === 0 ? null : Math.round((numerator / denominator) * 10_000) / 100;
  const broken = exact === null ? 0 : bounds.filter((bound) => exact < bound).length;
  return observation(indicator, unit, window, {
    value: exact,
    numerator,
    denominator,
    null_reason: exact === null ? "zero_denominator" : null,
    level:
      exact === null || denominator < 20
        ? null
        : { value: broken === 0 ? 0 : broken + 1, held: false, since: new Date(Date.now() - 660_000).toISOString() },
    target: exact === null ? null : { value: goal, op: ">=", gap: Math.round((exact - goal) * 100) / 100, gap_unit: "pp" },
    ...rest,
  });
}

/** Everything two scenes show. @param {string} province @param {readonly Commune[]} places @param {() => number} chance @returns {Item[]} */
export function figures(province, places, chance) {
  const own = `P:${province}`;
  const yoy = (/** @type {number} */ delta, unit = "pp") => ({
    comparisons: [{ kind: "yoy", delta, unit, base_value: null, comparable: true }],
  });
  const spread = places.slice(2).map(({ unit }, index) => {
    const grave =
      index % 37 === 5
        ? 86 + chance() * 3
        : index % 11 === 3
          ? 90.5 + chance() * 4
          : index % 3 === 0
            ? 95.2 + chance() * 2.6
            : 98 + chance() * 1.9;
    return share("PS-04", unit, "30d", grave, 120 + Math.round(chance() * 900), [98, 95, 90], 100);
  });
  return [
    share("PS-04", own, "30d", 97.24, 10_000, [98, 95, 90], 100, {
      ...yoy(0.41),
      coverage: { reported: places.length, expected: places.length },
    }),
    ...spread,
    share("TI-03", "N:VN", "month", 85.1, 28_000_000, [90, 85, 80], 100, { period: "2025-04", quality: [], ...yoy(4.2) }),
    published("DE-05", "quarter", "2025-Q2", 19_950, 10.5),
    observation("DE-03", "N:VN", "quarter", {
      period: "2025-Q1",
      value: 18.72,
      quality: [],
      finality: "final",
      released_at: "2025-04-03T09:00:00+07:00",
      target: { value: 30, op: ">=", path: 19.84, gap: -1.12, gap_unit: "pp" },
      level: { value: 3, held: false, since: "2025-04-03T09:00:00+07:00" },
    }),
    published("DE-01", "month", "2025-05", 368_201, 18),
    published("DE-02", "month", "2025-05", 380_640, 40),
    ...service(own),
  ];
}

/** An estimate of the country as a ministry publishes it. @param {string} indicator @param {string} window @param {string} period @param {number} value @param {number} growth @returns {Item} */
function published(indicator, window, period, value, growth) {
  return observation(indicator, "N:VN", window, {
    period,
    value,
    status: "E",
    quality: [],
    level: { value: 0, held: false, since: null },
    comparisons: [{ kind: "yoy", delta: growth, unit: "%", base_value: null, comparable: true }],
    finality: "final",
    released_at: "2025-06-02T09:00:00+07:00",
  });
}

/** The figures of the public service that only the second scene shows. @param {string} own @returns {Item[]} */
function service(own) {
  const procedures = Array.from({ length: 9 }, (_, index) => `1.00${4194 + index * 37}`);
  return [
    share("PS-01", own, "30d", 46.58, 12_400, [50, 40, 25], 50, {
      comparisons: [{ kind: "mom", delta: 1.28, unit: "pp", base_value: 45.3, comparable: true }],
    }),
    share("PS-07", own, "month", 71.24, 9_800, [50, 40, 25], 50, { period: "2026-11" }),
    share("PS-07.submitted", own, "month", 87.17, 9_800, [], 50, { period: "2026-11", level: null }),
    observation("PS-05", own, "instant", {
      value: 1_126,
      level: { value: 3, held: false, since: new Date(Date.now() - 7_200_000).toISOString() },
    }),
    observation("PS-05.open", own, "instant", { value: 14_221 }),
    observation("PS-05.due_soon", own, "instant", { value: 731 }),
    observation("PS-05.countdown", own, "instant", { value: new Date(Date.now() + 8_000_000).toISOString() }),
    observation("PS-05.overdue_share", own, "instant", { value: 7.92, numerator: 1_126, denominator: 14_221 }),
    ...procedures.flatMap((code, index) => [
      observation("PS-05", own, "instant", {
        dims: { procedure: code },
        value: 312 - index * 41,
        comparisons: [{ kind: "day_before", delta: (index % 3) * 5 - 4, unit: "", base_value: null, comparable: true }],
      }),
      share("PS-01", own, "30d", 30 + index * 7, 1_900 - index * 150, [50, 40, 25], 50, { dims: { procedure: code } }),
    ]),
  ];
}

/** The catalogue of what `figures` holds, as the api serves it. @returns {Item[]} */
export function catalogue() {
  /** @param {string} id @param {string} vi @param {string} unit @param {number} decimals @param {readonly number[]} bounds @param {Item} rest */
  const entry = (id, vi, unit, decimals, bounds, rest = {}) => ({
    id,
    vi,
    unit,
    unit_short_vi: unit,
    decimals,
    kind: id.startsWith("PS-04") || /^(DE|TI|FB|EC)/.test(id) ? "outcome" : "intermediate",
    owner: { code: "X", short_vi: id.startsWith("PS") ? "Văn phòng UBND" : "Sở KH&CN" },
    alert_levels: {
      rule: "bounds",
      window: "30d",
      on: "value",
      min_denominator: 20,
      levels: bounds.map((bound, index) => ({ level: index + 2, op: "<", bound })),
    },
    ...rest,
  });
  return [
    entry("PS-01", "Tỷ lệ hồ sơ trực tuyến toàn trình", "%", 2, [50, 40, 25], { target_bound: { op: ">=", value: 50 } }),
    entry("PS-04", "Tỷ lệ hồ sơ xử lý trước hạn, đúng hạn", "%", 2, [98, 95, 90], { target_bound: { op: ">=", value: 100 } }),
    entry("PS-05", "Số hồ sơ đang quá hạn / sắp đến hạn", "hồ sơ", 0, [], {
      components: [{ id: "open", vi: "Số hồ sơ đang giải quyết", unit: "dossiers", decimals: 0 }],
    }),
    entry("PS-07", "Tỷ lệ hồ sơ nộp trực tuyến", "%", 2, [50, 40, 25], {
      target_bound: { op: ">=", value: 50 },
      components: [{ id: "submitted", vi: "Tỷ lệ hồ sơ nộp qua mạng", unit: "%", decimals: 2 }],
    }),
    entry("DE-01", "Doanh thu công nghiệp CNTT", "tỷ đồng", 0, []),
    entry("DE-02", "Giá trị xuất khẩu sản phẩm công nghiệp CNTT", "tỷ đồng", 0, []),
    entry("DE-03", "Tỷ trọng kinh tế số trong GRDP", "%", 2, [], { target_bound: { op: ">=", value: 30 } }),
    entry("DE-05", "Doanh thu bưu chính", "tỷ đồng", 0, []),
    entry("TI-03", "Tỷ lệ hộ gia đình dùng cáp quang", "%", 2, [90, 85, 80], { target_bound: { op: ">=", value: 100 } }),
  ];
}
