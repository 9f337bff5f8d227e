/** Keys and pointer of the wall: digits choose a scene, ? lists them, / finds a commune, space holds, arrows move between figures, Enter explains, Esc closes, F fills the screen. */

import type { App } from "./app";

const FIGURES = "[data-indicator][tabindex], [data-open][tabindex]";

/** Listen for as long as the page lives. */
export function listen(app: App): void {
  window.addEventListener("keydown", (event) => {
    app.touch();
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const { key } = event;
    if (event.target instanceof HTMLInputElement) {
      if (typing(app, event)) event.preventDefault();
      return;
    }
    if (document.activeElement instanceof HTMLButtonElement && (key === "Enter" || key === " ")) return;
    if (!command(app, key) && !chosen(app, key)) return;
    event.preventDefault();
  });
  window.addEventListener("input", (event) => {
    if (event.target instanceof HTMLInputElement) app.cover.look(event.target.value);
  });
  window.addEventListener("pointermove", () => {
    app.touch();
  });
  window.addEventListener("click", (event) => {
    app.touch();
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest("[data-action=more]")) app.cover.moreEvents();
    if (target === null) return;
    const unit = target.closest("[data-unit]")?.getAttribute("data-unit") ?? null;
    if (unit !== null) app.openCommune(unit);
    else if (target.closest(".explain, .finder") === null) enter(app, target.closest(FIGURES));
  });
}

/** Keys that mean the same wherever the focus is; whether the key has been used. */
function command(app: App, key: string): boolean {
  if (/^[1-5]$/.test(key)) app.showByKey(key);
  else if (key === "?" || key === "0") app.cover.listScenes();
  else if (key === "/") app.find();
  else if (key === "Escape" || key === "Backspace") app.back();
  else if (key === " ") app.hold();
  else if (key === "f" || key === "F") toggleFullScreen();
  else return false;
  return true;
}

/** Keys of the figure that has the focus, and of what lies over the scene. */
function chosen(app: App, key: string): boolean {
  if (key === "PageDown" || key === "n") app.cover.moreEvents();
  else if (key === "Enter") enter(app, focused());
  else if (key.startsWith("Arrow")) move(key);
  else return false;
  return true;
}

/** A figure says where it is from, a map lets a commune be chosen. */
function enter(app: App, figure: Element | null): void {
  if (figure?.getAttribute("data-open") === "communes") app.find();
  else app.explain(figure?.getAttribute("data-indicator") ?? null);
}

/** Keys in the field of a list; whether the key has been used. Letters of an input method belong to it alone. */
function typing(app: App, { key, isComposing }: KeyboardEvent): boolean {
  if (isComposing) return false;
  if (key === "Escape") app.back();
  else if (key === "Enter") app.openChosen();
  else if (key === "ArrowDown") app.choose(1);
  else if (key === "ArrowUp") app.choose(-1);
  else return key === "Tab";
  return true;
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
