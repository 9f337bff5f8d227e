/** The whole page as a value: head, sentence, scene, strip, and what lies over it. */

import type { Explained } from "./live/explaining";
import type { Finding } from "./model/finding";
import { isSimulated } from "./model/words";
import { covering } from "./covering";
import { panels } from "./panels";
import { fenced, head, lostBar, type HeadOptions } from "./parts/frame";
import { strip } from "./parts/strip";
import { sceneAfter } from "./scenes/all";
import { farView } from "./scenes/slots";
import { placeName, type Scene, type SceneContext } from "./scenes/context";
import type { Bezel } from "./settings";
import { h, type Child, type VNode } from "./view/node";

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
  /** What is looked for in the list of communes, null when it is closed. */
  readonly finding: Finding | null;
  /** Whether the next scene is painted, unseen, so that it stands when it is shown. */
  readonly ahead: boolean;
  /** Whether this is the second of two scenes side by side. */
  readonly beside: boolean;
  readonly held: boolean;
  /** Whether the reader is so far away that only few, large figures are shown. */
  readonly far: boolean;
  /** Panels that the screen is made of, null for one. */
  readonly bezel: Bezel | null;
}

/** The burn-in guard: the frame stands at one of four places, 2 px apart, for ten minutes each. */
const SHIFT_MS = 600_000;
const SHIFTS = ["0 0", "2px 0", "2px 2px", "0 2px"] as const;

/** Make the page of one moment. */
export function page(options: PageOptions): VNode {
  const { scene, context } = options;
  const shift = SHIFTS[Math.floor(context.now / SHIFT_MS) % SHIFTS.length] ?? SHIFTS[0];
  const kind = options.bezel === null ? (options.far ? " far" : "") : ` bezel b${options.bezel}`;
  return h(
    options.beside ? "section" : "main",
    {
      class: `wall${kind}`,
      key: options.beside ? "beside" : "front",
      "aria-label": options.beside ? scene.title : null,
      "data-scene": scene.id,
      "data-link": options.lostForMs === null ? "open" : "lost",
      style: `translate:${shift}`,
    },
    options.bezel === null ? whole(options) : divided(options, options.bezel),
    covering(options),
    lostBar(options.lostForMs, context.lostAt, options.retryInSeconds, context.filled),
  );
}

function whole(options: PageOptions): readonly Child[] {
  const { scene, context } = options;
  return [
    fenced("Đầu trang", () => head(headOf(options))),
    h(options.beside ? "p" : "h1", { class: "say" }, sentenceOf(scene, context, options.far)),
    stage(scene, options, false),
    options.ahead && stage(sceneAfter(scene), options, true),
    alerts(context),
  ];
}

function divided(options: PageOptions, bezel: Bezel): readonly Child[] {
  const { scene, context } = options;
  const sentence = sentenceOf(scene, context, bezel === "3x3");
  return panels({ bezel, scene, context, sentence, head: headOf(options), alerts: alerts(context) });
}

function headOf({ scene, context, ...options }: PageOptions): HeadOptions {
  const figures = context.board.communes("PS-04", "30d");
  return {
    place: context.provinceName,
    title: scene.heading?.(context) ?? scene.title,
    simulated: context.board.totals().some(isSimulated),
    open: options.lostForMs === null,
    lagMs: options.lagMs,
    reported: [...figures.values()].filter((item) => item.value !== null).length,
    expected: context.places.length,
    held: options.held,
    far: options.far || options.bezel === "3x3",
    part: "whole",
    now: options.clockKnown ? context.now : null,
  };
}

/** The strip: of one commune its own, else of all that is known. */
function alerts(context: SceneContext): VNode {
  const totals = context.board.totals();
  const own = context.unit === null ? totals : totals.filter((item) => item.unit === context.unit);
  return fenced("Cảnh báo", () => strip(own, context.catalogue, (unit) => placeName(context, unit), context.now, context.filled));
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
