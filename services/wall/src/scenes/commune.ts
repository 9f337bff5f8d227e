/** The scene of one commune: how does it do, compared with its province, and where is it stuck? Opened from a map or by name. */

import { indicatorOf } from "../model/catalogue";
import { formatNumber, NBSP } from "../model/numbers";
import { estimateWidth } from "../model/width";
import { valueWords } from "../model/words";
import { against, type Row } from "../parts/against";
import { fenced } from "../parts/frame";
import { procedureTable } from "../parts/procedures";
import { h, type VNode } from "../view/node";
import { placeName, type Scene, type SceneContext } from "./context";
import { column, slotTopics, type Slot } from "./slots";

const SERVICE: readonly Slot[] = [
  { indicator: "PS-04", windows: ["30d"], country: false },
  { indicator: "PS-05", windows: ["instant"], country: false },
  { indicator: "PS-01", windows: ["30d"], country: false },
  { indicator: "PS-07", windows: ["month"], country: false },
];
const LIFE: readonly Slot[] = [
  { indicator: "FB-01", windows: ["30d", "month"], country: false },
  { indicator: "FB-02", windows: ["30d", "month"], country: false },
  { indicator: "TK-01", windows: ["month", "quarter", "all"], country: false },
  { indicator: "TI-03", windows: ["month"], country: false },
];
const SLOTS = [...SERVICE, ...LIFE];
/** What all communes of the province are compared by. */
const COMPARED: readonly (readonly [indicator: string, window: string])[] = [
  ["PS-04", "30d"],
  ["PS-05", "instant"],
  ["PS-01", "30d"],
  ["FB-01", "30d"],
];
const MAPPED = { indicator: "PS-04", window: "30d", title: "Hồ sơ đúng hạn theo xã, phường" } as const;
const SENTENCE_PX = 1820;
const NAME_PX = 560;

export const commune: Scene = {
  id: "commune",
  key: "",
  title: "Một xã, phường",
  heading: (context) => (context.unit === null ? "Một xã, phường" : fullName(context, context.unit)),
  topics: (province, unit) =>
    unit === null
      ? []
      : [
          ...slotTopics(province, SLOTS, unit),
          ...COMPARED.flatMap(([indicator, window]) => [
            `indicators/${province}/P:${province}/${indicator}/${window}`,
            `indicators/${province}/*/${indicator}/${window}`,
          ]),
        ],
  asked: (province, unit) => (unit === null ? [] : [`indicators/${province}/${unit}/PS-05/instant/procedure/*`]),
  trends: (context) =>
    context.unit === null
      ? []
      : SLOTS.flatMap(({ indicator, windows }) =>
          windows.flatMap((window) => context.board.get(indicator, context.unit ?? "", window) ?? []).slice(0, 1),
        ),
  sentence,
  far: SERVICE,
  panels: {
    groups: [
      { title: "Dịch vụ công", slots: SERVICE },
      { title: "Phản ánh, nhiệm vụ, kết nối", slots: LIFE },
    ],
    mapped: MAPPED,
  },
  view: (context) =>
    context.unit === null || !context.names.has(context.unit)
      ? h("p", { class: "note" }, context.filled && context.places.length > 0 ? "Chưa chọn xã, phường nào: phím / để tìm." : "")
      : h(
          "section",
          { class: "main overview" },
          h(
            "div",
            { class: "out" },
            column(context, "Dịch vụ công", SERVICE),
            column(context, "Phản ánh, nhiệm vụ, kết nối", LIFE),
          ),
          h(
            "div",
            { class: "beside" },
            fenced("So với toàn tỉnh", () => comparison(context, context.unit ?? "")),
            fenced("Quá hạn", () =>
              procedureTable({
                title: "Quá hạn theo thủ tục",
                kind: "overdue",
                members: context.board.breakdown("PS-05", context.unit ?? "", "instant", "procedure"),
                names: context.procedures,
                namePx: NAME_PX,
              }),
            ),
          ),
        ),
};

function fullName(context: SceneContext, unit: string): string {
  return context.names.get(unit)?.name ?? unit;
}

/** "Phố Hiến: đúng hạn 91,75 %, thấp hơn toàn tỉnh 2,92 điểm %. Đang quá hạn 2 hồ sơ." */
function sentence(context: SceneContext): string {
  const { unit } = context;
  if (unit === null) return "Chọn một xã, phường.";
  if (!context.filled) return "Xã, phường này làm đến đâu, kém tỉnh ở chỗ nào?";
  const place = placeName(context, unit);
  const indicator = indicatorOf(context.catalogue, "PS-04");
  const own = context.board.get("PS-04", unit, "30d")?.value ?? null;
  const whole = context.board.get("PS-04", `P:${context.province}`, "30d")?.value ?? null;
  const overdue = context.board.get("PS-05", unit, "instant")?.value ?? null;
  const first =
    own === null
      ? `${place}: chưa có số hồ sơ đúng hạn.`
      : `${place}: đúng hạn ${valueWords(indicator, own)}${NBSP}%${whole === null ? "" : `, ${besideProvince(own - whole)}`}.`;
  const second =
    overdue === null ? "" : overdue === 0 ? "Không có hồ sơ quá hạn." : `Đang quá hạn ${formatNumber(overdue, 0)}${NBSP}hồ sơ.`;
  const both = `${first} ${second}`.trim();
  return estimateWidth(both, 42) <= SENTENCE_PX ? both : first;
}

function besideProvince(gap: number): string {
  if (Math.abs(gap) < 0.005) return "bằng toàn tỉnh";
  return `${gap > 0 ? "cao hơn" : "thấp hơn"} toàn tỉnh ${formatNumber(Math.abs(gap), 2)} điểm${NBSP}%`;
}

function comparison(context: SceneContext, unit: string): VNode {
  const rows = COMPARED.map(([id, window]): Row => {
    const figures = context.board.communes(id, window);
    return {
      indicator: indicatorOf(context.catalogue, id),
      window,
      own: figures.get(unit) ?? null,
      province: context.board.get(id, `P:${context.province}`, window),
      others: [...figures.values()].flatMap((item) => item.value ?? []),
    };
  });
  return against(rows, placeName(context, unit), context.places.length);
}
