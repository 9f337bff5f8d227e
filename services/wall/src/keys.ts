/** Keys and pointer of the wall: digits choose a scene, ? lists them, space holds, arrows move between figures, Enter explains, Esc closes, F fills the screen. */

import type { App } from "./app";

const FIGURES = "[data-indicator][tabindex]";

/** Listen for as long as the page lives. */
export function listen(app: App): void {
  window.addEventListener("keydown", (event) => {
    app.touch();
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const { key } = event;
    if (document.activeElement instanceof HTMLButtonElement && (key === "Enter" || key === " ")) return;
    if (/^[1-5]$/.test(key)) app.showByKey(key);
    else if (key === "?" || key === "0") app.listScenes();
    else if (key === "Escape") app.explain(null);
    else if (key === "PageDown" || key === "n") app.moreEvents();
    else if (key === " ") app.hold();
    else if (key === "Enter") app.explain(focused()?.getAttribute("data-indicator") ?? null);
    else if (key === "f" || key === "F") toggleFullScreen();
    else if (key.startsWith("Arrow")) move(key);
    else return;
    event.preventDefault();
  });
  window.addEventListener("pointermove", () => {
    app.touch();
  });
  window.addEventListener("click", (event) => {
    app.touch();
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest("[data-action=more]")) app.moreEvents();
    if (target === null || target.closest(".explain") !== null) return;
    app.explain(target.closest(FIGURES)?.getAttribute("data-indicator") ?? null);
  });
}

function focused(): Element | null {
  return document.activeElement?.closest(FIGURES) ?? null;
}

/** Move the focus to the nearest figure in the direction of the arrow. */
function move(key: string): void {
  const figures = [...document.querySelectorAll<HTMLElement>(FIGURES)];
  const from = focused();
  if (from === null) {
    figures[0]?.focus();
    return;
  }
  const here = centre(from);
  const [dx, dy] = key === "ArrowLeft" ? [-1, 0] : key === "ArrowRight" ? [1, 0] : key === "ArrowUp" ? [0, -1] : [0, 1];
  const ahead = figures
    .filter((figure) => figure !== from)
    .map((figure) => {
      const there = centre(figure);
      const along = (there.x - here.x) * dx + (there.y - here.y) * dy;
      const across = Math.abs((there.x - here.x) * dy) + Math.abs((there.y - here.y) * dx);
      return { figure, along, cost: along + 3 * across };
    })
    .filter(({ along }) => along > 1);
  ahead.sort((one, other) => one.cost - other.cost)[0]?.figure.focus();
}

function centre(element: Element): { readonly x: number; readonly y: number } {
  const box = element.getBoundingClientRect();
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

function toggleFullScreen(): void {
  const change = document.fullscreenElement === null ? document.documentElement.requestFullscreen() : document.exitFullscreen();
  change.catch(() => undefined);
}
