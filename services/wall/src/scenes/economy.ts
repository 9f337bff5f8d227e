/** Scene 4: does the economy keep its pace? Outcomes of growth, of the digital economy, of infrastructure and innovation. */

import { indicatorOf } from "../model/catalogue";
import { NBSP } from "../model/numbers";
import type { Observation } from "../model/observation";
import { estimateWidth } from "../model/width";
import { goalRemark } from "../model/words";
import { fenced } from "../parts/frame";
import { growthBars, yearlyGrowth, type Growth } from "../parts/growth";
import { h, type VNode } from "../view/node";
import { placeName, type Scene, type SceneContext } from "./context";
import { column, itemOf, slotTopics, type Slot } from "./slots";

const GROWTH: readonly Slot[] = [
  { indicator: "EC-01", windows: ["ytd", "quarter", "year"], country: true },
  { indicator: "EC-03", windows: ["month"], country: true },
  { indicator: "EC-05", windows: ["ytd"], country: true },
  { indicator: "EC-08", windows: ["ytd", "month"], country: true },
];
const DIGITAL: readonly Slot[] = [
  { indicator: "DE-03", windows: ["quarter", "year"], country: true },
  { indicator: "DE-01", windows: ["month", "ytd"], country: true },
  { indicator: "TI-03", windows: ["month"], country: true },
  { indicator: "ST-02", windows: ["quarter", "year"], country: true },
];
/** Sums whose growth within a year is compared, besides those of the tiles. */
const COMPARED: readonly Slot[] = [
  { indicator: "DE-02", windows: ["month", "ytd"], country: true },
  { indicator: "DE-05", windows: ["quarter", "ytd"], country: true },
  { indicator: "EC-07", windows: ["month", "ytd"], country: true },
  { indicator: "ST-03", windows: ["month", "year"], country: true },
];
const SLOTS = [...GROWTH, ...DIGITAL];
const ROWS = 8;
const SENTENCE_PX = 1820;

export const economy: Scene = {
  id: "economy",
  key: "4",
  title: "Kinh tế",
  topics: (province) => slotTopics(province, [...SLOTS, ...COMPARED]),
  trends: (context) => SLOTS.flatMap((slot) => itemOf(context, slot) ?? []),
  sentence,
  panels: {
    groups: [
      { title: "Nhịp tăng trưởng", slots: GROWTH },
      { title: "Kinh tế số, hạ tầng, đổi mới", slots: DIGITAL },
    ],
    mapped: null,
  },
  far: [...GROWTH.slice(0, 2), ...DIGITAL.slice(0, 2)],
  view: (context) =>
    h(
      "section",
      { class: "main overview" },
      h(
        "div",
        { class: "out" },
        column(context, "Nhịp tăng trưởng", GROWTH),
        column(context, "Kinh tế số, hạ tầng, đổi mới", DIGITAL),
      ),
      h(
        "figure",
        { class: "map" },
        h("figcaption", { class: "cap" }, "Tăng so với cùng kỳ ", h("small", {}, "%, nhanh nhất trước")),
        fenced("Biểu đồ", () => growth(context)),
      ),
    ),
};

function sentence(context: SceneContext): string {
  if (!context.filled) return "Kinh tế đúng nhịp không?";
  const shown = SLOTS.flatMap((slot) => itemOf(context, slot) ?? []).filter((item) => item.value !== null);
  if (shown.length === 0) return "Chưa có số liệu kinh tế nào.";
  const judged = shown.filter((item) => item.level !== null);
  const good = judged.filter((item) => item.level?.value === 0).length;
  const first =
    judged.length === 0
      ? `${shown.length} trong ${SLOTS.length} chỉ số có số, chưa xếp mức.`
      : `${good} trong ${judged.length} chỉ số đúng nhịp.`;
  const whole = `${first} ${worstWords(context, judged)}`.trim();
  return estimateWidth(whole, 42) <= SENTENCE_PX ? whole : first;
}

/** The figure of the gravest level with its distance to its goal. */
function worstWords(context: SceneContext, judged: readonly Observation[]): string {
  const worst = [...judged].sort((one, other) => (other.level?.value ?? 0) - (one.level?.value ?? 0))[0];
  if (worst === undefined || (worst.level?.value ?? 0) === 0) return "";
  const indicator = indicatorOf(context.catalogue, worst.indicator);
  const goal = goalRemark(indicator, worst);
  return goal === null
    ? `${indicator.nameShort}: mức${NBSP}${worst.level?.value ?? 0}.`
    : `${indicator.nameShort} ${goal.strong} ${goal.rest}.`;
}

function growth(context: SceneContext): VNode {
  const rows = [...SLOTS, ...COMPARED].flatMap((slot): Growth[] => {
    const item = itemOf(context, slot);
    const rate = item === null ? null : yearlyGrowth(item);
    return item === null || rate === null ? [] : [{ indicator: indicatorOf(context.catalogue, slot.indicator), item, rate }];
  });
  if (rows.length === 0) return h("p", { class: "note" }, context.filled ? "Chưa chỉ số nào so được với cùng kỳ." : "");
  return growthBars(rows.slice(0, ROWS), (item) =>
    item.unit === `P:${context.province}` ? null : placeName(context, item.unit),
  );
}
