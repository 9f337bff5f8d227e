/** A name broken over lines by our own estimate of its width: what is drawn never depends on how a browser breaks it. */

import { estimateWidth } from "./width";

/** Break at spaces into at most `count` lines of `px`; null when it does not fit. */
export function linesOf(text: string, px: number, sizePx: number, count: number): readonly string[] | null {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    const longer = last === undefined ? word : `${last} ${word}`;
    if (last !== undefined && estimateWidth(longer, sizePx) <= px) lines[lines.length - 1] = longer;
    else lines.push(word);
    if (lines.length > count || estimateWidth(lines.at(-1) ?? "", sizePx) > px) return null;
  }
  return lines;
}

/**
 * The name of something that has a code, in at most `count` lines. A name that does not fit keeps its first words and ends with
 * the code, which says that there is more and where to find it; no ellipsis on a wall.
 */
export function namedLines(name: string | null, code: string, px: number, sizePx: number, count: number): readonly string[] {
  if (name === null) return [`Thủ tục ${code}`];
  const short = withoutKind(name);
  const whole = linesOf(short, px, sizePx, count);
  if (whole !== null) return whole;
  const words = short.split(" ");
  for (let kept = words.length - 1; kept > 0; kept -= 1) {
    const lines = linesOf(`${words.slice(0, kept).join(" ")} (${code})`, px, sizePx, count);
    if (lines !== null) return lines;
  }
  return [`Thủ tục ${code}`];
}

/** "Thủ tục đăng ký khai sinh" is "Đăng ký khai sinh": all are procedures. */
function withoutKind(name: string): string {
  const rest = name.replace(/^Thủ tục:?\s+/u, "");
  return rest === name ? name : rest.charAt(0).toLocaleUpperCase("vi") + rest.slice(1);
}
