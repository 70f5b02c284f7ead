/**
 * The boxes and lines as SVG. Every colour and font stands in the elements themselves, so that the saved file looks
 * as the page does.
 */

import { APART, FRAME_HEAD, LANE_HEAD, SMALL, TITLE, say } from "./diagram-layout.js";
import { called } from "./diagram-tree.js";
import { percent } from "./format.js";
import { rgb, withAlpha } from "./theme.js";

const SVG = "http://www.w3.org/2000/svg";

export const KINDS = /** @type {const} */ (["convolution", "pooling", "activation", "normalisation", "linear", "other"]);

/** Told apart by their words too; each stands out from the background by 3:1 and more. */
const COLOURS = {
  light: { convolution: "#2b6cb0", pooling: "#2f855a", activation: "#c2570c", normalisation: "#7b4bb3", linear: "#b83280", other: "#64748b" },
  dark: { convolution: "#7ab8f0", pooling: "#68d391", activation: "#f5a95c", normalisation: "#b794f4", linear: "#f687b3", other: "#a0aec0" },
};
/** @param {import("./theme.js").Theme} theme @returns {Record<string, string>} */
export const colours = (theme) => (theme.dark ? COLOURS.dark : COLOURS.light);
/** @param {import("./theme.js").Theme} theme */
export const wrong = (theme) => (theme.dark ? "#ff8a80" : "#c62828");

/**
 * Make an SVG element.
 * @param {string} tag
 * @param {Record<string, string | number | undefined>} attributes
 * @param {...(Node | string)} children
 * @returns {SVGElement}
 */
export function s(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/**
 * @typedef {object} Style
 * @property {import("./theme.js").Theme} theme
 * @property {Record<string, string>} labels
 * @property {(placed: import("./diagram-layout.js").Placed) => number} share of a lane, 0..1
 * @property {(node: import("./diagram-layout.js").Node) => boolean} open
 * @property {(text: string, size: number, weight?: number) => number} width of a text in pixels
 * @property {(node: import("./diagram-layout.js").Node) => number} whole a box's share of the whole, 0..1
 */

/**
 * The group of one box.
 * @param {import("./diagram-layout.js").Placed} placed
 * @param {Style} style
 */
export function box(placed, style) {
  const group = s("g", { class: `box ${placed.form}`, transform: `translate(${placed.x} ${placed.y})` });
  switch (placed.form) {
    case "layer": group.append(...layer(placed, style)); break;
    case "closed": case "summary": group.append(...closed(placed, style)); break;
    case "frame": group.append(...frame(placed, style)); break;
    case "lane": group.append(...lane(placed, style)); break;
    case "merge": group.append(...pill(placed, style, placed.lines[0], placed.node.problem ? wrong(style.theme) : withAlpha(style.theme.text, placed.node.output.length ? 1 : 0.5))); break;
    case "end": group.append(...end(placed, style)); break;
  }
  return group;
}

/** @param {import("./diagram-layout.js").Placed} placed @param {Style} style */
function layer(placed, style) {
  const { node, w, h } = placed;
  const { theme } = style;
  const colour = node.state === "wrong" ? wrong(theme) : colours(theme)[node.kind];
  const pale = node.state === "unreached";
  return [
    rect(w, h, { fill: theme.background, rx: 7 }),
    rect(w, h, {
      fill: pale ? "none" : withAlpha(colour, theme.dark ? 0.2 : 0.1), stroke: withAlpha(colour, pale ? 0.35 : 0.75), rx: 7, class: "edge",
      "stroke-width": node.state === "wrong" ? 2 : 1, "stroke-dasharray": pale ? "4 3" : undefined,
    }),
    rect(4, h - 12, { x: 5, y: 6, fill: pale ? withAlpha(colour, 0.35) : colour, rx: 2 }),
    ...inside(placed, style, w / 2 + 3, 0),
  ];
}

/** @param {import("./diagram-layout.js").Placed} placed @param {Style} style */
function closed(placed, style) {
  const { form, node, w, h } = placed;
  const { theme } = style;
  const edge = node.state === "wrong" || holdsWrong(node) ? wrong(theme) : theme.text;
  const faint = node.state === "unreached" ? 0.45 : 1;
  return [
    rect(w, h, { fill: theme.background, rx: 9 }),
    rect(w - 6, h - 6, { x: 3, y: 3, fill: theme.secondary, stroke: withAlpha(edge, 0.3 * faint), rx: 6 }),
    rect(w, h, { fill: "none", stroke: withAlpha(edge, 0.45 * faint), rx: 9, class: "edge", "stroke-dasharray": faint < 1 ? "4 3" : undefined }),
    ...inside(placed, style, w / 2, form === "summary" ? 0 : 9),
  ];
}

/**
 * What stands in a box, in its middle: the title and the layer's name, the small numbers, the problem, the bar.
 * @param {import("./diagram-layout.js").Placed} placed
 * @param {Style} style
 * @param {number} x
 * @param {number} beside how far the title gives way to the triangle
 */
function inside({ node, w, h, lines, words = [], bar: barred }, style, x, beside) {
  const { theme, width } = style;
  const count = lines.length + words.length;
  const tall = 15 + (count ? 2 + 15 * count : 0) + (barred ? 10 : 0);
  const top = (h - tall) / 2;
  const colour = node.state === "wrong" ? wrong(theme) : undefined;
  const name = called(node);
  const given = name ? (APART + width(name, SMALL)) / 2 : 0;
  return [
    text(x + beside - given, top + 12, node.title, theme, { size: TITLE, weight: 600, soft: node.state === "unreached" }),
    ...(name ? [text(x - given + width(node.title, TITLE, 600) / 2 + APART, top + 12, name, theme, { size: SMALL, anchor: "start", soft: true })] : []),
    ...(beside ? [caret(13, top + 2, false, theme)] : []),
    ...lines.map((line, i) => text(x, top + 28 + 15 * i, line, theme, { size: SMALL, soft: true })),
    ...words.map((line, i) => text(x, top + 28 + 15 * (lines.length + i), line, theme, { size: SMALL, colour })),
    ...(barred ? bar(12, h - 13, w - 24, style.whole(node), theme) : []),
  ];
}

/** @param {number} x @param {number} y @param {number} w @param {number} share @param {import("./theme.js").Theme} theme */
function bar(x, y, w, share, theme) {
  return [
    rect(w, 5, { x, y, fill: withAlpha(theme.text, 0.13), rx: 2.5 }),
    ...(share ? [rect(Math.max(2, w * share), 5, { x, y, fill: theme.primary, rx: 2.5, class: "bar" })] : []),
  ];
}

/** @param {import("./diagram-layout.js").Node} node @returns {boolean} */
const holdsWrong = (node) => node.state === "wrong" || node.parts.some(holdsWrong);

/** @param {import("./diagram-layout.js").Placed} placed @param {Style} style */
function frame({ node, w, h }, { theme, width }) {
  const edge = holdsWrong(node) ? wrong(theme) : theme.text;
  return [
    rect(w, h, { fill: withAlpha(theme.text, theme.dark ? 0.05 : 0.025), stroke: withAlpha(edge, node.state === "unreached" ? 0.2 : 0.35), rx: 10, class: "edge" }),
    caret(10, 9, true, theme),
    text(27, 19.5, node.title, theme, { size: TITLE, weight: 600, anchor: "start" }),
    ...(node.block ? [text(27 + width(node.title, TITLE, 600) + 9, 19.5, node.block, theme, { size: SMALL, anchor: "start", soft: true })] : []),
    head(w, FRAME_HEAD),
  ];
}

/** @param {import("./diagram-layout.js").Placed} placed @param {Style} style */
function lane(placed, style) {
  const { node, w, h } = placed;
  const { theme } = style;
  const share = style.share(placed);
  const openable = node.named && node.parts.length > 0;
  return [
    rect(w, h, { fill: withAlpha(theme.text, theme.dark ? 0.06 : 0.035), stroke: withAlpha(theme.text, 0.16), rx: 8, class: "edge" }),
    ...(openable ? [caret(7, 7, style.open(node), theme)] : []),
    text(openable ? 22 : 8, 16.5, node.title, theme, { size: SMALL + 1, weight: 600, anchor: "start" }),
    text(w - 8, 16.5, percent(share), theme, { size: SMALL, anchor: "end", soft: true }),
    ...bar(8, 24, w - 16, share, theme),
    ...(openable ? [head(w, LANE_HEAD)] : []),
  ];
}

/** What is clicked to open and close: over the words, unseen. @param {number} w @param {number} h */
const head = (w, h) => rect(w, h, { fill: "none", class: "head" });

/** @param {import("./diagram-layout.js").Placed} placed @param {Style} style @param {string} words @param {string} colour */
function pill({ w, h }, { theme }, words, colour) {
  return [
    rect(w, h, { fill: theme.background, stroke: withAlpha(colour, 0.7), rx: h / 2, "stroke-width": 1.5, class: "edge" }),
    text(w / 2, h / 2 + (words === "+" ? 6 : 4.5), words, theme, { size: words === "+" ? 18 : TITLE, weight: 600, colour }),
  ];
}

/** @param {import("./diagram-layout.js").Placed} placed @param {Style} style */
function end({ node, w, h, lines: [which] }, { theme, labels }) {
  const words = `${labels[which]} ${say(which === "input" ? node.input : node.output)}`;
  return [
    rect(w, h, { fill: theme.secondary, stroke: withAlpha(theme.text, 0.2), rx: h / 2, class: "edge" }),
    text(w / 2, h / 2 + 4.5, words, theme, { size: TITLE, weight: 600 }),
  ];
}

/** @param {import("./theme.js").Theme} theme */
const soft = (theme) => withAlpha(theme.text, 0.75);

/**
 * @param {number} width
 * @param {number} height
 * @param {Record<string, string | number | undefined>} more
 */
function rect(width, height, more) {
  return s("rect", { width, height, ...more });
}

/**
 * @param {number} x
 * @param {number} y the baseline
 * @param {string} words
 * @param {import("./theme.js").Theme} theme
 * @param {{size: number, weight?: number, anchor?: string, soft?: boolean, colour?: string}} how
 */
export function text(x, y, words, theme, how) {
  return s("text", {
    x, y, "font-size": how.size, "font-weight": how.weight ?? 400, "text-anchor": how.anchor ?? "middle",
    fill: how.colour ?? (how.soft ? soft(theme) : theme.text),
  }, words);
}

/** @param {number[][]} points @param {string} fill @param {Record<string, string | number | undefined>} [more] */
export function polygon(points, fill, more = {}) {
  return s("polygon", { points: joined(points), fill, ...more });
}

/** @param {number[][]} points */
export const joined = (points) => points.map((point) => point.join(",")).join(" ");

/** @param {number} x @param {number} y @param {boolean} open @param {import("./theme.js").Theme} theme */
function caret(x, y, open, theme) {
  const [cx, cy] = [x + 5, y + 6];
  return polygon(open ? [[cx - 5, cy - 3], [cx + 5, cy - 3], [cx, cy + 3]] : [[cx - 3, cy - 5], [cx + 3, cy], [cx - 3, cy + 5]], theme.text);
}

/**
 * All lines, with a head where they arrive; under the reader's pointer nothing.
 * @param {import("./diagram-layout.js").Layout} laid
 * @param {import("./theme.js").Theme} theme
 */
export function lines(laid, theme) {
  const [r, g, b] = rgb(theme.text).map((v, i) => Math.round(v * 0.6 + rgb(theme.background)[i] * 0.4));
  const colour = `rgb(${r}, ${g}, ${b})`;
  const group = s("g", { "aria-hidden": "true", "pointer-events": "none" });
  for (const { points, arrow } of laid.lines) {
    const [x, y] = points[points.length - 1];
    const drawn = points.map((p, i) => (i === points.length - 1 && arrow ? [p[0], p[1] - 5] : p));
    group.append(s("polyline", { points: joined(drawn), fill: "none", stroke: colour, "stroke-width": 1.4, "stroke-linecap": "square" }));
    if (arrow) group.append(polygon([[x - 4, y - 7], [x, y - 0.5], [x + 4, y - 7]], colour));
  }
  for (const label of laid.labels) group.append(text(label.x, label.y + 4, label.text, theme, { size: SMALL, anchor: "start", soft: true }));
  return group;
}
