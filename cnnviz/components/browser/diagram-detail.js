/** What the diagram says of one box, in words: for the line below it and for screen readers. */

import { h } from "./mount.js";
import { merged, say } from "./diagram-layout.js";
import { field } from "./diagram-field.js";
import { called } from "./diagram-tree.js";
import { fill, percent } from "./format.js";

const grouping = new Intl.NumberFormat("en-US");

/** 12352 as 12,352. @param {number} count */
export const whole = (count) => grouping.format(count);

/** Three digits and a unit: 9.63 M. @param {number} count */
export function compact(count) {
  if (count < 10_000) return whole(count);
  const [by, unit] = count < 999_500 ? [1e3, "K"] : count < 999_500_000 ? [1e6, "M"] : [1e9, "G"];
  return `${Number((count / by).toPrecision(3))} ${unit}`;
}

/**
 * The lines of small numbers in a box: only what there is; where sizes say something, that.
 * @param {import("./diagram-layout.js").Node} node
 * @param {Record<string, string>} labels
 * @param {import("./diagram-size.js").By} by
 * @param {(node: import("./diagram-layout.js").Node) => number} share of the whole
 * @returns {string[]}
 */
export function costs(node, labels, by, share) {
  if (node.state === "unreached") return [labels.not_reached];
  if (node.state) return [];
  if (by === "channels") return node.output.length > 1 ? [fill(labels.few_channels, { count: whole(node.output[0]) })] : [];
  if (by === "resolution") return node.output.length === 3 ? [say(node.output.slice(1))] : [];
  if (by !== "none") return node[by] ? [`${fill(labels[`few_${by}`], { count: compact(node[by]) })} · ${percent(share(node))}`] : [];
  return [
    ...(node.params ? [fill(labels.few_params, { count: compact(node.params) })] : []),
    ...(node.macs ? [fill(labels.few_macs, { count: compact(node.macs) })] : []),
  ];
}

/**
 * What a box is called: a layer by its kind, a merge by what it does.
 * @param {import("./diagram-layout.js").Placed} placed
 * @param {Record<string, string>} labels
 */
export function name({ form, node, lines }, labels) {
  if (form === "merge") return node.problem ? merged(node) : labels[node.merge ?? "add"];
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
  if (node.state) return [node.title, called(node), node.problem || labels.not_reached].filter(Boolean).join(", ");
  return [
    node.title, called(node), node.block, `${labels.input} ${say(node.input)}`, `${labels.output} ${say(node.output)}`,
    fill(labels.few_params, { count: whole(node.params) }), fill(labels.few_macs, { count: whole(node.macs) }), share,
  ].filter(Boolean).join(", ");
}

/**
 * Fill the panel with one box.
 * @param {HTMLElement} panel
 * @param {import("./diagram-layout.js").Placed} placed
 * @param {Record<string, string>} labels
 * @param {string} share
 * @param {import("./diagram-field.js").Scene & {root: import("./diagram-layout.js").Node}} scene
 */
export function describe(panel, placed, labels, share, scene) {
  const { form, node } = placed;
  const entire = form === "end";
  const rows = form === "merge" ? node.parts.map((part) => [part.title, say(part.output)]) : [[labels.input, say(node.input)]];
  if (node.output.length) rows.push([labels.output, say(node.output)]);
  const { params, macs, code, ...sizes } = node.details ?? {};
  rows.push(...Object.entries(sizes).map(([label, text]) => [labels[label], text]));
  if (form !== "merge" && !node.state) {
    for (const by of /** @type {const} */ (["params", "macs"])) {
      const told = node.details?.[by] ? grouped(node.details[by]) : whole(node[by]);
      const part = node !== scene.root && node[by] ? ` · ${fill(labels.of_whole, { percent: percent(node[by] / scene.root[by]) })}` : "";
      rows.push([labels[by], told + part]);
    }
  }
  if (node.field) rows.push([labels.field, fill(labels.field_size, { height: node.field[0], width: node.field[1] })]);
  if (share) rows.push([labels.share, share]);
  if (code) rows.push([labels.code, code]);
  const shown = rows.filter(([, value]) => value);
  const words = h("div", { class: "words" },
    h("p", { class: "what" }, h("b", {}, entire ? node.title : name(placed, labels)), ...(node.block ? [h("span", { class: "block" }, node.block)] : []), ...(node.path && node.path !== node.title ? [h("code", {}, node.path)] : [])),
    ...(node.problem ? [h("p", { class: "problem" }, node.problem)] : node.state ? [h("p", { class: "problem" }, labels.not_reached)] : []),
    h("dl", {}, ...shown.map(([label, value]) => h("div", { class: label === labels.code ? "code" : undefined }, h("dt", {}, label), h("dd", {}, value)))));
  panel.replaceChildren(words, ...(node.sees && !entire ? [field(node, scene, labels)] : []));
}

/** The result of a formula with its thousands apart. @param {string} value */
function grouped(value) {
  return value.replace(/= (\d{4,})$/, (_all, digits) => `= ${whole(Number(digits))}`);
}

/**
 * "Multiply-adds: 43.8% of the paths' sum", for a lane.
 * @param {number} share
 * @param {"params" | "macs"} by
 * @param {Record<string, string>} labels
 */
export function shareText(share, by, labels) {
  return fill(labels.share_of, { percent: percent(share), what: labels[by] });
}
