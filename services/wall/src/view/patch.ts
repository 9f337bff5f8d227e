/** Paint a view: change the document as little as needed. Knows nothing of what is shown. */

import type { Attributes, VNode } from "./node";

/** What a painter may want to know while it paints: an element whose text or attribute is about to change. */
export interface PaintHooks {
  /** Called before the text of an element marked `data-fade` changes. */
  readonly textChanging: (element: Element) => void;
  /** Called after an attribute changed on an element that was there before. */
  readonly attributeChanged: (element: Element, name: string, before: string | null) => void;
}

export const noHooks: PaintHooks = { textChanging: () => undefined, attributeChanged: () => undefined };

const SVG = "http://www.w3.org/2000/svg";
const painted = new WeakMap<Node, VNode>();

/** Make the children of `parent` show `views`. */
export function paint(parent: Element, views: readonly (VNode | string)[], hooks: PaintHooks = noHooks): void {
  const known = keyed(parent);
  let cursor: ChildNode | null = parent.firstChild;
  for (const view of views) {
    while (cursor !== null && isGhost(cursor)) cursor = cursor.nextSibling;
    const candidate = typeof view !== "string" && view.key !== null ? (known.get(view.key) ?? null) : cursor;
    const node = settle(candidate, view, hooks);
    if (node === cursor) cursor = cursor.nextSibling;
    else parent.insertBefore(node, cursor);
  }
  while (cursor !== null) {
    const next: ChildNode | null = cursor.nextSibling;
    if (!isGhost(cursor)) cursor.remove();
    cursor = next;
  }
}

function settle(node: ChildNode | null, view: VNode | string, hooks: PaintHooks): ChildNode {
  if (typeof view === "string") {
    if (node?.nodeType !== Node.TEXT_NODE) return document.createTextNode(view);
    if (node.nodeValue !== view) node.nodeValue = view;
    return node;
  }
  const before = node === null ? undefined : painted.get(node);
  if (node === null || before?.tag !== view.tag || before.key !== view.key) return create(view);
  if (before !== view) update(node as unknown as Element, before, view, hooks);
  return node;
}

function create(view: VNode): Element {
  const element = view.tag.startsWith("svg:")
    ? document.createElementNS(SVG, view.tag.slice(4))
    : document.createElement(view.tag);
  for (const [name, value] of Object.entries(view.attributes)) write(element, name, value);
  paint(element, view.children);
  painted.set(element, view);
  return element;
}

function update(element: Element, before: VNode, view: VNode, hooks: PaintHooks): void {
  if ("data-fade" in view.attributes && flat(before) !== flat(view)) hooks.textChanging(element);
  for (const name of Object.keys(before.attributes)) {
    if (!(name in view.attributes)) write(element, name, null);
  }
  for (const [name, value] of Object.entries(view.attributes)) {
    if (value === before.attributes[name]) continue;
    const earlier = element.getAttribute(name);
    write(element, name, value);
    hooks.attributeChanged(element, name, earlier);
  }
  paint(element, view.children, hooks);
  painted.set(element, view);
}

function write(element: Element, name: string, value: Attributes[string]): void {
  if (value === null || value === undefined || value === false) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? "" : String(value));
}

function keyed(parent: Element): ReadonlyMap<string, ChildNode> {
  const found = new Map<string, ChildNode>();
  for (const node of parent.childNodes) {
    const key = painted.get(node)?.key;
    if (key !== undefined && key !== null) found.set(key, node);
  }
  return found;
}

/** A ghost is an element that only fades away; it belongs to `motion.ts`. */
function isGhost(node: Node): boolean {
  return node instanceof Element && node.hasAttribute("data-ghost");
}

function flat(view: VNode): string {
  return view.children.map((child) => (typeof child === "string" ? child : flat(child))).join("");
}
