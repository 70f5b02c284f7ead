/** What stands in the table of layers: its columns, how each is said, compared, and written into a CSV. */

import { h } from "./mount.js";
import { fill, percent } from "./format.js";

/**
 * @typedef {object} Layer One row, as Python sends it.
 * @property {string} path
 * @property {string} kind torch's class name; add or concat
 * @property {string} colour which of the diagram's kinds it is
 * @property {number[]} input
 * @property {number[]} output
 * @property {number} params
 * @property {number} macs
 * @property {number} memory bytes
 * @property {number[]} field height and width of what one value sees
 * @property {string} size_why
 * @property {string} params_why
 *
 * @typedef {"path" | "kind" | "input" | "output" | "params" | "macs" | "memory" | "field" | "size_why" | "params_why"} Column
 */

/** @type {Column[]} */
export const COLUMNS = ["path", "kind", "input", "output", "params", "macs", "memory", "field", "size_why", "params_why"];

/** Those with a bar: each layer's share of the whole. @type {("params" | "macs" | "memory")[]} */
export const SHARED = ["params", "macs", "memory"];

/** @param {Column} column */
export const numeric = (column) => ["input", "output", "params", "macs", "memory", "field"].includes(column);

/** @param {number[]} shape */
export const say = (shape) => shape.join("×");

/** @param {number} count */
export const grouped = (count) => count.toLocaleString("en-US");

/**
 * Bytes as people write them.
 * @param {number} bytes
 */
export function size(bytes) {
  const units = ["B", "KB", "MB", "GB"];
  let unit = 0;
  for (; bytes >= 1000 && unit < units.length - 1; unit += 1) bytes /= 1000;
  return `${Number(bytes.toPrecision(3))} ${units[unit]}`;
}

/** @param {Layer} layer @param {Column} column @returns {number | string} */
export function rank(layer, column) {
  const value = layer[column];
  return Array.isArray(value) ? value.reduce((all, each) => all * each, 1) : value;
}

/** Layers whose path, kind or shapes have all the words. @param {Layer} layer @param {string} words */
export function fits(layer, words) {
  const text = `${layer.path} ${layer.kind} ${say(layer.input)} ${say(layer.output)}`.toLowerCase();
  return words.toLowerCase().replace(/(\d)x(?=\d)/g, "$1×").split(/\s+/).every((word) => text.includes(word));
}

/**
 * The cells of one row.
 * @param {Layer} layer
 * @param {{labels: Record<string, string>, totals: Record<string, number>, most: Record<string, number>, colours: Record<string, string>}} about
 * @returns {HTMLElement[]}
 */
export function cells(layer, about) {
  const cut = layer.path.lastIndexOf(".") + 1;
  const swatch = h("i", { class: "swatch", "aria-hidden": "true" });
  swatch.style.background = about.colours[layer.colour] ?? "none";
  return [
    h("th", { scope: "row", class: "path", title: layer.path },
      h("span", { class: "name" }, h("span", { class: "before" }, layer.path.slice(0, cut)), h("b", {}, layer.path.slice(cut)))),
    h("td", { class: "kind" }, swatch, layer.kind),
    h("td", { class: "shape" }, say(layer.input)),
    h("td", { class: "shape" }, say(layer.output)),
    ...SHARED.map((column) => bar(layer[column], column, about)),
    h("td", { class: "shape" }, say(layer.field)),
    h("td", { class: "why" }, layer.size_why),
    h("td", { class: "why" }, layer.params_why),
  ];
}

/**
 * A number with a bar below it, the longest for the layer with most.
 * @param {number} value
 * @param {"params" | "macs" | "memory"} column
 * @param {{labels: Record<string, string>, totals: Record<string, number>, most: Record<string, number>}} about
 */
function bar(value, column, { labels, totals, most }) {
  const share = totals[column] ? value / totals[column] : 0;
  const title = value ? fill(labels.share, { percent: percent(share), what: labels[column] }) : undefined;
  const cell = h("td", { class: "number", title, "data-column": column, "data-value": value },
    column === "memory" ? size(value) : grouped(value));
  if (value) {
    const line = h("i", { class: "bar", "aria-hidden": "true" });
    line.style.width = `calc((100% - 20px) * ${Math.max(0.015, value / most[column])})`;
    cell.append(line);
  } else cell.classList.add("none");
  return cell;
}

/**
 * All rows as they are shown, for a CSV: plain numbers, shapes as 6x28x28.
 * @param {Layer[]} layers
 * @param {Record<string, string>} labels
 * @returns {import("./saving.js").Table}
 */
export function table(layers, labels) {
  const heading = COLUMNS.map((column) => (column === "memory" ? labels.memory_bytes : labels[column]));
  return [heading, ...layers.map((layer) => COLUMNS.map((column) => {
    const value = layer[column];
    return Array.isArray(value) ? value.join("x") : value;
  }))];
}
