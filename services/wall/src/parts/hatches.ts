/** The hatches of a map: over units without a figure, and over the last colour of units that have stopped. */

import { s, type VNode } from "../view/node";

export function hatches(): VNode {
  const pattern = { width: 9, height: 9, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" };
  return s(
    "defs",
    {},
    s(
      "pattern",
      { id: "nodata", ...pattern },
      s("rect", { width: 9, height: 9, fill: "var(--m-nodata)" }),
      s("path", { d: "M0 0V9", stroke: "var(--m-hatch)", "stroke-width": 2.5 }),
    ),
    s("pattern", { id: "stale", ...pattern }, s("path", { d: "M0 0V9", stroke: "var(--bg)", "stroke-width": 2.5 })),
  );
}
