/** What may move: a value cross-fades, a tile whose level changed is underlined once. Nothing blinks, nothing counts up. */

import type { PaintHooks } from "./patch";

const FADE_MS = 240;
const SCENE_MS = 400;
const TRACE_MS = 2400;
const EASE = "cubic-bezier(.2, 0, 0, 1)";

/** Hooks for painting with motion; `still` is asked each time, so that a reader's wish counts at once. */
export function motionHooks(still: () => boolean): PaintHooks {
  return {
    textChanging: (element) => {
      if (!still()) crossFade(element);
    },
    attributeChanged: (element, name, before) => {
      if (name === "data-level" && before !== null && !still()) trace(element);
    },
  };
}

function crossFade(element: Element): void {
  if (!(element instanceof HTMLElement)) return;
  element.parentElement?.querySelectorAll("[data-ghost]").forEach((old) => {
    old.remove();
  });
  const ghost = element.cloneNode(true) as HTMLElement;
  for (const name of element.getAttributeNames()) if (name.startsWith("data-")) ghost.removeAttribute(name);
  ghost.setAttribute("data-ghost", "");
  ghost.setAttribute("aria-hidden", "true");
  Object.assign(ghost.style, {
    position: "absolute",
    left: `${element.offsetLeft}px`,
    top: `${element.offsetTop}px`,
    margin: "0",
    pointerEvents: "none",
  });
  element.after(ghost);
  const timing = { duration: FADE_MS, easing: EASE };
  element.animate([{ opacity: 0 }, { opacity: 1 }], timing);
  ghost.animate([{ opacity: 1 }, { opacity: 0 }], { ...timing, fill: "forwards" }).finished.then(
    () => {
      ghost.remove();
    },
    () => {
      ghost.remove();
    },
  );
}

function trace(element: Element): void {
  element.animate([{ boxShadow: "inset 0 2px 0 0 var(--ink)" }, { boxShadow: "inset 0 2px 0 0 var(--ink)" }], {
    duration: TRACE_MS,
  });
}

/** Keep a picture of the scene that leaves; the function that is returned lays it over the new one and lets both cross-fade. */
export function crossFadeStage(root: Element): (() => void) | null {
  const leaving = root.querySelector(".stage:not(.ahead)")?.cloneNode(true);
  if (!(leaving instanceof HTMLElement)) return null;
  leaving.setAttribute("data-ghost", "");
  leaving.setAttribute("aria-hidden", "true");
  leaving.inert = true;
  return () => {
    const arriving = root.querySelector(".stage:not(.ahead, [data-ghost])");
    if (arriving === null) return;
    arriving.after(leaving);
    const timing = { duration: SCENE_MS, easing: EASE };
    arriving.animate([{ opacity: 0 }, { opacity: 1 }], timing);
    const remove = (): void => {
      leaving.remove();
    };
    leaving.animate([{ opacity: 1 }, { opacity: 0 }], { ...timing, fill: "forwards" }).finished.then(remove, remove);
  };
}
