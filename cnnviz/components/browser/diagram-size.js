/**
 * Sizes that say something. A box never gets smaller than its words, so the rules are square roots: of a hundred times
 * as many channels the box is ten times as wide, and what differs by millions still fits on one picture.
 */

import { walk } from "./diagram-tree.js";

export const SIZES = /** @type {const} */ (["none", "channels", "resolution", "params", "macs"]);

/** @typedef {typeof SIZES[number]} By @typedef {import("./diagram-layout.js").Node} Node */

/** The largest box. */
const WIDEST = 400;
const TALLEST = 150;

/** What a box is measured by. @param {Node} node @param {By} by */
export function value(node, by) {
  switch (by) {
    case "channels": return node.output.length > 1 ? node.output[0] : 0; // a vector has features, no channels
    case "resolution": return node.output.length === 3 ? Math.max(node.output[1], node.output[2]) : 1;
    case "params": case "macs": return node[by];
    default: return 0;
  }
}

/**
 * The rule for the boxes that are drawn: the largest of them is as large as it gets.
 * @param {Node} root
 * @param {By} by
 * @param {(node: Node) => boolean} drawn as one box
 * @returns {(node: Node) => {w: number, h: number}}
 */
export function sizer(root, by, drawn) {
  let most = 0;
  for (const node of walk(root)) if (drawn(node)) most = Math.max(most, value(node, by));
  return (node) => {
    const part = most ? Math.sqrt(value(node, by) / most) : 0;
    if (by === "channels") return { w: WIDEST * part, h: 0 };
    if (by === "resolution") return { w: 0, h: TALLEST * part };
    const side = by === "none" ? 0 : Math.sqrt(part);
    return { w: WIDEST * side, h: TALLEST * side };
  };
}
