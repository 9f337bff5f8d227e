/** How wide a text will be, closely enough to leave out what would not fit. Widths are of Inter at weight 500, in em. */

const NARROW = new Set("ijlịìíỉĩ|.,:;'!·");
const SLIM = new Set("ftrI()[]- \u00a0\u2013/");
const WIDE = new Set("mwMW%");

/** Estimated width in pixels at the given type size. It errs on the wide side by a few per cent. */
export function estimateWidth(text: string, sizePx: number): number {
  let em = 0;
  for (const letter of text) em += letterWidth(letter);
  return em * sizePx;
}

function letterWidth(letter: string): number {
  if (NARROW.has(letter)) return 0.29;
  if (SLIM.has(letter)) return 0.37;
  if (WIDE.has(letter)) return 0.9;
  if (letter >= "0" && letter <= "9") return 0.63;
  return letter === letter.toLowerCase() ? 0.58 : 0.72;
}
