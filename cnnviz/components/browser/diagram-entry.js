/** A box as the reader meets it: what a screen reader and a test read of it, and how it is marked. */

import { shareText, spoken } from "./diagram-detail.js";

/** @typedef {import("./diagram-layout.js").Node} Node @typedef {{placed: any, group: SVGElement, id: string, share: string}} Entry */

/**
 * Write on a group what box it is.
 * @param {any} placed
 * @param {SVGElement} group
 * @param {{labels: Record<string, string>, share?: number, cost: "params" | "macs", open?: boolean}} known `open`: undefined
 *   for what does not open
 * @returns {Entry}
 */
export function entry(placed, group, { labels, share, cost, open }) {
  const { node, form } = placed;
  const id = form === "end" ? `end:${placed.lines[0]}` : `${form === "merge" ? "merge" : "box"}:${node.path}`;
  const said = share === undefined ? "" : shareText(share, cost, labels);
  const about = form === "summary" ? { "aria-hidden": "true", "data-path": node.path } : {
    role: "treeitem", tabindex: -1, "aria-level": placed.level, "aria-label": spoken(placed, labels, said),
    "aria-expanded": form === "merge" || form === "end" ? undefined : open, "data-testid": "diagram-box", "data-id": id,
    "data-form": form, "data-path": node.path, "data-title": node.title, "data-input": node.input.join("x"),
    "data-output": node.output.join("x"), "data-params": node.params, "data-macs": node.macs, "data-state": node.state,
    "data-share": share,
  };
  for (const [name, value] of Object.entries(about)) if (value !== undefined) group.setAttribute(name, String(value));
  return { placed, group, id, share: said };
}

/**
 * Mark what is chosen and what is found; what is folded into a slab counts as the slab.
 * @param {Entry[]} boxes
 * @param {{matches: Node[], match?: Node, chosen?: Entry}} what `match`: the one that is looked at
 */
export function mark(boxes, { matches, match, chosen }) {
  const found = new Set(matches.map(({ path }) => path));
  for (const each of boxes) {
    const { form, node, folded = [] } = each.placed;
    const paths = form === "end" || form === "merge" ? [] : [node, ...folded].map(({ path }) => path);
    each.group.classList.toggle("match", paths.some((path) => found.has(path)));
    each.group.classList.toggle("now", match !== undefined && paths.includes(match.path));
    each.group.classList.toggle("chosen", each === chosen);
    each.group.setAttribute("aria-selected", String(each === chosen));
  }
}
