/** The neighbourhood of the selected cell with its numbers, for grids whose own cells are too small for them. */

import { fit, h, setText } from "./mount.js";
import { frameBox, paintPicture } from "./stage-paint.js";

/** At most so many cells are shown in a neighbourhood, each way. */
const MOST = 13;
/** Room around the cells for half of the frame. */
const EDGE = 3;

/** @typedef {import("./stage-paint.js").Picture} Picture */
/** @typedef {{top: number, left: number, rows: number, cols: number}} Box */

/** One neighbourhood: a caption and a canvas. */
export class Detail {
  /** @param {string} name */
  constructor(name) {
    this.canvas = h("canvas", { "aria-hidden": "true", "data-testid": `stage-detail-${name}` });
    this.caption = h("figcaption");
    this.root = h("figure", { class: "detail hidden" }, this.caption, this.canvas);
  }

  /**
   * Show what lies around a box of cells, if the picture itself has no numbers.
   * @param {boolean} needed
   * @param {string} caption
   * @param {Picture} p
   * @param {Box | null} box
   * @param {import("./colour.js").Scale} scale
   * @param {import("./theme.js").Theme} theme
   * @param {number} width
   */
  show(needed, caption, p, box, scale, theme, width) {
    const shown = needed && box !== null;
    this.root.classList.toggle("hidden", !shown);
    if (!shown) return;
    setText(this.caption, caption);
    const part = around(p, box);
    part.cell = part.height = Math.floor(Math.min(44, 420 / part.cols, (width - 30) / part.cols));
    const ctx = fit(this.canvas, part.cols * part.cell + 2 * EDGE, part.rows * part.height + 2 * EDGE);
    ctx.translate(EDGE, EDGE);
    paintPicture(ctx, part, scale, theme);
    frameBox(ctx, part, box.top - part.top, box.left - part.left, Math.min(box.rows, part.rows), Math.min(box.cols, part.cols), theme);
  }
}

/**
 * The part of a picture around a box: the box in the middle, with a margin, cut at the picture's edges.
 * @param {Picture} p
 * @param {Box} box
 * @returns {Picture & {top: number, left: number}}
 */
function around(p, box) {
  const [top, rows] = reach(box.top, box.rows, p.rows);
  const [left, cols] = reach(box.left, box.cols, p.cols);
  const values = new Float64Array(rows * cols);
  const kinds = new Uint8Array(rows * cols);
  for (let i = 0; i < values.length; i++) {
    const from = (top + Math.floor(i / cols)) * p.cols + left + (i % cols);
    values[i] = p.values[from];
    kinds[i] = p.kinds?.[from] ?? 0;
  }
  return { rows, cols, values, kinds, top, left, cell: 0, height: 0 };
}

/** @param {number} first @param {number} count @param {number} size @returns {[number, number]} */
function reach(first, count, size) {
  const shown = Math.min(size, Math.max(count, Math.min(MOST, count + 4)));
  const start = Math.max(0, Math.min(first - Math.floor((shown - count) / 2), size - shown));
  return [start, shown];
}
