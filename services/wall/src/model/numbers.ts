/** Numbers as Vietnamese readers write them: 1.234.567,8, a true minus, a space before %. */

const MINUS = "\u2212";
/** A space that keeps a number and its unit on one line. */
export const NBSP = "\u00a0";
/** What stands for a missing value; never 0. */
export const NO_VALUE = "\u2013";

const formats = new Map<string, Intl.NumberFormat>();

/** A number with exactly so many decimals. */
export function formatNumber(value: number, decimals: number): string {
  return withMinus(format(decimals, decimals).format(value));
}

/** A number with at most so many decimals: 100, 98,5. */
export function formatShort(value: number, decimalsMax: number): string {
  return withMinus(format(0, decimalsMax).format(value));
}

/** A change with its sign: +0,41 or −0,90; 0 has none. */
export function formatSigned(value: number, decimals: number): string {
  const text = formatNumber(Math.abs(value), decimals);
  if (Number(Math.abs(value).toFixed(decimals)) === 0) return text;
  return (value > 0 ? "+" : MINUS) + text;
}

/** The unit of a change as words: shares change by points, growth is in per cent. */
export function changeUnit(unit: string, unitShort: string): string {
  switch (unit) {
    case "pp":
    case "percentage_points":
      return "điểm" + NBSP + "%";
    case "percent":
    case "%":
      return "%";
    case "minutes":
      return "phút";
    case "":
      return unitShort;
    default:
      return unitShort === "%" ? unit : unitShort;
  }
}

/** A number and its unit in one piece; "/100 dân" is written without a space. */
export function withUnit(number: string, unit: string): string {
  if (unit === "") return number;
  return unit.startsWith("/") ? number + unit : number + NBSP + unit;
}

function format(decimalsMin: number, decimalsMax: number): Intl.NumberFormat {
  const name = `${decimalsMin}/${decimalsMax}`;
  const known = formats.get(name);
  if (known !== undefined) return known;
  const made = new Intl.NumberFormat("vi-VN", { minimumFractionDigits: decimalsMin, maximumFractionDigits: decimalsMax });
  formats.set(name, made);
  return made;
}

function withMinus(text: string): string {
  return text.replace("-", MINUS).replace(/^\u2212([0,.]*)$/, "$1");
}
