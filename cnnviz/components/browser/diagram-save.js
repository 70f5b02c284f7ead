/** The diagram as a file: the same shapes painted once more, and every box as a row. */

import { say } from "./diagram-layout.js";
import { colours, KINDS } from "./diagram-paint.js";
import { walk } from "./diagram-tree.js";
import { measure } from "./diagram-width.js";

/** @typedef {import("./diagram-layout.js").Node} Node */

/** Paper is white, also at night. @param {import("./theme.js").Theme} theme @returns {import("./theme.js").Theme} */
export const onPaper = (theme) => ({
  ...theme, dark: false, text: "#31333f", background: "#ffffff", secondary: "#f0f2f6", primary: "#6d3bd1", border: "#d0d2d8",
});

/** The legend's height, and the room around it. */
const LEGEND = 30;
const MARGIN = 12;

/**
 * The whole picture and its legend, for a file.
 * @param {import("./diagram-views.js").Drawn} drawn
 * @param {{box: Node, labels: Record<string, string>}} data
 * @param {import("./theme.js").Theme} theme
 */
export function scene({ width, height, all }, { box, labels }, theme) {
  const kinds = KINDS.filter((kind) => [...walk(box)].some((node) => node.form === "layer" && node.kind === kind));
  const words = kinds.map((kind) => ({ kind, label: labels[kind], w: 34 + measure(labels[kind], `400 12px ${theme.font}`) }));
  const wide = words.reduce((sum, { w }) => sum + w, 0);
  const full = Math.max(width, wide + 2 * MARGIN - 18);
  return {
    width: full, height: height + LEGEND, background: theme.background,
    paint: (/** @type {any} */ ctx) => {
      ctx.save();
      ctx.translate((full - width) / 2, 0);
      for (const group of all) replay(group, ctx, theme.font);
      ctx.restore();
      let x = (full - wide + 18) / 2;
      for (const { kind, label, w } of words) {
        ctx.fillStyle = colours(theme)[kind];
        ctx.fillRect(x, height + 5, 11, 11);
        ctx.fillStyle = theme.text;
        ctx.font = `400 12px ${theme.font}`;
        ctx.textAlign = "left";
        ctx.fillText(label, x + 16, height + 15);
        x += w;
      }
    },
  };
}

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
  ctx.setLineDash((element.getAttribute("stroke-dasharray") ?? "").split(" ").filter(Boolean).map(Number));
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
