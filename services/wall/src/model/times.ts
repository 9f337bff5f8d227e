/** Dates, times and durations as the wall writes them: the server's time in Asia/Ho_Chi_Minh, 24 hours, one unit rounded down. */

const ZONE_MS = 7 * 3_600_000;
const DAY_MS = 86_400_000;
const WEEKDAYS = ["Chủ Nhật", "Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy"] as const;
const WINDOWS: Readonly<Record<string, string>> = {
  "5m": "5 phút",
  "1h": "1 giờ",
  "24h": "24 giờ",
  "7d": "7 ngày",
  "30d": "30 ngày",
  instant: "Hiện tại",
  all: "Toàn bộ thời gian",
  month: "Tháng",
  quarter: "Quý",
  year: "Năm",
  ytd: "Lũy kế",
};
const QUARTERS = ["I", "II", "III", "IV"] as const;

/** 14:32:08 */
export function clockTime(instant: number): string {
  const local = localDate(instant);
  return `${hourMinute(instant)}:${two(local.getUTCSeconds())}`;
}

/** 14:32 */
export function hourMinute(instant: number): string {
  const local = localDate(instant);
  return `${two(local.getUTCHours())}:${two(local.getUTCMinutes())}`;
}

/** 21/11/2026 */
export function fullDate(instant: number): string {
  return `${dayMonth(instant)}/${localDate(instant).getUTCFullYear()}`;
}

/** 21/11 */
export function dayMonth(instant: number): string {
  const local = localDate(instant);
  return `${two(local.getUTCDate())}/${two(local.getUTCMonth() + 1)}`;
}

/** Thứ Sáu, 20/11/2026 */
export function weekdayDate(instant: number): string {
  return `${WEEKDAYS[localDate(instant).getUTCDay()] ?? ""}, ${fullDate(instant)}`;
}

/** The time of day when the instant lies on the same day as `now`, else the day. */
export function sinceWhen(instant: number, now: number): string {
  return sameDay(instant, now) ? hourMinute(instant) : dayMonth(instant);
}

/** The instant with its offset, for the `datetime` of a time element. */
export function isoLocal(instant: number): string {
  return new Date(instant + ZONE_MS).toISOString().replace(/\.\d+Z$/, "+07:00");
}

/** 45 giây, 11 phút, 2 giờ, 6 ngày: one unit, rounded down. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return `${seconds} giây`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} phút`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} giờ`;
  return `${Math.floor(seconds / 86_400)} ngày`;
}

/** The words of a window and its period: "30 ngày", "Tháng 10/2026", "Quý III/2026", "Năm 2025", "9 tháng 2026". */
export function periodWords(window: string, period: string | null): string {
  const year = /^(\d{4})/.exec(period ?? "")?.[1];
  const part = /^\d{4}-(Q?)(\d{1,2})/.exec(period ?? "");
  const number = Number(part?.[2] ?? 0);
  const name = window.replace("~admin", "");
  if (year === undefined) return WINDOWS[name] ?? window;
  switch (name) {
    case "month":
      return part === null ? `Tháng, ${year}` : `Tháng ${number}/${year}`;
    case "quarter":
      return part === null ? `Quý, ${year}` : `Quý ${QUARTERS[number - 1] ?? number}/${year}`;
    case "year":
      return `Năm ${year}`;
    case "ytd":
      return part === null ? `Lũy kế ${year}` : `${part[1] === "Q" ? number * 3 : number} tháng ${year}`;
    default:
      return WINDOWS[name] ?? window;
  }
}

/** Whether two instants lie on one day in Vietnam. */
export function sameDay(one: number, other: number): boolean {
  return Math.floor((one + ZONE_MS) / DAY_MS) === Math.floor((other + ZONE_MS) / DAY_MS);
}

function localDate(instant: number): Date {
  return new Date(instant + ZONE_MS);
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}
