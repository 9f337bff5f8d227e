/** Scene 5: are the complaints of the people answered and the tasks that were given done? */

import { indicatorOf } from "../model/catalogue";
import { formatNumber, NBSP } from "../model/numbers";
import { estimateWidth } from "../model/width";
import { valueWords } from "../model/words";
import { h } from "../view/node";
import type { Scene, SceneContext } from "./context";
import { column, figureMap, itemOf, slotTopics, type Slot } from "./slots";

const FEEDBACK: readonly Slot[] = [
  { indicator: "FB-01", windows: ["30d", "month"], country: false },
  { indicator: "FB-02", windows: ["30d", "month"], country: false },
  { indicator: "FB-04", windows: ["30d", "month"], country: false },
  { indicator: "FB-03", windows: ["instant"], country: false },
];
const TASKS: readonly Slot[] = [
  { indicator: "TK-03", windows: ["quarter", "year"], country: false },
  { indicator: "TK-01", windows: ["month", "quarter", "all"], country: false },
  { indicator: "TK-02", windows: ["instant"], country: false },
  { indicator: "FB-05", windows: ["24h"], country: false },
];
const SLOTS = [...FEEDBACK, ...TASKS];
const MAPPED = { indicator: "FB-01", window: "30d", title: "Phản ánh đúng hạn theo xã, phường" } as const;
const SENTENCE_PX = 1820;

export const feedbackTasks: Scene = {
  id: "feedback-tasks",
  key: "5",
  title: "Phản ánh và nhiệm vụ",
  topics: (province) => [...slotTopics(province, SLOTS), `indicators/${province}/*/${MAPPED.indicator}/${MAPPED.window}`],
  trends: (context) => SLOTS.flatMap((slot) => itemOf(context, slot) ?? []),
  sentence,
  panels: {
    groups: [
      { title: "Phản ánh của người dân", slots: FEEDBACK },
      { title: "Nhiệm vụ giao, điểm nóng", slots: TASKS },
    ],
    mapped: MAPPED,
  },
  far: [...FEEDBACK.slice(0, 2), ...TASKS.slice(0, 2)],
  view: (context) =>
    h(
      "section",
      { class: "main overview" },
      h(
        "div",
        { class: "out" },
        column(context, "Phản ánh của người dân", FEEDBACK),
        column(context, "Nhiệm vụ giao, điểm nóng", TASKS),
      ),
      figureMap(context, MAPPED),
    ),
};

function sentence(context: SceneContext): string {
  if (!context.filled) return "Việc giao xong chưa?";
  const feedback = pair(context, "Phản ánh", "FB-01", "FB-03");
  const tasks = pair(context, "Nhiệm vụ", "TK-01", "TK-02");
  if (feedback === null && tasks === null) return "Chưa có số về phản ánh và nhiệm vụ.";
  const whole = `${feedback ?? "Chưa có số về phản ánh."} ${tasks ?? "Chưa có số về nhiệm vụ."}`;
  return estimateWidth(whole, 42) <= SENTENCE_PX ? whole : (feedback ?? whole);
}

/** "Phản ánh đúng hạn 97,10 %, quá hạn 12." */
function pair(context: SceneContext, name: string, shareId: string, overdueId: string): string | null {
  const value = (id: string): number | null => {
    const slot = SLOTS.find(({ indicator }) => indicator === id);
    return slot === undefined ? null : (itemOf(context, slot)?.value ?? null);
  };
  const [share, overdue] = [value(shareId), value(overdueId)];
  const parts = [
    share === null ? null : `đúng hạn ${valueWords(indicatorOf(context.catalogue, shareId), share)}${NBSP}%`,
    overdue === null ? null : overdue === 0 ? "không có việc quá hạn" : `quá hạn ${formatNumber(overdue, 0)}`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? null : `${name} ${parts.join(", ")}.`;
}
