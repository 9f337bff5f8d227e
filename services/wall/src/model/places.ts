/** The units of a province: names and where they lie. */

import { asMembers, asNumber, asText } from "./json";

export interface Place {
  /** As observations write it: `C:11953`. */
  readonly unit: string;
  readonly name: string;
  readonly nameShort: string;
  readonly longitude: number | null;
  readonly latitude: number | null;
}

/** Read items of `GET /v1/units`. */
export function readPlaces(items: readonly unknown[]): readonly Place[] {
  return items.flatMap((entry) => {
    const item = asMembers(entry);
    const unit = unitOf(asText(item?.["unit"]) ?? asText(item?.["key"]) ?? asText(item?.["code"]), asText(item?.["level"]));
    if (item === null || unit === null) return [];
    const name = asText(item["name_vi"]) ?? asText(item["name"]) ?? unit;
    return [
      {
        unit,
        name,
        nameShort: asText(item["name_short_vi"]) ?? shortName(name),
        longitude: asNumber(item["lon"]) ?? asNumber(item["longitude"]),
        latitude: asNumber(item["lat"]) ?? asNumber(item["latitude"]),
      },
    ];
  });
}

/** The name without the word for its kind: "Xã Đồng Châu" is "Đồng Châu". */
export function shortName(name: string): string {
  return name.replace(/^(Xã|Phường|Thị trấn|Đặc khu|Tỉnh|Thành phố)\s+/u, "");
}

/** A name as it is searched for: without case, accents and the bar of đ. */
export function folded(name: string): string {
  return name.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replaceAll("đ", "d").replace(/\s+/g, " ").trim();
}

function unitOf(text: string | null, level: string | null): string | null {
  if (text === null) return null;
  const bare = text.split("@")[0] ?? text;
  if (/^[NPDC]:/.test(bare)) return bare;
  return level === null ? null : `${level}:${bare}`;
}
