/** The scenes of the wall in the order of their keys. */

import { commune } from "./commune";
import type { Scene } from "./context";
import { economy } from "./economy";
import { feedbackTasks } from "./feedback-tasks";
import { overview } from "./overview";
import { publicService } from "./public-service";

export const FIRST = overview;
export const SCENES: readonly Scene[] = [overview, publicService, economy, feedbackTasks];

/** All that can be shown: the scene of one commune has no key, it is opened from a map or by its name. */
export const SHOWN: readonly Scene[] = [...SCENES, commune];

/** The scene that follows in the fixed order. */
export function sceneAfter(scene: Scene): Scene {
  return SCENES[(SCENES.indexOf(scene) + 1) % SCENES.length] ?? FIRST;
}
