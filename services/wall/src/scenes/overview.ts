/** Scene 1: what do people and businesses get, and where is it missing? Outcomes only, never intermediate indicators. */

import { thresholdClasses, unitLevel } from "../model/classes";
import { indicatorOf } from "../model/catalogue";
import { h } from "../view/node";
import type { Scene, SceneContext } from "./context";
import { column, figureMap, itemOf, slotTopics, type Slot } from "./slots";

const PEOPLE: readonly Slot[] = [
  { indicator: "PS-04", windows: ["30d"], country: false },
  { indicator: "FB-01", windows: ["30d"], country: false },
  { indicator: "TI-03", windows: ["month"], country: true },
  { indicator: "DE-05", windows: ["quarter"], country: true },
];
const ECONOMY: readonly Slot[] = [
  { indicator: "EC-01", windows: ["ytd", "quarter", "year"], country: true },
  { indicator: "DE-03", windows: ["quarter", "year"], country: true },
  { indicator: "DE-01", windows: ["month"], country: true },
  { indicator: "DE-02", windows: ["month"], country: true },
];
const SLOTS = [...PEOPLE, ...ECONOMY];
/** The four that a distant reader gets. */
const FAR = [...PEOPLE.slice(0, 2), ...ECONOMY.slice(0, 2)];
const MAPPED = { indicator: "PS-04", window: "30d", title: "Hồ sơ đúng hạn theo xã, phường" } as const;

export const overview: Scene = {
  id: "overview",
  key: "1",
  title: "Kết quả cho người dân và doanh nghiệp",
  topics: (province) => [...slotTopics(province, SLOTS), `indicators/${province}/*/${MAPPED.indicator}/${MAPPED.window}`],
  trends: (context) => SLOTS.flatMap((slot) => itemOf(context, slot) ?? []),
  sentence,
  far: FAR,
  panels: {
    groups: [
      { title: "Người dân và kết nối", slots: PEOPLE },
      { title: "Kinh tế và công nghệ", slots: ECONOMY },
    ],
    mapped: MAPPED,
  },
  view: (context) =>
    h(
      "section",
      { class: "main overview" },
      h(
        "div",
        { class: "out" },
        column(context, "Người dân và kết nối", PEOPLE),
        column(context, "Kinh tế và công nghệ", ECONOMY),
      ),
      figureMap(context, MAPPED),
    ),
};

function sentence(context: SceneContext): string {
  if (!context.filled) return "Kết quả cho người dân và doanh nghiệp";
  const shown = SLOTS.map((slot) => itemOf(context, slot)).flatMap((item) =>
    item === null || item.value === null ? [] : [item],
  );
  if (shown.length === 0) return "Chưa có số liệu về kết quả nào.";
  const judged = shown.filter((item) => item.level !== null);
  const good = judged.filter((item) => item.level?.value === 0).length;
  const first = outcomeSentence(good, judged.length, shown.length);
  return `${first} ${communeSentence(context)}`.trim();
}

function outcomeSentence(good: number, judged: number, shown: number): string {
  if (judged === 0) return `${shown} trong ${SLOTS.length} kết quả có số, chưa xếp mức.`;
  if (judged === SLOTS.length) return `${good} trong ${judged} kết quả trong ngưỡng.`;
  if (judged === 1) return `Mới 1 kết quả được xếp mức, ${good === 1 ? "trong" : "ngoài"} ngưỡng.`;
  return `${good} trong ${judged} kết quả đã xếp mức nằm trong ngưỡng.`;
}

function communeSentence(context: SceneContext): string {
  const indicator = indicatorOf(context.catalogue, MAPPED.indicator);
  const classes = thresholdClasses(indicator);
  const figures = [...context.board.communes(MAPPED.indicator, MAPPED.window).values()];
  const levels = figures.flatMap((item) => unitLevel(item, indicator, classes) ?? []);
  if (levels.length === 0) return "Chưa có số hồ sơ đúng hạn theo xã.";
  const worst = [...classes].reverse().find(({ level }) => level > 0 && levels.includes(level));
  if (worst === undefined) return "Hồ sơ đúng hạn: không xã nào dưới ngưỡng.";
  const count = levels.filter((level) => level === worst.level).length;
  return `Hồ sơ đúng hạn: ${count} xã ${/^\d/.test(worst.words) ? "ở " : ""}${worst.words}\u00a0%.`;
}
