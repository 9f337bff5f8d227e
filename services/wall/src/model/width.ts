/** How wide a text will be, closely enough to leave out what would not fit. Widths are of Inter at weight 500, in em. */

const WIDTHS: ReadonlyMap<string, number> = new Map(
  (
    [
      [0.27, "ijlI' "],
      [0.31, ".,:;·|"],
      [0.38, "ftr/()[]"],
      [0.47, "-"],
      [0.5, "\u2013"],
      [0.57, "acksvxyzEFJL"],
      [0.6, "ehnouêôơ"],
      [0.63, "bdgpqđưPRSTZK&0123456789"],
      [0.68, "AVXYB+\u2212"],
      [0.74, "CDGHUĐƯ"],
      [0.77, "NOQ"],
      [0.88, "mwM"],
      [1, "W%"],
    ] as const
  ).flatMap(([em, letters]) => Array.from(letters, (letter) => [letter, em] as const)),
);
const UNKNOWN = 0.75;
/** Heavier weights and rounding need a little more. */
const CAUTION = 1.015;

/** Estimated width in pixels at the given type size, tone marks not counted. */
export function estimateWidth(text: string, sizePx: number): number {
  let em = 0;
  for (const letter of text.replaceAll("\u00a0", " ").normalize("NFD")) {
    if (!/\p{M}/u.test(letter)) em += WIDTHS.get(letter) ?? UNKNOWN;
  }
  return em * sizePx * CAUTION;
}
