/** What the browser says of itself. */

/** Two scenes stand side by side on a screen as wide as this, never one that is stretched. */
const WIDE = 2.2;

/** Whether two scenes have room beside each other. */
export function isWide(): boolean {
  return window.innerWidth / window.innerHeight >= WIDE;
}

/** Memory in use in MB, null where the browser does not tell. */
export function heapMb(): number | null {
  const memory = (performance as { readonly memory?: { readonly usedJSHeapSize?: number } }).memory;
  return memory?.usedJSHeapSize === undefined ? null : Math.round(memory.usedJSHeapSize / 104_857.6) / 10;
}

/** Beyond so many MB the page is loaded anew at the next scene change. */
const HEAP_MAX_MB = 500;

/** Whether the page holds so much memory that it should be loaded anew. */
export function isHeapFull(): boolean {
  return (heapMb() ?? 0) > HEAP_MAX_MB;
}

/** Load the page anew at a scene: a new build, or memory that was given back. */
export function loadAnew(scene: string, unit: string | null): void {
  const address = new URL(window.location.href);
  address.searchParams.set("scene", scene);
  if (unit !== null) address.searchParams.set("unit", unit);
  window.location.replace(address);
}
