/**
 * One layer, chosen on several components of a page at once: the diagram, the table and the code of a network follow
 * one another in the same frame, without asking the server. Each component loads this module under an address of
 * its own, so they meet at the window.
 */

const EVENT = "cnnviz:select";

/**
 * Tell all components of a group which layer is chosen.
 * @param {string} group whose layers; one network on a page is one group
 * @param {string} path its place in the tree; "" for none
 * @param {unknown} from who says it: is not told itself
 */
export function choose(group, path, from) {
  window.dispatchEvent(new CustomEvent(EVENT, { detail: { group, path, from } }));
}

/**
 * Hear which layer the others choose.
 * @param {() => string} group
 * @param {unknown} self
 * @param {(path: string) => void} follow
 * @returns {() => void} stops it
 */
export function hearChoice(group, self, follow) {
  const hear = (/** @type {any} */ { detail }) => {
    if (detail.group === group() && detail.from !== self) follow(detail.path);
  };
  window.addEventListener(EVENT, hear);
  return () => window.removeEventListener(EVENT, hear);
}
