/** Open dossiers by the time they have left: still in time, due soon, overdue, and the next deadline. */

import { indicatorOf, type Catalogue } from "../model/catalogue";
import { freshnessOf } from "../model/freshness";
import { formatNumber, NO_VALUE } from "../model/numbers";
import type { Observation } from "../model/observation";
import { dayMonth, duration, hourMinute, sameDay } from "../model/times";
import { spoken } from "../model/words";
import { h, type VNode } from "../view/node";
import { freshnessMark, levelMark } from "./mark";
import { shownLevel } from "./tile";

/** The stages of a case: due soon is level 3, overdue level 4. */
const DUE_SOON = 3;
const OVERDUE = 4;

export interface StagesOptions {
  readonly catalogue: Catalogue;
  readonly now: number;
  readonly lostAt: number | null;
  /** The observation of an indicator or component at this instant. */
  readonly of: (indicator: string) => Observation | null;
}

interface Slot {
  readonly indicator: string;
  readonly words: string;
  readonly value: string;
  readonly level: number | null;
  /** Whether a stage without a figure is marked as such; a plain figure has no mark. */
  readonly marked: boolean;
  readonly share: number | null;
  readonly fill: string;
}

/** The row of slots. */
export function stages({ catalogue, now, lostAt, of }: StagesOptions): VNode {
  const overdueItem = of("PS-05");
  const [open, soon, overdue] = [
    of("PS-05.open")?.value ?? null,
    of("PS-05.due_soon")?.value ?? null,
    overdueItem?.value ?? null,
  ];
  const fresh = overdueItem === null ? null : freshnessOf(overdueItem, now, lostAt);
  const title = open === null ? "Hồ sơ đang mở theo thời hạn" : `${count(open)} hồ sơ đang mở, theo thời hạn`;
  const slots = slotsOf(now, of, { open, soon, overdue });
  return h(
    "section",
    {
      class: "stages",
      "data-indicator": "PS-05",
      tabindex: 0,
      "data-level": shownLevel(overdueItem) ?? "none",
      "aria-label": spoken(indicatorOf(catalogue, "PS-05"), overdueItem, fresh?.words ?? ""),
    },
    h(
      "h2",
      { class: "cap" },
      levelMark(shownLevel(overdueItem), 1.875),
      title,
      h("small", {}, "PS-05 ", fresh !== null && freshnessMark(fresh.state, fresh.words)),
    ),
    h("span", { class: "sr", "data-role": "value" }, overdue === null ? NO_VALUE : count(overdue)),
    h(
      "ol",
      { class: "lad" },
      slots.map((slot) =>
        h(
          "li",
          { key: slot.indicator, "data-indicator": slot.indicator },
          slot.marked && levelMark(slot.level, 1.75),
          h("b", { class: slot.marked ? null : "bare", "data-role": "value", "data-fade": true }, slot.value),
          h("span", {}, slot.words),
          h("i", { style: `width:${((slot.share ?? 0) * 100).toFixed(1)}%;background:${slot.fill}` }),
        ),
      ),
    ),
  );
}

function slotsOf(
  now: number,
  of: StagesOptions["of"],
  { open, soon, overdue }: Readonly<Record<"open" | "soon" | "overdue", number | null>>,
): readonly Slot[] {
  const inTime = open === null || soon === null || overdue === null ? null : Math.max(0, open - soon - overdue);
  const most = Math.max(1, inTime ?? 0, soon ?? 0, overdue ?? 0);
  const share = of("PS-05.overdue_share")?.value ?? null;
  const deadline = of("PS-05.countdown")?.value ?? null;
  const [when, left] = deadlineWords(deadline, now);
  const stage = (name: string, words: string, value: number | null, level: number, fill: string): Slot => ({
    indicator: `PS-05.${name}`,
    words,
    value: shown(value),
    level: value === null ? null : level,
    marked: true,
    share: value === null ? null : value / most,
    fill,
  });
  return [
    stage("in_time", "còn hạn", inTime, 0, "var(--data-2)"),
    stage("due_soon", "sắp đến hạn", soon, DUE_SOON, "var(--l3)"),
    stage("overdue", "quá hạn", overdue, OVERDUE, "var(--l4)"),
    {
      indicator: "PS-05.overdue_share",
      words: "tỷ lệ quá hạn",
      value: shareWords(share),
      level: null,
      marked: false,
      share: null,
      fill: "none",
    },
    { indicator: "PS-05.countdown", words: left, value: when, level: null, marked: false, share: null, fill: "none" },
  ];
}

/** When the next deadline is and what is left until then; instants in milliseconds since 1970. */
function deadlineWords(instant: number | null, now: number): readonly [when: string, left: string] {
  if (instant === null) return [NO_VALUE, "hạn gần nhất"];
  const when = sameDay(instant, now) ? hourMinute(instant) : dayMonth(instant);
  return [when, instant > now ? `hạn kế, còn ${duration(instant - now)}` : "hạn gần nhất"];
}

function shareWords(share: number | null): string {
  return share === null ? NO_VALUE : `${formatNumber(share, 2)}\u00a0%`;
}

function shown(value: number | null): string {
  return value === null ? NO_VALUE : count(value);
}

function count(value: number): string {
  return formatNumber(value, 0);
}
