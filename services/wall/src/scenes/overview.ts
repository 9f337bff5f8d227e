/** Scene 1: what do people and businesses get, and where is it missing? Outcomes only, never intermediate indicators. */

import { classLevel, thresholdClasses } from "../model/classes";
import { indicatorOf } from "../model/catalogue";
import type { Observation } from "../model/observation";
import { fenced } from "../parts/frame";
import { map } from "../parts/map";
import { tile } from "../parts/tile";
import { h, type VNode } from "../view/node";
import { missingWords, placeName, provinceOrCountry, type Scene, type SceneContext } from "./context";

interface Slot {
  readonly indicator: string;
  /** Windows in the order of preference. */
  readonly windows: readonly string[];
  /** Whether the country's figure may stand in, named as such, where the province has none. */
  readonly country: boolean;
}

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
/** Points of a sparkline. */
const POINTS = 30;
const SLOTS = [...PEOPLE, ...ECONOMY];
const MAPPED = { indicator: "PS-04", window: "30d" } as const;

export const overview: Scene = {
  id: "overview",
  key: "1",
  title: "Kết quả cho người dân và doanh nghiệp",
  topics: (province) => [
    ...SLOTS.flatMap(({ indicator, windows, country }) =>
      windows.flatMap((window) => [
        `indicators/${province}/P:${province}/${indicator}/${window}`,
        ...(country ? [`indicators/VN/N:VN/${indicator}/${window}`] : []),
      ]),
    ),
    `indicators/${province}/*/${MAPPED.indicator}/${MAPPED.window}`,
  ],
  trends: (context) => SLOTS.flatMap((slot) => itemOf(context, slot) ?? []),
  sentence,
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
      h(
        "figure",
        { class: "map" },
        h(
          "figcaption",
          { class: "cap" },
          "Hồ sơ đúng hạn theo xã, phường ",
          h("small", {}, context.map?.surveyed === false ? "PS-04, 30 ngày; ô quy ước" : "PS-04, 30 ngày"),
        ),
        fenced("Bản đồ", () => picture(context)),
      ),
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
  const classes = thresholdClasses(indicatorOf(context.catalogue, MAPPED.indicator));
  const values = [...context.board.communes(MAPPED.indicator, MAPPED.window).values()].flatMap((item) => item.value ?? []);
  if (values.length === 0) return "Chưa có số hồ sơ đúng hạn theo xã.";
  const worst = [...classes]
    .reverse()
    .find(({ level }) => level > 0 && values.some((value) => classLevel(classes, value) === level));
  if (worst === undefined) return "Hồ sơ đúng hạn: không xã nào dưới ngưỡng.";
  const count = values.filter((value) => classLevel(classes, value) === worst.level).length;
  return `Hồ sơ đúng hạn: ${count} xã ${/^\d/.test(worst.words) ? "ở " : ""}${worst.words}\u00a0%.`;
}

function column(context: SceneContext, title: string, slots: readonly Slot[]): VNode {
  return h(
    "section",
    { class: "col" },
    h("h2", { class: "cap" }, title),
    slots.map((slot) => fenced(slot.indicator, () => slotTile(context, slot))),
  );
}

function slotTile(context: SceneContext, slot: Slot): VNode {
  const indicator = indicatorOf(context.catalogue, slot.indicator);
  const item = itemOf(context, slot);
  const own = item === null || item.unit === `P:${context.province}`;
  return tile({
    indicator,
    item,
    now: context.now,
    lostAt: context.lostAt,
    place: own ? null : placeName(context, item.unit),
    trend: item === null ? [] : (context.trends.get(item.id)?.values ?? []).slice(-POINTS),
    missing: missingWords(context, indicator.known),
  });
}

function picture(context: SceneContext): VNode {
  const { map: layout, places } = context;
  if (layout === null || layout.areas.length === 0)
    return h(
      "p",
      { class: "note" },
      places.length === 0 ? "Chưa đọc được danh sách xã, phường." : "Chưa có ranh giới hay tọa độ của xã, phường.",
    );
  const indicator = indicatorOf(context.catalogue, MAPPED.indicator);
  return map({
    layout,
    places,
    indicator,
    classes: thresholdClasses(indicator),
    figures: context.board.communes(MAPPED.indicator, MAPPED.window),
  });
}

function itemOf(context: SceneContext, slot: Slot): Observation | null {
  if (slot.country) return provinceOrCountry(context, slot.indicator, slot.windows);
  return (
    slot.windows
      .map((window) => context.board.get(slot.indicator, `P:${context.province}`, window))
      .find((item) => item !== null) ?? null
  );
}
