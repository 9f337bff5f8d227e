/** The whole page as a value: head, sentence, scene, strip, and what lies over it. */

import { indicatorOf } from "./model/catalogue";
import { isSimulated } from "./model/words";
import { explain } from "./parts/explain";
import { fenced, head, lostBar } from "./parts/frame";
import { strip } from "./parts/strip";
import { placeName, type Scene, type SceneContext } from "./scenes/context";
import { h, type VNode } from "./view/node";

export interface PageOptions {
  readonly scene: Scene;
  readonly context: SceneContext;
  readonly clockKnown: boolean;
  readonly lagMs: number | null;
  readonly lostForMs: number | null;
  readonly retryInSeconds: number;
  /** Indicator whose origin is shown. */
  readonly explaining: string | null;
}

/** The burn-in guard: the frame stands at one of four places, 2 px apart, for ten minutes each. */
const SHIFT_MS = 600_000;
const SHIFTS = ["0 0", "2px 0", "2px 2px", "0 2px"] as const;

/** Make the page of one moment. */
export function page(options: PageOptions): VNode {
  const { scene, context, explaining } = options;
  const totals = context.board.totals();
  const figures = context.board.communes("PS-04", "30d");
  const reported = [...figures.values()].filter((item) => item.value !== null).length;
  const shift = SHIFTS[Math.floor(context.now / SHIFT_MS) % SHIFTS.length] ?? SHIFTS[0];
  return h(
    "main",
    {
      class: "wall",
      "data-scene": scene.id,
      "data-link": options.lostForMs === null ? "open" : "lost",
      style: `translate:${shift}`,
    },
    fenced("Đầu trang", () =>
      head({
        place: context.provinceName,
        title: scene.title,
        simulated: totals.some(isSimulated),
        open: options.lostForMs === null,
        lagMs: options.lagMs,
        reported,
        expected: context.places.length,
        now: options.clockKnown ? context.now : null,
      }),
    ),
    h("h1", { class: "say" }, sentenceOf(scene, context)),
    h(
      "div",
      { class: "stage", key: scene.id },
      fenced(scene.title, () => scene.view(context)),
      explaining !== null && fenced("Số này từ đâu", () => panel(context, explaining)),
    ),
    fenced("Cảnh báo", () => strip(totals, context.catalogue, (unit) => placeName(context, unit), context.now, context.filled)),
    lostBar(options.lostForMs, context.lostAt, options.retryInSeconds, context.filled),
  );
}

function sentenceOf(scene: Scene, context: SceneContext): string {
  try {
    return scene.sentence(context);
  } catch {
    return scene.title;
  }
}

function panel(context: SceneContext, indicator: string): VNode {
  const units = [`P:${context.province}`, "N:VN"];
  const found = context.board.totals().filter((item) => item.indicator === indicator && units.includes(item.unit));
  const item =
    found.find((candidate) => candidate.value !== null && candidate.unit === units[0]) ??
    found.find((candidate) => candidate.value !== null) ??
    found[0] ??
    null;
  return explain(indicatorOf(context.catalogue, indicator), item, context.now, context.lostAt);
}
