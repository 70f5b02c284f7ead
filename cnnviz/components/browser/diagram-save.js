/** The diagram as a file: the same shapes painted once more, and every box as a row. */

import { say } from "./diagram-layout.js";

/**
 * Paint the SVG's shapes, which carry their own colours, into a canvas or whatever paints like one.
 * @param {Element} element
 * @param {any} ctx
 * @param {string} font
 */
export function replay(element, ctx, font) {
  const number = (/** @type {string} */ name) => Number(element.getAttribute(name) ?? 0);
  ctx.save();
  const moved = element.getAttribute("transform")?.match(/[-\d.]+/g)?.map(Number);
  if (moved) ctx.translate(moved[0], moved[1]);
  ctx.beginPath();
  if (element.tagName === "rect") ctx.roundRect(number("x"), number("y"), number("width"), number("height"), number("rx"));
  const points = (element.getAttribute("points") ?? "").split(" ").filter(Boolean).map((pair) => pair.split(",").map(Number));
  points.forEach(([x, y], i) => (i ? ctx.lineTo(x, y) : ctx.moveTo(x, y)));
  if (element.tagName === "polygon") ctx.closePath();
  const fill = element.getAttribute("fill") ?? "none";
  const stroke = element.getAttribute("stroke");
  if (fill !== "none") {
    ctx.fillStyle = fill;
    if (element.tagName === "text") {
      const anchor = element.getAttribute("text-anchor");
      ctx.font = `${element.getAttribute("font-weight")} ${number("font-size")}px ${font}`;
      ctx.textAlign = anchor === "middle" ? "center" : anchor;
      ctx.fillText(element.textContent, number("x"), number("y"));
    } else if (element.tagName !== "g") ctx.fill();
  }
  if (stroke) {
    ctx.strokeStyle = stroke;
    ctx.lineWidth = Number(element.getAttribute("stroke-width") ?? 1);
    ctx.stroke();
  }
  for (const child of element.children) replay(child, ctx, font);
  ctx.restore();
}

/**
 * One row a layer and merge, as they run.
 * @param {import("./diagram-layout.js").Node} node
 * @returns {(string | number)[][]}
 */
function rows(node) {
  if (node.form === "layer") return [[node.path, node.title, say(node.input), say(node.output), node.params, node.macs]];
  const inner = node.parts.flatMap(rows);
  const ends = node.parts.map((part) => say(part.output)).join(" ");
  return node.form === "branches" ? [...inner, [node.path, node.merge, ends, say(node.output), 0, 0]] : inner;
}

/** @param {import("./diagram-layout.js").Node} root @param {Record<string, string>} labels */
export function table(root, labels) {
  return [[labels.path, labels.layer, labels.input, labels.output, labels.params, labels.macs], ...rows(root)];
}
