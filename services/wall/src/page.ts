/** The whole page as a value: head, sentence, scene, strip, and what lies over it. */

import type { Explained } from "./live/explaining";
import { indicatorOf } from "./model/catalogue";
import type { Observation } from "./model/observation";
import { isSimulated } from "./model/words";
import { explain } from "./parts/explain";
import { fenced, head, lostBar } from "./parts/frame";
import { sceneList } from "./parts/scene-list";
import { strip } from "./parts/strip";
import { sceneAfter } from "./scenes/all";
import { farView } from "./scenes/slots";
import { placeName, type Scene, type SceneContext } from "./scenes/context";
import { h, type VNode } from "./view/node";

export interface PageOptions {
  readonly scene: Scene;
  readonly context: SceneContext;
  readonly clockKnown: boolean;
  readonly lagMs: number | null;
  readonly lostForMs: number | null;
  readonly retryInSeconds: number;
  /** What is known of the figure whose origin is shown. */
  readonly explaining: Explained | null;
  readonly listing: boolean;
  /** Whether the next scene is painted, unseen, so that it stands when it is shown. */
  readonly ahead: boolean;
  /** Whether this is the second of two scenes side by side. */
  readonly beside: boolean;
  readonly held: boolean;
  /** Whether the reader is so far away that only few, large figures are shown. */
  readonly far: boolean;
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
    options.beside ? "section" : "main",
    {
      class: options.far ? "wall far" : "wall",
      key: options.beside ? "beside" : "front",
      "aria-label": options.beside ? scene.title : null,
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
        held: options.held,
        far: options.far,
        now: options.clockKnown ? context.now : null,
      }),
    ),
    h(options.beside ? "p" : "h1", { class: "say" }, sentenceOf(scene, context, options.far)),
    stage(scene, options, false),
    options.ahead && stage(sceneAfter(scene), options, true),
    explaining !== null &&
      h(
        "div",
        { class: "over", key: "explain" },
        fenced("Số này từ đâu", () => panel(context, explaining)),
      ),
    options.listing && h("div", { class: "over", key: "scenes" }, sceneList(scene)),
    fenced("Cảnh báo", () => strip(totals, context.catalogue, (unit) => placeName(context, unit), context.now, context.filled)),
    lostBar(options.lostForMs, context.lostAt, options.retryInSeconds, context.filled),
  );
}

function stage(scene: Scene, { context, far }: PageOptions, ahead: boolean): VNode {
  return h(
    "div",
    { class: ahead ? "stage ahead" : "stage", key: scene.id, "aria-hidden": ahead ? "true" : null },
    fenced(scene.title, () => (far ? farView(context, scene.far) : scene.view(context))),
  );
}

/** A distant reader gets the first sentence only. */
function sentenceOf(scene: Scene, context: SceneContext, far: boolean): string {
  try {
    const whole = scene.sentence(context);
    return far ? (/^.*?\.(?=\s)/u.exec(whole)?.[0] ?? whole) : whole;
  } catch {
    return scene.title;
  }
}

/** The figure of an indicator as the wall shows it: the province's, else the country's. */
export function shownItem(context: SceneContext, indicator: string): Observation | null {
  const units = [`P:${context.province}`, "N:VN"];
  const found = context.board.totals().filter((item) => item.indicator === indicator && units.includes(item.unit));
  return (
    found.find((candidate) => candidate.value !== null && candidate.unit === units[0]) ??
    found.find((candidate) => candidate.value !== null) ??
    found[0] ??
    null
  );
}

function panel(context: SceneContext, explaining: Explained): VNode {
  return explain({
    indicator: indicatorOf(context.catalogue, explaining.indicator),
    item: shownItem(context, explaining.indicator),
    explained: explaining,
    placeOf: (unit) => placeName(context, unit),
    now: context.now,
    lostAt: context.lostAt,
  });
}
