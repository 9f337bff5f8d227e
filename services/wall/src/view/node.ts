/** Views are values: a tree of frozen nodes that a pure function makes and `patch.ts` paints. */

export type Attributes = Readonly<Record<string, string | number | boolean | null | undefined>>;
export type Child = VNode | string | null | false;

/** One element: `key` keeps its identity among its siblings, `tag` with the prefix `svg:` is in the SVG namespace. */
export interface VNode {
  readonly tag: string;
  readonly key: string | null;
  readonly attributes: Attributes;
  readonly children: readonly (VNode | string)[];
}

/** Make an element. Children that are null or false are left out; neighbouring texts are joined. */
export function h(tag: string, attributes: Attributes = {}, ...children: readonly (Child | readonly Child[])[]): VNode {
  const kept: (VNode | string)[] = [];
  for (const child of children.flat(1) as readonly Child[]) {
    if (child === null || child === false || child === "") continue;
    const last = kept.at(-1);
    if (typeof child === "string" && typeof last === "string") kept[kept.length - 1] = last + child;
    else kept.push(child);
  }
  const { key, ...rest } = attributes;
  return { tag, key: key === undefined || key === null ? null : String(key), attributes: rest, children: kept };
}

/** Make an SVG element. */
export function s(tag: string, attributes: Attributes = {}, ...children: readonly (Child | readonly Child[])[]): VNode {
  return h(`svg:${tag}`, attributes, ...children);
}

/** All text of a view in reading order: what a reader without eyes for pictures gets. */
export function textOf(node: VNode | string): string {
  if (typeof node === "string") return node;
  return node.children.map(textOf).join("");
}

/** All elements of a view for which `wanted` holds, in document order. */
export function findAll(node: VNode | string, wanted: (candidate: VNode) => boolean): readonly VNode[] {
  if (typeof node === "string") return [];
  const below = node.children.flatMap((child) => findAll(child, wanted));
  return wanted(node) ? [node, ...below] : below;
}
