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
