/** What the standard says of an indicator, as far as a screen needs it: names, unit, decimals, bounds, owner. */

import { asList, asMembers, asNumber, asText, type Members } from "./json";

export interface Bound {
  readonly level: number;
  readonly op: string;
  readonly bound: number;
}

export interface Indicator {
  readonly id: string;
  readonly name: string;
  readonly nameShort: string;
  readonly unit: string;
  readonly decimals: number;
  readonly owner: string;
  readonly outcome: boolean;
  /** Bounds on the value itself, worst first; empty when the rule is on something else. */
  readonly bounds: readonly Bound[];
  /** With fewer cases than this a unit is not ranked. */
  readonly denominatorMin: number;
  readonly target: number | null;
  readonly targetOp: string;
  /** Whether the centre computes it; a scene may name indicators that come later. */
  readonly known: boolean;
}

export type Catalogue = ReadonlyMap<string, Indicator>;

/** Names of indicators that scenes show before the catalogue is read or before the centre computes them. */
const PLANNED: Readonly<Record<string, readonly [nameShort: string, unit: string, owner: string]>> = {
  "PS-01": ["Hồ sơ toàn trình", "%", "VP UBND"],
  "PS-04": ["Hồ sơ đúng hạn", "%", "VP UBND"],
  "PS-05": ["Hồ sơ quá hạn", "hồ sơ", "VP UBND"],
  "PS-07": ["Hồ sơ nộp trực tuyến", "%", "VP UBND"],
  "PS-08": ["Thanh toán trực tuyến", "%", "VP UBND"],
  "PS-09": ["Số hóa hồ sơ", "%", "VP UBND"],
  "PS-10": ["Dùng lại dữ liệu", "%", "VP UBND"],
  "FB-01": ["Phản ánh đúng hạn", "%", "VP UBND"],
  "FB-02": ["Hài lòng về xử lý", "%", "VP UBND"],
  "FB-03": ["Phản ánh quá hạn", "phản ánh", "VP UBND"],
  "FB-04": ["Thời gian xử lý", "giờ", "VP UBND"],
  "FB-05": ["Điểm nóng phản ánh", "/10.000 dân", "VP UBND"],
  "TK-01": ["Nhiệm vụ đúng hạn", "%", "VP UBND"],
  "TK-02": ["Nhiệm vụ quá hạn", "nhiệm vụ", "VP UBND"],
  "TK-03": ["Kết quả kiểm chứng", "%", "VP UBND"],
  "EC-01": ["Tăng trưởng GRDP", "%", "Thống kê"],
  "EC-03": ["Sản xuất công nghiệp", "", "Thống kê"],
  "EC-05": ["Thu ngân sách so dự toán", "%", "Sở Tài chính"],
  "EC-07": ["Xuất khẩu hàng hóa", "triệu USD", "Thống kê"],
  "EC-08": ["Doanh nghiệp tăng ròng", "DN", "Sở Tài chính"],
  "DE-01": ["Doanh thu CNTT", "tỷ đồng", "Sở KH&CN"],
  "DE-02": ["Xuất khẩu CNTT", "tỷ đồng", "Sở KH&CN"],
  "DE-03": ["Kinh tế số trong GRDP", "%", "Sở KH&CN"],
  "DE-05": ["Doanh thu bưu chính", "tỷ đồng", "Sở KH&CN"],
  "TI-03": ["Hộ dùng cáp quang", "%", "Sở KH&CN"],
  "ST-02": ["Doanh thu KHCN, ĐMST", "tỷ đồng", "Sở KH&CN"],
  "ST-03": ["Giao dịch công nghệ", "tỷ đồng", "Sở KH&CN"],
};

/** Words for units when the catalogue has none of its own. */
const UNITS: Readonly<Record<string, string>> = {
  "bn VND": "tỷ đồng",
  "bn USD": "tỷ USD",
  dossiers: "hồ sơ",
  "mn USD": "triệu USD",
  index: "",
  pp: "điểm\u00a0%",
  firms: "DN",
  hours: "giờ",
  items: "phản ánh",
  tasks: "nhiệm vụ",
  "per 10,000 inhabitants": "/10.000 dân",
  "per 100": "/100 dân",
  "per 100 households": "/100 hộ",
  subscriptions: "thuê bao",
  ratio: "",
  timestamp: "",
};

/** Owners whose full name does not fit beside a comparison. */
const OWNERS: Readonly<Record<string, string>> = { "Văn phòng UBND": "VP UBND" };

/** Read the items of `GET /v1/indicators`; components become indicators of their own, as observations name them. */
export function readCatalogue(items: readonly unknown[]): Catalogue {
  const catalogue = new Map<string, Indicator>();
  for (const entry of items) {
    const item = asMembers(entry);
    const id = asText(item?.["id"]);
    if (item === null || id === null) continue;
    const indicator = readIndicator(id, item, null);
    catalogue.set(id, indicator);
    for (const part of asList(item["components"])) {
      const component = asMembers(part);
      const name = asText(component?.["id"]);
      if (component !== null && name !== null)
        catalogue.set(`${id}.${name}`, readIndicator(`${id}.${name}`, component, indicator));
    }
  }
  return catalogue;
}

/** The indicator of the catalogue, or what is known of a planned one. */
export function indicatorOf(catalogue: Catalogue, id: string): Indicator {
  const [nameShort, unit, owner] = PLANNED[id] ?? [id, "", ""];
  return (
    catalogue.get(id) ?? {
      id,
      name: nameShort,
      nameShort,
      unit,
      decimals: unit === "%" ? 2 : 0,
      owner,
      outcome: false,
      bounds: [],
      denominatorMin: 0,
      target: null,
      targetOp: ">=",
      known: false,
    }
  );
}

function readIndicator(id: string, item: Members, parent: Indicator | null): Indicator {
  const owner = asText(asMembers(item["owner"])?.["short_vi"]) ?? parent?.owner ?? "";
  const unit = asText(item["unit"]) ?? "";
  const name = asText(item["vi"]) ?? asText(item["name_vi"]) ?? id;
  return {
    ...readGoals(item),
    id,
    name,
    nameShort: asText(item["name_short_vi"]) ?? PLANNED[id]?.[0] ?? name,
    unit: asText(item["unit_short_vi"]) ?? asText(item["unit_vi"]) ?? UNITS[unit] ?? unit,
    decimals: asNumber(item["decimals"]) ?? 0,
    owner: OWNERS[owner] ?? owner,
    outcome: item["kind"] === "outcome",
    known: true,
  };
}

function readGoals(item: Members): Pick<Indicator, "bounds" | "denominatorMin" | "target" | "targetOp"> {
  const rule = asMembers(item["alert_levels"]);
  const target = asMembers(item["target_bound"]);
  const onValue = rule !== null && (rule["on"] ?? "value") === "value";
  return {
    bounds: onValue ? readBounds(asList(rule["levels"])) : [],
    denominatorMin: asNumber(rule?.["min_denominator"]) ?? 0,
    target: asNumber(target?.["value"]),
    targetOp: asText(target?.["op"]) ?? ">=",
  };
}

function readBounds(items: readonly unknown[]): readonly Bound[] {
  const bounds = items.flatMap((entry) => {
    const item = asMembers(entry);
    const level = asNumber(item?.["level"]);
    const bound = asNumber(item?.["bound"]);
    if (item === null || level === null || bound === null || (item["relative_to"] ?? null) !== null) return [];
    return [{ level, bound, op: asText(item["op"]) ?? "<" }];
  });
  return bounds.sort((one, other) => other.level - one.level);
}
