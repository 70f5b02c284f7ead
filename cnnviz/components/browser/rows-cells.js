/** What stands in the table of layers: its columns, how each is said, compared, and written into a CSV. */

import { h } from "./mount.js";
import { fill, percent } from "./format.js";

/**
 * @typedef {object} Layer One row, as Python sends it.
 * @property {string} path
 * @property {string} kind torch's class name; add or concat
 * @property {string} colour which of the diagram's kinds it is
 * @property {number[]} input of a merge what its first path gives
 * @property {number[]} output
 * @property {number} params
 * @property {number} macs
 * @property {number} memory bytes
 * @property {number[]} field height and width of what one value sees
 * @property {string} size_why
 * @property {string} params_why
 * @property {number[][]} merged of a merge what each path gives
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

/**
 * What comes in: a shape; of all paths the channels that a concat puts together, or the shapes that an add adds.
 * @param {Layer} layer
 * @param {string} sign between the sides
 * @returns {string[]} the pieces between which a line may break
 */
function incoming({ kind, input, merged }, sign) {
  if (!merged.length) return [input.join(sign)];
  if (kind !== "concat") return merged.map((shape, i) => shape.join(sign) + (i < merged.length - 1 ? ", " : ""));
  return [`(${merged.map(([channels]) => channels).join("+")})`, input.slice(1).map((side) => sign + side).join("")];
}

/** What comes in, as a CSV has it. @param {Layer} layer */
export const plainInput = (layer) => incoming(layer, "x").join("");

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
  if (column === "input" && layer.merged.length) return layer.merged.reduce((sum, shape) => sum + product(shape), 0);
  const value = layer[column];
  return Array.isArray(value) ? product(value) : value;
}

/** @param {number[]} shape */
const product = (shape) => shape.reduce((all, each) => all * each, 1);

/** Layers whose path, kind or shapes have all the words. @param {Layer} layer @param {string} words */
export function fits(layer, words) {
  const text = `${layer.path} ${layer.kind} ${incoming(layer, "×").join("")} ${say(layer.output)}`.toLowerCase();
  return words.toLowerCase().replace(/(\d)x(?=\d)/g, "$1×").split(/\s+/).every((word) => text.includes(word));
}

/**
 * The cells of one row.
 * @param {Layer} layer
 * @param {{labels: Record<string, string>, totals: Record<string, number>, most: Record<string, number>, colours: Record<string, string>}} about
 * @returns {HTMLElement[]}
 */
export function cells(layer, about) {
  const names = layer.path.split(".");
  const name = names.pop() ?? "";
  const parent = names.length ? `${names.pop()}.` : "";
  const before = names.map((each) => `${each}.`).join("");
  const swatch = h("i", { class: "swatch", "aria-hidden": "true" });
  swatch.style.background = about.colours[layer.colour] ?? "none";
  return [
    h("th", { scope: "row", class: "path", title: layer.path },
      h("span", { class: "name" }, h("span", { class: "before" }, before), h("span", { class: "parent" }, parent), h("b", {}, name))),
    h("td", { class: "kind", title: layer.kind }, swatch, layer.kind),
    h("td", { class: "shape" }, ...incoming(layer, "×").map((piece) => h("span", { class: "piece" }, piece))),
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
    if (column === "input") return plainInput(layer);
    const value = layer[column];
    return Array.isArray(value) ? value.join("x") : value;
  }))];
}
