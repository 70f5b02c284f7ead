/** Finding layers and blocks: by name, by what they are ("Linear", "Inception"), by what stands in them ("stride 2"). */

import { ownName, walk } from "./diagram-tree.js";

/** @typedef {import("./diagram-layout.js").Node} Node */

/** More matches than this are not all opened at once. */
export const MANY = 40;

/**
 * What a query finds, as it runs. A name that is exactly so comes first: "conv2" means the layer, not every Conv2d.
 * Then what says it in these very words ("stride 2"), and only then what has them all somewhere.
 * @param {Node} root
 * @param {string} query
 * @returns {Node[]}
 */
export function find(root, query) {
  const wanted = plain(query);
  if (!wanted) return [];
  const all = [...walk(root)].filter((node) => node.path && (node.form === "layer" || node.named));
  const exact = all.filter((node) => [ownName(node), node.path, node.block ?? ""].some((name) => plain(name) === wanted));
  if (exact.length) return exact;
  const said = all.map((node) => plain([wanted.includes(".") ? node.path : ownName(node), node.title, node.block ?? "", node.details?.code ?? ""].join(" ")));
  const phrase = all.filter((_node, i) => said[i].includes(wanted));
  return phrase.length ? phrase : all.filter((_node, i) => wanted.split(" ").every((word) => said[i].includes(word)));
}

/** "Stride=2", "stride 2" and "3x3" as they stand in a box. @param {string} text */
function plain(text) {
  return text.toLowerCase().replace(/(\d)\s*[x×*]\s*(?=\d)/g, "$1×").replace(/[\s=,()]+/g, " ").trim();
}
