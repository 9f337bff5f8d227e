/** The scenes by their keys, and which of them does not exist yet. */

import { SCENES } from "../scenes/all";
import type { Scene } from "../scenes/context";
import { h, type VNode } from "../view/node";

const KEYS = ["1", "2", "3", "4", "5"] as const;
const COMING: Readonly<Record<string, string>> = { "3": "Cảnh báo: chưa có cảnh này, xem dải dưới cùng" };

/** The list; `shown` is marked. */
export function sceneList(shown: Scene): VNode {
  return h(
    "aside",
    { class: "scenes", role: "dialog", "aria-label": "Các cảnh" },
    h("h2", {}, "Các cảnh"),
    h(
      "ol",
      {},
      KEYS.map((key) => {
        const scene = SCENES.find((candidate) => candidate.key === key);
        return h(
          "li",
          { key, class: scene === undefined ? "absent" : null, "aria-current": scene === shown ? "true" : null },
          h("b", {}, key),
          h("span", {}, scene?.title ?? COMING[key] ?? ""),
        );
      }),
    ),
    h("p", { class: "note" }, "Phím số: chọn cảnh. /: tìm xã, phường. Dấu cách: giữ cảnh. Esc: đóng."),
  );
}
