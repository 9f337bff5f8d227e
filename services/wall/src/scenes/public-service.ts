/** Scene 2: are dossiers on time and fully online, and where is it stuck? */

import { indicatorOf } from "../model/catalogue";
import { thresholdClasses, tooFew } from "../model/classes";
import { formatNumber, NBSP, NO_VALUE } from "../model/numbers";
import type { Observation } from "../model/observation";
import { periodWords } from "../model/times";
import { goalRemark, spoken, valueWords } from "../model/words";
import { fenced } from "../parts/frame";
import { bullet, heroFigure } from "../parts/hero";
import { levelMark } from "../parts/mark";
import { procedureTable } from "../parts/procedures";
import { stages } from "../parts/stages";
import { swarm } from "../parts/swarm";
import { shownLevel } from "../parts/tile";
import { h, type VNode } from "../view/node";
import { missingWords, placeName, type Scene, type SceneContext } from "./context";

const HERO = { indicator: "PS-01", window: "30d", target: 50 } as const;
const CONDITIONS: readonly (readonly [indicator: string, name: string])[] = [
  ["PS-07", "Nộp, trả trực tuyến"],
  ["PS-07.submitted", "Nộp qua mạng"],
  ["PS-07.official", "Trực tuyến theo 766"],
  ["PS-08", "Thanh toán trực tuyến"],
  ["PS-09", "Số hóa hồ sơ"],
  ["PS-10", "Dùng lại dữ liệu số hóa"],
];
/** Room for the name of a procedure. */
const NAME_PX = 340;
const STAGES = ["PS-05", "PS-05.open", "PS-05.due_soon", "PS-05.countdown", "PS-05.overdue_share"] as const;

export const publicService: Scene = {
  id: "public-service",
  key: "2",
  title: "Dịch vụ công",
  topics: (province) => {
    const own = `indicators/${province}/P:${province}`;
    return [
      `${own}/${HERO.indicator}/${HERO.window}`,
      `indicators/VN/N:VN/${HERO.indicator}/${HERO.window}`,
      ...CONDITIONS.map(([indicator]) => `${own}/${indicator}/month`),
      `${own}/PS-04/30d`,
      `indicators/${province}/*/PS-04/30d`,
      ...STAGES.map((indicator) => `${own}/${indicator}/instant`),
      `${own}/PS-05/instant/procedure/*`,
      `${own}/${HERO.indicator}/${HERO.window}/procedure/*`,
    ];
  },
  trends: (context) =>
    own(context, HERO.indicator, HERO.window) === null ? [] : [own(context, HERO.indicator, HERO.window) as Observation],
  sentence,
  panels: {
    groups: [
      {
        title: "Kết quả",
        slots: [
          { indicator: "PS-01", windows: ["30d"], country: false },
          { indicator: "PS-04", windows: ["30d"], country: false },
          { indicator: "PS-05", windows: ["instant"], country: false },
          { indicator: "PS-05.overdue_share", windows: ["instant"], country: false },
        ],
      },
      {
        title: "Điều kiện để toàn trình",
        slots: ["PS-07", "PS-08", "PS-09", "PS-10"].map((indicator) => ({ indicator, windows: ["month"], country: false })),
      },
    ],
    mapped: { indicator: "PS-04", window: "30d", title: "Hồ sơ đúng hạn theo xã, phường" },
  },
  far: [
    { indicator: "PS-01", windows: ["30d"], country: false },
    { indicator: "PS-04", windows: ["30d"], country: false },
    { indicator: "PS-05", windows: ["instant"], country: false },
    { indicator: "PS-07", windows: ["month"], country: false },
  ],
  view: (context) => {
    const named = { names: context.procedures, namePx: NAME_PX };
    return h(
      "section",
      { class: "main service" },
      h(
        "div",
        { class: "left" },
        fenced("PS-01", () => hero(context)),
        fenced("Điều kiện", () => conditions(context)),
      ),
      h(
        "div",
        { class: "right" },
        fenced("PS-04", () => spread(context)),
        fenced("PS-05", () =>
          stages({
            catalogue: context.catalogue,
            now: context.now,
            lostAt: context.lostAt,
            of: (indicator) => own(context, indicator, "instant"),
          }),
        ),
        h(
          "div",
          { class: "two" },
          fenced("Quá hạn", () =>
            procedureTable({
              ...named,
              title: "Quá hạn nhiều nhất",
              kind: "overdue",
              members: context.board.breakdown("PS-05", `P:${context.province}`, "instant", "procedure"),
            }),
          ),
          fenced("Toàn trình", () =>
            procedureTable({
              ...named,
              title: "Toàn trình theo thủ tục",
              kind: "online",
              members: context.board.breakdown(HERO.indicator, `P:${context.province}`, HERO.window, "procedure"),
            }),
          ),
        ),
      ),
    );
  },
};

function sentence(context: SceneContext): string {
  if (!context.filled) return "Hồ sơ có đúng hạn, trọn vẹn trên mạng không?";
  const online = own(context, HERO.indicator, HERO.window);
  const overdue = own(context, "PS-05", "instant");
  const indicator = indicatorOf(context.catalogue, HERO.indicator);
  const goal = online === null ? null : goalRemark(indicator, online);
  const first =
    online?.value === undefined || online.value === null
      ? "Chưa có số về hồ sơ toàn trình."
      : `Toàn trình ${valueWords(indicator, online.value)}${NBSP}%${goal === null ? "" : `, ${goal.strong} ${goal.rest.replace("tới mức", "tới mục tiêu")}`}.`;
  const second =
    overdue?.value === undefined || overdue.value === null
      ? ""
      : overdue.value === 0
        ? "Không có hồ sơ nào quá hạn."
        : `Đang quá hạn ${formatNumber(overdue.value, 0)}${NBSP}hồ sơ.`;
  return `${first} ${second}`.trim();
}

function hero(context: SceneContext): VNode {
  const item = own(context, HERO.indicator, HERO.window);
  const indicator = indicatorOf(context.catalogue, HERO.indicator);
  const country = context.board.get(HERO.indicator, "N:VN", HERO.window)?.value ?? null;
  return heroFigure({
    title: "Hồ sơ trực tuyến toàn trình",
    indicator,
    item,
    now: context.now,
    lostAt: context.lostAt,
    note: `${HERO.indicator}, ${periodWords(HERO.window, null)}`,
    missing: missingWords(context, indicator.known),
    target: indicator.target ?? HERO.target,
    references:
      country === null || country === item?.value ? [] : [{ words: `Cả nước ${formatNumber(country, 2)}`, value: country }],
    trend: item === null ? null : (context.trends.get(item.id) ?? null),
  });
}

function conditions(context: SceneContext): VNode {
  return h(
    "section",
    { class: "conditions" },
    h("h2", { class: "cap" }, "Điều kiện để toàn trình ", h("small", {}, "tháng này, %; vạch: mục tiêu")),
    h(
      "ul",
      { class: "bul" },
      CONDITIONS.map(([id, name]) => {
        const indicator = indicatorOf(context.catalogue, id);
        const item = own(context, id, "month");
        const level = shownLevel(item);
        const target = indicator.target ?? indicatorOf(context.catalogue, id.split(".")[0] ?? id).target;
        const value = item?.value ?? null;
        return h(
          "li",
          { key: id, "data-indicator": id, "data-level": level ?? "none", "aria-label": spoken(indicator, item, "") },
          levelMark(level, 1.625),
          h("span", {}, name),
          value === null ? h("span", { class: "absent", "data-role": "value" }, "chưa có số") : bullet(value, target),
          value !== null && h("b", { "data-role": "value", "data-fade": true }, formatNumber(value, indicator.decimals)),
        );
      }),
    ),
  );
}

function spread(context: SceneContext): VNode {
  const indicator = indicatorOf(context.catalogue, "PS-04");
  const figures = [...context.board.communes("PS-04", "30d").values()].filter((item) => item.value !== null);
  const item = own(context, "PS-04", "30d");
  const missing = context.places.length - figures.length;
  const few = figures.some((each) => tooFew(each, indicator)) ? `; rỗng: dưới ${indicator.denominatorMin}` : "";
  const note = `PS-04, 30 ngày; cỡ chấm: số hồ sơ${few}${missing > 0 ? `; ${missing} xã chưa có số` : ""}`;
  return h(
    "figure",
    {
      class: "spread",
      "data-indicator": "PS-04",
      tabindex: 0,
      "data-level": item?.level?.value ?? "none",
      "aria-label": spoken(indicator, item, ""),
    },
    h(
      "figcaption",
      { class: "cap" },
      figures.length === 0 ? "Đúng hạn theo xã, phường " : `Đúng hạn ở ${figures.length} xã, phường `,
      h("small", {}, note),
    ),
    h("span", { class: "sr", "data-role": "value" }, item === null ? NO_VALUE : valueWords(indicator, item.value)),
    figures.length === 0
      ? h("p", { class: "note" }, missingWords(context, indicator.known) === "" ? "" : "Chưa xã, phường nào có số.")
      : swarm({
          indicator,
          classes: thresholdClasses(indicator),
          figures,
          total: item?.value ?? null,
          nameOf: (unit) => placeName(context, unit),
        }),
  );
}

function own(context: SceneContext, indicator: string, window: string): Observation | null {
  return context.board.get(indicator, `P:${context.province}`, window);
}
