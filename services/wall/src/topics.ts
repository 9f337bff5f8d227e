/** What the wall asks the server for: the figures of all scenes, the courses of what is shown, and what is computed on demand. */

import type { Scene, SceneContext } from "./scenes/context";
import { SHOWN } from "./scenes/all";

/** The topics of all scenes; those of one commune only while it is looked at. */
export function wallTopics(province: string | null, unit: string | null): readonly string[] {
  return province === null ? [] : [...new Set(SHOWN.flatMap((scene) => scene.topics(province, unit)))];
}

/** The topics of the courses that are drawn. */
export function courseTopics(context: SceneContext): readonly string[] {
  return SHOWN.flatMap((scene) => scene.trends(context)).map((item) => `trend/${item.id}`);
}

/** The topics of what the server computes while somebody looks at it. */
export function askedTopics(scene: Scene, province: string | null, unit: string | null): readonly string[] {
  return province === null ? [] : (scene.asked?.(province, unit) ?? []);
}
