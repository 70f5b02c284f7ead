/** Finding layers and blocks: by name, by what they are ("Linear", "Inception"), by what stands in them ("stride 2"). */

import { ownName, walk } from "./diagram-tree.js";

/** @typedef {import("./diagram-layout.js").Node} Node */

/** More matches than this are not all opened at once. */
export const MANY = 40;

/**
 * What a query finds, as it runs. A name that is exactly so comes first: "conv2" means the layer, not every Conv2d.
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
  const words = wanted.split(" ");
  return all.filter((node) => {
    const said = plain([wanted.includes(".") ? node.path : ownName(node), node.title, node.block ?? "", node.details?.code ?? ""].join(" "));
    return words.every((word) => said.includes(word));
  });
}

/** "Stride=2", "stride 2" and "3x3" as they stand in a box. @param {string} text */
function plain(text) {
  return text.toLowerCase().replace(/(\d)\s*[x×*]\s*(?=\d)/g, "$1×").replace(/[\s=,()]+/g, " ").trim();
}
