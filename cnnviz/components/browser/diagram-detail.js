/** What the diagram says of one box, in words: for the line below it and for screen readers. */

import { h } from "./mount.js";
import { merged, say } from "./diagram-layout.js";
import { fill, percent } from "./format.js";

/** 12352 as 12,352. @param {number} count */
export const whole = (count) => count.toLocaleString("en-US");

/** Three digits and a unit: 9.63 M. @param {number} count */
export function compact(count) {
  if (count < 10_000) return whole(count);
  const [by, unit] = count < 999_500 ? [1e3, "K"] : count < 999_500_000 ? [1e6, "M"] : [1e9, "G"];
  return `${Number((count / by).toPrecision(3))} ${unit}`;
}

/**
 * The lines of small numbers in a box: only what there is.
 * @param {import("./diagram-layout.js").Node} node
 * @param {Record<string, string>} labels
 */
export function costs(node, labels) {
  return [
    ...(node.params ? [fill(labels.few_params, { count: compact(node.params) })] : []),
    ...(node.macs ? [fill(labels.few_macs, { count: compact(node.macs) })] : []),
  ];
}

/** How many layers are in a node. @param {import("./diagram-layout.js").Node} node @returns {number} */
export function layers(node) {
  return node.form === "layer" ? 1 : node.parts.reduce((sum, part) => sum + layers(part), 0);
}

/**
 * What a box is called: a layer by its kind, a merge by what it does.
 * @param {import("./diagram-layout.js").Placed} placed
 * @param {Record<string, string>} labels
 */
export function name({ form, node, lines }, labels) {
  if (form === "merge") return node.problem ? merged(node) : labels[node.merge];
  return form === "end" ? labels[lines[0]] : node.title;
}

/**
 * One sentence for a screen reader.
 * @param {import("./diagram-layout.js").Placed} placed
 * @param {Record<string, string>} labels
 * @param {string} share
 */
export function spoken(placed, labels, share) {
  const { form, node, lines } = placed;
  if (form === "end") return `${labels[lines[0]]} ${say(lines[0] === "input" ? node.input : node.output)}`;
  if (form === "merge") return node.problem || `${name(placed, labels)}: ${merged(node)}`;
  return [
    node.title, `${labels.input} ${say(node.input)}`, `${labels.output} ${say(node.output)}`,
    fill(labels.few_params, { count: whole(node.params) }), fill(labels.few_macs, { count: whole(node.macs) }), share,
  ].filter(Boolean).join(", ");
}

/**
 * Fill the panel with one box.
 * @param {HTMLElement} panel
 * @param {import("./diagram-layout.js").Placed} placed
 * @param {Record<string, string>} labels
 * @param {string} share
 */
export function describe(panel, placed, labels, share) {
  const { form, node } = placed;
  const entire = form === "end";
  /** @type {string[][]} */
  const rows = [];
  if (form === "merge") {
    rows.push(...node.parts.map((part) => [part.title, say(part.output)]));
  } else {
    rows.push([labels.input, say(node.input)]);
  }
  if (node.output.length) rows.push([labels.output, say(node.output)]);
  const told = new Set(node.details.map(([label]) => label));
  if (form !== "merge") {
    if (!told.has(labels.params)) rows.push([labels.params, whole(node.params)]);
    if (!told.has(labels.macs)) rows.push([labels.macs, whole(node.macs)]);
  }
  rows.push(...node.details);
  if (share) rows.push([labels.share, share]);
  panel.replaceChildren(
    h("p", { class: "what" }, h("b", {}, entire ? labels.whole : name(placed, labels)), h("code", {}, entire ? node.title : node.path)),
    ...(node.problem && form === "merge" ? [h("p", { class: "problem" }, node.problem)] : []),
    h("dl", {}, ...rows.map(([label, value]) => h("div", { class: label === "PyTorch" ? "code" : undefined }, h("dt", {}, label), h("dd", {}, grouped(value))))),
  );
}

/** The result of a formula with its thousands apart. @param {string} value */
function grouped(value) {
  return value.replace(/= (\d{4,})$/, (_all, digits) => `= ${whole(Number(digits))}`);
}

/**
 * "43.8% of the parameters", for a lane.
 * @param {number} share
 * @param {"params" | "macs"} by
 * @param {Record<string, string>} labels
 */
export function shareText(share, by, labels) {
  return fill(labels.share_of, { percent: percent(share), what: labels[by] });
}
