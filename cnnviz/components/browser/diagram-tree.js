/** Questions to the tree that Python sends. */

/** @typedef {import("./diagram-layout.js").Node} Node */

/** The node and all inside, as they run. @param {Node} node @returns {Generator<Node>} */
export function* walk(node) {
  yield node;
  for (const part of node.parts) yield* walk(part);
}

/** How many layers are in a node. @param {Node} node @returns {number} */
export function layers(node) {
  return node.form === "layer" ? 1 : node.parts.reduce((sum, part) => sum + layers(part), 0);
}

/** The named blocks and paths that can be opened, from outside inwards. @param {Node} node @returns {Node[]} */
export function openable(node) {
  const inner = node.parts.flatMap(openable);
  return node.path && node.named && node.parts.length ? [node, ...inner] : inner;
}

/** Whether a node branches, or what is in it. @param {Node} node */
export const branching = (node) => [...walk(node)].some(({ form }) => form === "branches");

/**
 * The smallest blocks of the paper that branch, such as Inception and Residual: what it draws as one.
 * @param {Node} node
 * @returns {Node[]}
 */
export function units(node) {
  const inner = node.parts.flatMap(units);
  return inner.length || !node.block || !branching(node) ? inner : [node];
}

/** Whether a path lies inside a node. @param {Node} node @param {string} path */
export const holds = (node, path) => node.path !== "" && path.startsWith(`${node.path}.`);

/** Where the network breaks; "" if it does not. @param {Node} root */
export function broken(root) {
  for (const node of walk(root)) if (node.state === "wrong") return node.path;
  return "";
}

/** The last name of a path. @param {Node} node */
export const ownName = (node) => node.path.slice(node.path.lastIndexOf(".") + 1);

/** What stands behind a layer's title: its name; "" if it has none. @param {Node} node */
export const called = (node) => (node.form === "layer" && node.named ? ownName(node) : "");
