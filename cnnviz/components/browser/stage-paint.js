/** What the stage paints besides plain cells: padding, cells that no window reads, bars, windows and where cells go. */

import { frame, hatch, lettering, paintTag, written } from "./cells.js";
import { short } from "./format.js";
import { withAlpha } from "./theme.js";

/** @typedef {import("./theme.js").Theme} Theme */
/** @typedef {import("./colour.js").Scale} Scale */

/** What a cell is, besides a number. */
export const PADDING = 1;
export const UNUSED = 2;

/**
 * @typedef {object} Picture One grid with all that is needed to paint it.
 * @property {number} rows
 * @property {number} cols
 * @property {number} cell width of a cell, CSS pixels
 * @property {number} height of a cell
 * @property {ArrayLike<number>} values row by row
 * @property {Uint8Array} [kinds] PADDING and UNUSED, for each cell
 * @property {boolean} [bars] one row, shown as bars from zero
 * @property {boolean} [plain] colours only
 */

/**
 * Paint all cells from the context's origin. Returns whether their numbers could be written.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Picture} p
 * @param {Scale} scale
 * @param {Theme} theme
 */
export function paintPicture(ctx, p, scale, theme) {
  if (p.bars) {
    paintBars(ctx, p, scale, theme);
    return false;
  }
  paintColours(ctx, p, scale, theme);
  if (p.cell < 5 || p.plain) return false;
  const letters = p.cell < 19 ? null : lettering(ctx, p, p.cell, theme);
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  for (let i = 0; i < p.rows * p.cols; i++) {
    const x = (i % p.cols) * p.cell;
    const y = Math.floor(i / p.cols) * p.height;
    const kind = p.kinds?.[i] ?? 0;
    if (kind & PADDING) paintPadding(ctx, x, y, p, theme);
    else if (p.cell >= 9) {
      ctx.strokeStyle = withAlpha(theme.text, theme.dark ? 0.16 : 0.14);
      ctx.lineWidth = 1;
      ctx.strokeRect(x + 0.5, y + 0.5, p.cell - 1, p.height - 1);
    }
    if (kind & UNUSED) paintUnused(ctx, x, y, p, theme);
    if (!letters) continue;
    ctx.font = letters.font;
    ctx.fillStyle = kind ? withAlpha(theme.text, 0.62) : scale.ink(p.values[i]);
    ctx.fillText(written(p.values[i], (v) => short(v, letters.digits)), x + p.cell / 2, y + p.height / 2 + 0.5);
  }
  return letters !== null;
}

/** One pixel a cell, then enlarged without smoothing: as fast for 224 x 224 cells as for nine. */
function paintColours(/** @type {CanvasRenderingContext2D} */ ctx, /** @type {Picture} */ p, /** @type {Scale} */ scale,
  /** @type {Theme} */ theme) {
  const [width, height] = [p.cols * p.cell, p.rows * p.height];
  const small = document.createElement("canvas");
  small.width = p.cols;
  small.height = p.rows;
  const brush = /** @type {CanvasRenderingContext2D} */ (small.getContext("2d"));
  const image = brush.createImageData(p.cols, p.rows);
  for (let i = 0; i < p.rows * p.cols; i++) {
    const kind = p.kinds?.[i] ?? 0;
    const colour = scale.table[scale.index(p.values[i])];
    const shown = kind & PADDING ? 0 : kind & UNUSED ? 90 : 255;
    image.data.set([colour[0], colour[1], colour[2], shown], 4 * i);
  }
  brush.putImageData(image, 0, 0);
  ctx.fillStyle = theme.background;
  ctx.fillRect(0, 0, width, height);
  if (p.cell < 5) {
    ctx.fillStyle = withAlpha(theme.text, 0.22); // padding too small for a hatch
    ctx.fillRect(0, 0, width, height);
  }
  ctx.imageSmoothingEnabled = false;
  ctx.drawImage(small, 0, 0, width, height);
}

/** A padding cell: no colour, hatched, dashed edge. */
function paintPadding(/** @type {CanvasRenderingContext2D} */ ctx, /** @type {number} */ x, /** @type {number} */ y,
  /** @type {Picture} */ p, /** @type {Theme} */ theme) {
  ctx.fillStyle = theme.secondary;
  ctx.fillRect(x, y, p.cell, p.height);
  hatch(ctx, x, y, p.cell, p.height, theme);
  if (p.cell < 9) return;
  ctx.setLineDash([3, 2.5]);
  ctx.strokeStyle = withAlpha(theme.text, 0.38);
  ctx.lineWidth = 1;
  ctx.strokeRect(x + 0.5, y + 0.5, p.cell - 1, p.height - 1);
  ctx.setLineDash([]);
}

/** A cell that no window reads: faded already, and struck through where there is room. */
function paintUnused(/** @type {CanvasRenderingContext2D} */ ctx, /** @type {number} */ x, /** @type {number} */ y,
  /** @type {Picture} */ p, /** @type {Theme} */ theme) {
  if (p.cell < 9) return;
  ctx.strokeStyle = withAlpha(theme.text, 0.3);
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.moveTo(x + 3, y + p.height - 3);
  ctx.lineTo(x + p.cell - 3, y + 3);
  ctx.stroke();
}

/** A row as bars from zero, up and down. */
function paintBars(/** @type {CanvasRenderingContext2D} */ ctx, /** @type {Picture} */ p, /** @type {Scale} */ scale,
  /** @type {Theme} */ theme) {
  const reach = Math.max(scale.high - Math.min(scale.low, 0), 1e-12);
  const zero = (Math.max(scale.high, 0) / reach) * (p.height - 4) + 2;
  ctx.fillStyle = withAlpha(theme.text, 0.04);
  ctx.fillRect(0, 0, p.cols * p.cell, p.height);
  for (let i = 0; i < p.cols; i++) {
    const kind = p.kinds?.[i] ?? 0;
    if (kind & PADDING) paintPadding(ctx, i * p.cell, 0, p, theme);
    const tall = (p.values[i] / reach) * (p.height - 4);
    ctx.fillStyle = kind & UNUSED ? withAlpha(theme.text, 0.3) : scale.fill(p.values[i] >= 0 ? scale.limit : -scale.limit);
    const gap = p.cell > 4 ? 1 : 0;
    ctx.fillRect(i * p.cell + gap / 2, tall >= 0 ? zero - tall : zero, p.cell - gap, Math.max(Math.abs(tall), 1));
  }
  ctx.strokeStyle = withAlpha(theme.text, 0.45);
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.moveTo(0, zero);
  ctx.lineTo(p.cols * p.cell, zero);
  ctx.stroke();
}

/**
 * Frame a rectangle of cells; tiny ones get a frame that can be seen.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Picture} p
 * @param {number} row
 * @param {number} col
 * @param {number} rows
 * @param {number} cols
 * @param {Theme} theme
 */
export function frameBox(ctx, p, row, col, rows, cols, theme) {
  const [w, h] = [cols * p.cell, rows * p.height];
  const grow = Math.max(0, 3.5 - Math.min(w, h) / 2);
  frame(ctx, col * p.cell - grow, row * p.height - grow, w + 2 * grow, h + 2 * grow, theme, theme.primary, p.cell < 9 ? 1.5 : 2.5);
}

/**
 * Highlight the cells that belong together: their outline, and each of them where they are spread out.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Picture} p
 * @param {{row: number, col: number, w?: number}[]} cells
 * @param {Theme} theme
 * @param {{tags: boolean, strong: number | null}} how weights as tags; the cell that matters most
 */
export function paintTogether(ctx, p, cells, theme, { tags, strong }) {
  if (!cells.length) return;
  const [top, bottom] = [Math.min(...cells.map((c) => c.row)), Math.max(...cells.map((c) => c.row))];
  const [left, right] = [Math.min(...cells.map((c) => c.col)), Math.max(...cells.map((c) => c.col))];
  const spread = cells.length < (bottom - top + 1) * (right - left + 1);
  if (tags) paintTags(ctx, p, cells, theme);
  cells.forEach((each, k) => {
    const [x, y] = [each.col * p.cell, each.row * p.height];
    if (p.cell < 9) {
      ctx.fillStyle = withAlpha(theme.primary, spread ? 0.65 : 0.3);
      ctx.fillRect(x, y, p.cell, p.height);
    } else if (spread) {
      ctx.strokeStyle = theme.primary;
      ctx.lineWidth = 2;
      ctx.strokeRect(x + 2, y + 2, p.cell - 4, p.height - 4);
    }
    if (k === strong) paintStrong(ctx, x, y, p, theme);
  });
  frameBox(ctx, p, top, left, bottom - top + 1, right - left + 1, theme);
}

/** What each cell is multiplied with: at an edge several taps may read the same cell, and their weights add up. */
function paintTags(/** @type {CanvasRenderingContext2D} */ ctx, /** @type {Picture} */ p,
  /** @type {{row: number, col: number, w?: number}[]} */ cells, /** @type {Theme} */ theme) {
  const weights = new Map();
  for (const { row, col, w } of cells) {
    const at = row * p.cols + col;
    if (w !== undefined) weights.set(at, (weights.get(at) ?? 0) + w);
  }
  for (const [at, w] of weights) paintTag(ctx, w, (at % p.cols) * p.cell, Math.floor(at / p.cols) * p.height, p.cell, theme);
}

/** The one cell of a window that matters now: the largest, or the term whose turn it is. */
function paintStrong(/** @type {CanvasRenderingContext2D} */ ctx, /** @type {number} */ x, /** @type {number} */ y,
  /** @type {Picture} */ p, /** @type {Theme} */ theme) {
  ctx.strokeStyle = theme.background;
  ctx.lineWidth = 5;
  ctx.strokeRect(x + 3.5, y + 3.5, p.cell - 7, p.height - 7);
  ctx.strokeStyle = theme.text;
  ctx.lineWidth = 2.5;
  ctx.strokeRect(x + 3.5, y + 3.5, p.cell - 7, p.height - 7);
}

/**
 * Tint all cells that stand in some of these rows and some of these columns.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Picture} p
 * @param {number[]} rows in order
 * @param {number[]} cols in order
 * @param {Theme} theme
 */
export function paintProduct(ctx, p, rows, cols, theme) {
  ctx.fillStyle = withAlpha(theme.primary, 0.38);
  for (const [r, tall] of runs(rows)) {
    for (const [c, wide] of runs(cols)) ctx.fillRect(c * p.cell, r * p.height, wide * p.cell, tall * p.height);
  }
}

/** Neighbouring numbers as [first, count]. @param {number[]} places */
function runs(places) {
  /** @type {[number, number][]} */
  const found = [];
  for (const at of places) {
    const last = found[found.length - 1];
    if (last && last[0] + last[1] === at) last[1] += 1;
    else found.push([at, 1]);
  }
  return found;
}

/**
 * Cover the output cells that the walk has not reached.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Picture} p
 * @param {number} reached
 * @param {Theme} theme
 */
export function coverUnreached(ctx, p, reached, theme) {
  const row = Math.floor(reached / p.cols);
  const col = (reached % p.cols) + 1;
  ctx.fillStyle = withAlpha(theme.background, 0.86);
  ctx.fillRect(col * p.cell, row * p.height, (p.cols - col) * p.cell, p.height);
  ctx.fillRect(0, (row + 1) * p.height, p.cols * p.cell, (p.rows - row - 1) * p.height);
}

/** A dot at the corner of a pinned cell. @param {CanvasRenderingContext2D} ctx @param {Picture} p */
export function paintPin(ctx, p, /** @type {number} */ row, /** @type {number} */ col, /** @type {Theme} */ theme) {
  const grow = Math.max(0, 3.5 - p.cell / 2);
  ctx.fillStyle = theme.primary;
  ctx.beginPath();
  ctx.arc((col + 1) * p.cell + grow, row * p.height - grow, 4, 0, 7);
  ctx.fill();
  ctx.strokeStyle = theme.background;
  ctx.lineWidth = 1.5;
  ctx.stroke();
}
