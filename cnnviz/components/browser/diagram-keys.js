/** Where the arrow keys go from a box. */

/** @typedef {{placed: any, id: string, group: SVGElement}} Entry */

/**
 * Up and down (in perspective also left and right) go through the boxes as they run; in the diagram of boxes left and
 * right go to the path beside.
 * @param {Entry[]} boxes
 * @param {Entry} here
 * @param {string} key
 * @param {string} view
 * @returns {Entry | undefined}
 */
export function neighbour(boxes, here, key, view) {
  if (key === "Home") return boxes[0];
  if (key === "End") return boxes.at(-1);
  const index = boxes.indexOf(here);
  const forward = key === "ArrowDown" || key === "ArrowRight";
  if (view !== "boxes" || key === "ArrowDown" || key === "ArrowUp") return boxes[index + (forward ? 1 : -1)];
  const sign = forward ? 1 : -1;
  const middle = (/** @type {any} */ { x, w }) => x + w / 2;
  const { y, h, form } = here.placed;
  return boxes
    .filter(({ placed }) => placed.form !== "frame" && placed.form === form && sign * (middle(placed) - middle(here.placed)) > 1
      && placed.y < y + h && placed.y + placed.h > y)
    .sort((a, b) => sign * (middle(a.placed) - middle(b.placed)))[0];
}
