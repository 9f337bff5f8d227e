import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { contrast, difference, SIGHTS, themeOf, type Rgb } from "./colour";

const CSS = readFileSync(new URL("../src/styles/tokens.css", import.meta.url), "utf8");
const THEMES = [
  ["dark", themeOf(CSS, ":root")],
  ["light", themeOf(CSS, '[data-theme="light"]')],
] as const;
/** Least contrast on the background: text that is read, the smallest text, controls, data, level shapes. */
const FLOORS = {
  ink: 15,
  "ink-2": 7,
  "ink-3": 4.5,
  control: 3,
  data: 4.5,
  "data-2": 3,
  focus: 3,
  l0: 4.5,
  l4: 4.5,
  l5: 4.5,
} as const;

describe.each(THEMES)("the %s theme", (name, theme) => {
  const colour = (token: string): Rgb => theme.get(token) ?? [NaN, NaN, NaN];

  it.each(Object.entries(FLOORS))("%s has a contrast of %d or more", (token, floor) => {
    expect(contrast(colour(token), colour("bg"))).toBeGreaterThanOrEqual(floor);
  });

  // clause 10.4.1
  it("keeps numerals on levels readable and their shapes visible", () => {
    const onDark: Rgb = themeOf(CSS, ":root").get("on-level") ?? [0, 0, 0];
    for (const level of [1, 2, 3, 4, 5]) {
      const numeral: Rgb = name === "light" && level >= 4 ? [1, 1, 1] : onDark;
      expect(contrast(numeral, colour(`l${level}`))).toBeGreaterThanOrEqual(4.5);
      const edged = name === "light" && level <= 3;
      expect(contrast(edged ? colour("ink") : colour(`l${level}`), colour("bg"))).toBeGreaterThanOrEqual(3);
    }
  });

  // clause 10.4.1
  it.each(SIGHTS)("tells levels apart for %s sight", (sight) => {
    const levels = [0, 1, 2, 3, 4, 5].map((level) => colour(`l${level}`));
    const least = Math.min(
      ...levels.flatMap((one, index) => levels.slice(index + 1).map((other) => difference(one, other, sight))),
    );
    expect(least).toBeGreaterThanOrEqual(10);
  });
});
