/** The two ways to draw a network: nested boxes, or slabs in perspective. Each gives its groups and its size. */

import { layout } from "./diagram-layout.js";
import { box, colours, lines, wrong } from "./diagram-paint.js";
import { sizer } from "./diagram-size.js";
import { costs } from "./diagram-detail.js";
import { layers } from "./diagram-tree.js";
import { fill } from "./format.js";
import { perspective } from "./perspective-layout.js";
import { body, line, link } from "./perspective-paint.js";
import { withAlpha } from "./theme.js";

/**
 * @typedef {import("./diagram-layout.js").Node} Node
 *
 * @typedef {object} Asked
 * @property {Node} root
 * @property {Record<string, string>} labels
 * @property {import("./theme.js").Theme} theme
 * @property {import("./diagram-size.js").By} by
 * @property {(node: Node) => boolean} open
 * @property {(node: Node) => boolean} drawn as one box
 * @property {(placed: any) => number} share of a lane
 * @property {(text: string, size: number, weight?: number) => number} width
 *
 * @typedef {{width: number, height: number, boxes: {placed: any, group: SVGElement}[], all: SVGElement[]}} Drawn
 */

/** @param {Asked} asked @returns {Drawn} */
export function boxes({ root, labels, theme, by, open, drawn, share, width }) {
  const costly = by === "params" || by === "macs";
  const whole = (/** @type {Node} */ node) => (costly && root[by] ? node[by] / root[by] : 0);
  const laid = layout(root, {
    open, width, identity: labels.identity, least: sizer(root, by, drawn), bar: (node) => whole(node) > 0,
    costs: (node) => costs(node, labels, by, whole), layers: (node) => fill(labels.few_layers, { count: layers(node) }),
  });
  const style = { theme, labels, share, open, whole, width };
  const made = laid.boxes.map((placed) => ({ placed, group: box(placed, style) }));
  return { width: laid.width, height: laid.height, boxes: made, all: [...made.map(({ group }) => group), lines(laid, theme)] };
}

/** @param {Asked} asked @returns {Drawn} */
export function slabs({ root, labels, theme, open, width }) {
  const scene = perspective(root, { open, width, labels, fill });
  /** @type {Map<any, SVGElement>} */
  const groups = new Map(scene.boxes.map((placed) => [placed, body(placed, { theme, width })]));
  const all = scene.order.map((each) => {
    if ("form" in each) return /** @type {SVGElement} */ (groups.get(each));
    return "how" in each ? link(each, theme) : line(each.points, each.arrow, theme);
  });
  return { width: scene.width, height: scene.height, boxes: scene.boxes.map((placed) => ({ placed, group: groups.get(placed) })), all };
}

/**
 * What the overview paints of a box; null for what only surrounds others.
 * @param {any} placed
 * @param {import("./theme.js").Theme} theme
 */
export function glimpse(placed, theme) {
  const { form, node, x, y, w, h, kind } = placed;
  if (form === "lane" || (form === "merge" && !node.state) || form === "summary" || (form === "frame" && h < 40)) return null;
  const colour = node.state === "wrong" && form !== "frame" ? wrong(theme) : form === "layer" || form === "slab" ? withAlpha(colours(theme)[kind ?? node.kind] ?? theme.text, 0.8)
    : withAlpha(theme.text, form === "frame" ? 0.08 : 0.35);
  return { x, y, w, h, colour };
}
