/** The frames of the screen: one, or two side by side where it is wide. */

import { page, type PageOptions } from "./page";
import { sceneAfter } from "./scenes/all";
import type { VNode } from "./view/node";

/** The frames; the second shows the next scene and nothing lies over it. */
export function viewsOf(front: Omit<PageOptions, "beside">, wide: boolean): readonly VNode[] {
  const first = page({ ...front, beside: false });
  if (!wide || front.far || front.bezel !== null) return [first];
  const context = { ...front.context, unit: null };
  const alone = { explaining: null, listing: false, finding: null, ahead: false };
  return [first, page({ ...front, ...alone, context, scene: sceneAfter(front.scene), beside: true })];
}
