/** Made-up figures of single communes, and the names of the procedures that the breakdowns of `figures.mjs` hold. */

import { observation, share } from "./figures.mjs";

/** @typedef {import("./figures.mjs").Item} Item */

const TITLES = [
  "Đăng ký khai sinh",
  "Chuyển đổi cơ cấu cây trồng trên đất lúa",
  "Cấp giấy phép xây dựng nhà ở riêng lẻ",
  "Thủ tục xác định, xác định lại mức độ khuyết tật và cấp Giấy xác nhận khuyết tật cho người khuyết tật",
  "Đăng ký biến động quyền sử dụng đất, quyền sở hữu tài sản gắn liền với đất",
  "Chứng thực chữ ký",
  "Đăng ký thành lập hộ kinh doanh",
  "Trợ cấp xã hội hằng tháng",
];

/** The code of a procedure of the breakdowns. @param {number} index */
export function procedureCode(index) {
  return `1.00${4194 + index * 37}`;
}

/** What `GET /v1/procedures` gives; the ninth procedure has no name. @returns {Item[]} */
export function procedures() {
  return TITLES.map((title, index) => ({ code: procedureCode(index), title }));
}

/** What the scene of one commune shows. @param {readonly string[]} units @param {() => number} chance @returns {Item[]} */
export function communeFigures(units, chance) {
  return units.flatMap((unit, index) => [
    observation("PS-05", unit, "instant", { value: Math.round(chance() * 12), rank: { pos: index + 1, of: units.length } }),
    share("PS-01", unit, "30d", 20 + chance() * 50, 400, [50, 40, 25], 50),
    share("FB-01", unit, "30d", 90 + chance() * 10, 80, [98, 95, 90], 100),
    ...(index === 2 ? breakdown(unit) : []),
  ]);
}

/** @param {string} unit @returns {Item[]} */
function breakdown(unit) {
  return [3, 1, 0, 5].map((procedure, place) =>
    observation("PS-05", unit, "instant", { dims: { procedure: procedureCode(procedure) }, value: 4 - place }),
  );
}
