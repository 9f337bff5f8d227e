/** The list from which a commune is chosen: opened by a person from the map or with the key "/". */

import { unitLevel, type ThresholdClass } from "../model/classes";
import type { Indicator } from "../model/catalogue";
import type { Finding } from "../model/finding";
import { formatNumber, NO_VALUE } from "../model/numbers";
import type { Observation } from "../model/observation";
import type { Place } from "../model/places";
import { h, type VNode } from "../view/node";
import { levelMark } from "./mark";

export interface FinderOptions {
  readonly finding: Finding;
  readonly rows: readonly Place[];
  readonly figures: ReadonlyMap<string, Observation>;
  readonly indicator: Indicator;
  readonly classes: readonly ThresholdClass[];
}

/** The list with its field; each row says the value that the map shows. */
export function finder({ finding, rows, figures, indicator, classes }: FinderOptions): VNode {
  const row = (place: Place, index: number): VNode => {
    const item = figures.get(place.unit);
    const value = item?.value ?? null;
    return h(
      "li",
      {
        key: place.unit,
        id: `found-${index}`,
        role: "option",
        "aria-selected": index === finding.chosen ? "true" : "false",
        "data-unit": place.unit,
      },
      levelMark(unitLevel(item, indicator, classes), 1.625),
      h("span", {}, place.name),
      h("b", {}, value === null ? NO_VALUE : formatNumber(value, indicator.decimals)),
    );
  };
  return h(
    "aside",
    { class: "finder", role: "dialog", "aria-label": "Chọn xã, phường" },
    h("h2", {}, "Chọn xã, phường ", h("small", {}, `${indicator.nameShort}, %, 30 ngày`)),
    h("input", {
      type: "text",
      role: "combobox",
      autocomplete: "off",
      spellcheck: "false",
      "aria-label": "Tên xã, phường, không cần dấu",
      "aria-expanded": "true",
      "aria-controls": "found",
      "aria-activedescendant": rows.length === 0 ? null : `found-${finding.chosen}`,
    }),
    h("ol", { id: "found", role: "listbox", "aria-label": "Xã, phường" }, rows.map(row)),
    h(
      "p",
      { class: "note", role: "status" },
      rows.length === 0 ? "Không có xã, phường nào tên như vậy." : "Gõ tên, không cần dấu. Enter: mở. Esc: đóng.",
    ),
  );
}
