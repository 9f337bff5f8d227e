/** What every scene has: the head with place, link and clock; the bar of a lost link; the fence around a part that fails. */

import { formatNumber } from "../model/numbers";
import { clockTime, hourMinute, isoLocal, weekdayDate } from "../model/times";
import { h, type Child, type VNode } from "../view/node";

/** Nothing is said about a lost link for so long. */
export const LOST_GRACE_MS = 5_000;
/** A delay is told up to here; beyond it the freshness of each tile says more. */
const LAG_TOLD_MAX_MS = 60_000;

export interface HeadOptions {
  readonly place: string;
  readonly title: string;
  readonly simulated: boolean;
  readonly open: boolean;
  readonly lagMs: number | null;
  readonly reported: number;
  readonly expected: number;
  /** Whether somebody holds the scene. */
  readonly held: boolean;
  readonly far: boolean;
  /** The half that stands in one of several panels, or the whole. */
  readonly part: "whole" | "start" | "end";
  /** Null before the server has told its time. */
  readonly now: number | null;
}

/** The head of a scene. */
export function head(options: HeadOptions): VNode {
  const { part } = options;
  return h("header", { class: "top", key: `head-${part}` }, part !== "end" && start(options), part !== "start" && end(options));
}

function start(options: HeadOptions): readonly Child[] {
  return [
    h("span", { class: "place" }, options.place),
    !options.far && h("span", { class: "scene" }, options.title),
    options.simulated && h("span", { class: "tag" }, "số liệu mô phỏng"),
    h("span", { class: "fill" }),
  ];
}

function end(options: HeadOptions): readonly Child[] {
  const { now, open, lagMs, expected, reported, part } = options;
  const lag = options.held
    ? ", giữ cảnh"
    : open && lagMs !== null && lagMs < LAG_TOLD_MAX_MS
      ? `, trễ ${formatNumber(Math.max(0, lagMs) / 1000, 1)} giây`
      : "";
  return [
    h(
      "span",
      { class: "feed", role: "status", "data-link": open ? "open" : "lost" },
      h("i", {}),
      h("span", {}, h("b", {}, open ? "Trực tiếp" : "Đang nối"), lag),
    ),
    part === "end" && h("span", { class: "fill" }),
    expected > 0 && !options.far && part === "whole" && h("span", {}, `${reported}/${expected} xã, phường`),
    now !== null && !options.far && h("span", {}, weekdayDate(now)),
    now === null
      ? h("time", { class: "clock" }, "\u2013")
      : h("time", { class: "clock", datetime: isoLocal(now) }, clockTime(now)),
  ];
}

/** The bar of a lost link, null while the link stands or has been away for less than the grace. */
export function lostBar(lostForMs: number | null, lostAt: number | null, retryInSeconds: number, filled: boolean): VNode | null {
  if (lostForMs === null || lostForMs < LOST_GRACE_MS) return null;
  const words =
    filled && lostAt !== null
      ? `Mất kết nối từ ${hourMinute(lostAt)}. Màn hình giữ số cuối cùng.`
      : "Chưa nối được máy chủ. Màn hình chưa có số.";
  return h(
    "p",
    { class: "lost", key: "lost", role: "alert", "data-role": "lost" },
    words,
    h("span", { "aria-live": "off" }, retryInSeconds > 0 ? `thử lại sau ${retryInSeconds} giây` : "đang nối lại"),
  );
}

/** Draw a part; one that throws is replaced by its name, the rest lives. */
export function fenced(name: string, draw: () => VNode): VNode {
  try {
    return draw();
  } catch {
    return h("div", { class: "failed", role: "note" }, `${name}: không vẽ được`);
  }
}
