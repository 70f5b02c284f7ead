/** Painting of grids of cells: a still picture below, the highlight above it on a canvas of its own. */

import { fit } from "./mount.js";
import { short } from "./format.js";
import { withAlpha } from "./theme.js";

/** @typedef {import("./theme.js").Theme} Theme */
/** @typedef {import("./colour.js").Scale} Scale */

/**
 * @typedef {object} Picture What a grid shows.
 * @property {number} rows
 * @property {number} cols
 * @property {number} cell CSS pixels
 * @property {(row: number, col: number) => number} value
 * @property {(row: number, col: number) => "value" | "padding" | "unused"} kind
 */

/** Smaller cells than this show only their colour. */
const READABLE = 8.2;

/**
 * How many digits fit into the cells, and in what size; null when none do.
 * @param {Picture} p
 * @param {CanvasRenderingContext2D} ctx
 * @param {Theme} theme
 */
function lettering(p, ctx, theme) {
  if (p.cell < 19 || p.rows * p.cols > 2500) return null;
  for (const digits of [4, 3, 2]) {
    let widest = 0;
    ctx.font = `500 10px ${theme.font}`;
    for (let r = 0; r < p.rows; r++) {
      for (let c = 0; c < p.cols; c++) {
        widest = Math.max(widest, ctx.measureText(short(p.value(r, c), digits)).width);
      }
    }
    const size = Math.min(Math.max(p.cell * 0.38, Math.min(10, p.cell * 0.46)), 19, ((p.cell - 5) / widest) * 10);
    if (size >= READABLE) return { digits, font: `500 ${size}px ${theme.font}` };
  }
  return null;
}

/**
 * Paint all cells. Returns whether their numbers could be written.
 * @param {HTMLCanvasElement} canvas
 * @param {Picture} p
 * @param {Scale} scale
 * @param {Theme} theme
 */
export function paintCells(canvas, p, scale, theme) {
  const ctx = fit(canvas, p.cols * p.cell, p.rows * p.cell);
  paintColours(ctx, p, scale, theme);
  const letters = lettering(p, ctx, theme);
  const line = withAlpha(theme.text, theme.dark ? 0.16 : 0.14);
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  for (let r = 0; r < p.rows && p.cell >= 5; r++) {
    for (let c = 0; c < p.cols; c++) {
      const x = c * p.cell;
      const y = r * p.cell;
      const kind = p.kind(r, c);
      if (kind === "padding") paintPadding(ctx, x, y, p.cell, theme);
      else if (p.cell >= 9) {
        ctx.strokeStyle = line;
        ctx.lineWidth = 1;
        ctx.strokeRect(x + 0.5, y + 0.5, p.cell - 1, p.cell - 1);
      }
      if (kind === "unused") paintUnused(ctx, x, y, p.cell, theme);
      if (!letters) continue;
      ctx.font = letters.font;
      ctx.fillStyle = kind === "value" ? scale.ink(p.value(r, c)) : withAlpha(theme.text, 0.62);
      ctx.fillText(short(p.value(r, c), letters.digits), x + p.cell / 2, y + p.cell / 2 + 0.5);
    }
  }
  return letters !== null;
}

/**
 * One pixel a cell, then enlarged without smoothing: as fast for 224 x 224 cells as for nine.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Picture} p
 * @param {Scale} scale
 * @param {Theme} theme
 */
function paintColours(ctx, p, scale, theme) {
  const small = document.createElement("canvas");
  small.width = p.cols;
  small.height = p.rows;
  const brush = /** @type {CanvasRenderingContext2D} */ (small.getContext("2d"));
  const image = brush.createImageData(p.cols, p.rows);
  for (let r = 0, i = 0; r < p.rows; r++) {
    for (let c = 0; c < p.cols; c++, i += 4) {
      const kind = p.kind(r, c);
      const colour = scale.table[scale.index(p.value(r, c))];
      image.data[i] = colour[0];
      image.data[i + 1] = colour[1];
      image.data[i + 2] = colour[2];
      image.data[i + 3] = kind === "padding" ? 0 : kind === "unused" ? 90 : 255;
    }
  }
  brush.putImageData(image, 0, 0);
  ctx.fillStyle = theme.background;
  ctx.fillRect(0, 0, p.cols * p.cell, p.rows * p.cell);
  if (p.cell < 5) {
    ctx.fillStyle = withAlpha(theme.text, 0.22); // padding too small for a hatch
    ctx.fillRect(0, 0, p.cols * p.cell, p.rows * p.cell);
  }
  ctx.imageSmoothingEnabled = false;
  ctx.drawImage(small, 0, 0, p.cols * p.cell, p.rows * p.cell);
}

/** A padding cell: no colour, hatched, dashed edge. */
function paintPadding(/** @type {CanvasRenderingContext2D} */ ctx, /** @type {number} */ x,
  /** @type {number} */ y, /** @type {number} */ cell, /** @type {Theme} */ theme) {
  ctx.save();
  ctx.beginPath();
  ctx.rect(x, y, cell, cell);
  ctx.clip();
  ctx.fillStyle = theme.secondary;
  ctx.fillRect(x, y, cell, cell);
  ctx.strokeStyle = withAlpha(theme.text, 0.13);
  ctx.lineWidth = 1;
  ctx.beginPath();
  for (let k = 0; k <= 2 * cell; k += cell > 16 ? 7 : 4) {
    ctx.moveTo(x + k, y);
    ctx.lineTo(x + k - cell, y + cell);
  }
  ctx.stroke();
  if (cell >= 9) {
    ctx.setLineDash([3, 2.5]);
    ctx.strokeStyle = withAlpha(theme.text, 0.38);
    ctx.strokeRect(x + 0.5, y + 0.5, cell - 1, cell - 1);
  }
  ctx.restore();
}

/** A cell that no window reaches: faded already, and dotted in the middle where there is room. */
function paintUnused(/** @type {CanvasRenderingContext2D} */ ctx, /** @type {number} */ x,
  /** @type {number} */ y, /** @type {number} */ cell, /** @type {Theme} */ theme) {
  if (cell < 9) return;
  ctx.strokeStyle = withAlpha(theme.text, 0.3);
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.moveTo(x + 3, y + cell - 3);
  ctx.lineTo(x + cell - 3, y + 3);
  ctx.stroke();
}

/**
 * A frame that shows on any colour: the theme's accent between two thin lines of the background.
 * @param {CanvasRenderingContext2D} ctx
 * @param {number} x
 * @param {number} y
 * @param {number} w
 * @param {number} h
 * @param {Theme} theme
 * @param {number} [thick]
 */
export function frame(ctx, x, y, w, h, theme, thick = 2.5) {
  ctx.lineJoin = "round";
  ctx.strokeStyle = withAlpha(theme.background, 0.9);
  ctx.lineWidth = thick + 2.5;
  ctx.strokeRect(x, y, w, h);
  ctx.strokeStyle = theme.primary;
  ctx.lineWidth = thick;
  ctx.strokeRect(x, y, w, h);
}

/**
 * Highlight the window in the input: its outline, and each cell that really counts with its weight.
 * @param {HTMLCanvasElement} canvas covers the grid and `margin` pixels around it
 * @param {Picture} p
 * @param {import("./stage-geometry.js").Tap[]} taps
 * @param {boolean} written whether the cells show numbers
 * @param {Theme} theme
 * @param {number} margin
 */
export function paintWindow(canvas, p, taps, written, theme, margin) {
  const ctx = fit(canvas, p.cols * p.cell + 2 * margin, p.rows * p.cell + 2 * margin);
  if (!taps.length) return;
  ctx.translate(margin, margin);
  const first = taps[0];
  const last = taps[taps.length - 1];
  const spread = taps.length < (last.row - first.row + 1) * (last.col - first.col + 1);
  const { cell } = p;
  for (const tap of taps) {
    const x = tap.col * cell;
    const y = tap.row * cell;
    if (cell < 9) {
      ctx.fillStyle = withAlpha(theme.primary, spread ? 0.65 : 0.3);
      ctx.fillRect(x, y, cell, cell);
      continue;
    }
    if (spread) {
      ctx.strokeStyle = theme.primary;
      ctx.lineWidth = 2;
      ctx.strokeRect(x + 2, y + 2, cell - 4, cell - 4);
    }
    if (written && cell >= 38) paintWeight(ctx, short(tap.w, 3), x, y, cell, theme);
  }
  const w = (last.col - first.col + 1) * cell;
  const hgt = (last.row - first.row + 1) * cell;
  const grow = Math.max(0, 3.5 - Math.min(w, hgt) / 2);
  frame(ctx, first.col * cell - grow, first.row * cell - grow, w + 2 * grow, hgt + 2 * grow, theme, cell < 9 ? 1.5 : 2.5);
}

/** The weight as a small tag in the corner of a cell. */
function paintWeight(/** @type {CanvasRenderingContext2D} */ ctx, /** @type {string} */ weight, /** @type {number} */ x,
  /** @type {number} */ y, /** @type {number} */ cell, /** @type {Theme} */ theme) {
  const size = Math.max(8, Math.min(12, cell * 0.22));
  ctx.font = `600 ${size}px ${theme.font}`;
  const text = `\u00d7${weight}`;
  const width = ctx.measureText(text).width + 4;
  if (width > cell - 4) return;
  ctx.fillStyle = theme.background;
  ctx.fillRect(x + cell - width - 2, y + cell - size - 4, width, size + 2);
  ctx.fillStyle = theme.text;
  ctx.textAlign = "right";
  ctx.textBaseline = "alphabetic";
  ctx.fillText(text, x + cell - 4, y + cell - 4);
}

/**
 * Highlight one output cell; while the walk plays, cover the cells that it has not reached.
 * @param {HTMLCanvasElement} canvas
 * @param {Picture} p
 * @param {{row: number, col: number} | null} at
 * @param {{pinned: boolean, reached: number | null}} how
 * @param {Theme} theme
 * @param {number} margin
 */
export function paintOutput(canvas, p, at, how, theme, margin) {
  const ctx = fit(canvas, p.cols * p.cell + 2 * margin, p.rows * p.cell + 2 * margin);
  if (!at) return;
  ctx.translate(margin, margin);
  const { cell } = p;
  if (how.reached !== null) {
    const row = Math.floor(how.reached / p.cols);
    const col = (how.reached % p.cols) + 1;
    ctx.fillStyle = withAlpha(theme.background, 0.86);
    ctx.fillRect(col * cell, row * cell, (p.cols - col) * cell, cell);
    ctx.fillRect(0, (row + 1) * cell, p.cols * cell, (p.rows - row - 1) * cell);
  }
  const grow = Math.max(0, 3.5 - cell / 2);
  const x = at.col * cell;
  const y = at.row * cell;
  frame(ctx, x - grow, y - grow, cell + 2 * grow, cell + 2 * grow, theme, cell < 9 ? 1.5 : 2.5);
  if (how.pinned) {
    ctx.fillStyle = theme.primary;
    ctx.beginPath();
    ctx.arc(x + cell + grow, y - grow, 4, 0, 7);
    ctx.fill();
    ctx.strokeStyle = theme.background;
    ctx.lineWidth = 1.5;
    ctx.stroke();
  }
}

/**
 * The window under the glass, for inputs whose own cells are too small for numbers: value over weight.
 * @param {HTMLCanvasElement} canvas
 * @param {{rows: number, cols: number, cell: number}} p
 * @param {import("./stage-geometry.js").Tap[]} taps
 * @param {Scale} scale
 * @param {Theme} theme
 */
export function paintDetail(canvas, p, taps, scale, theme) {
  const { cell } = p;
  const ctx = fit(canvas, p.cols * cell, p.rows * cell);
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  taps.forEach((tap, i) => {
    const x = (i % p.cols) * cell;
    const y = Math.floor(i / p.cols) * cell;
    ctx.fillStyle = scale.fill(tap.x);
    ctx.fillRect(x, y, cell, cell);
    if (tap.padded) paintPadding(ctx, x, y, cell, theme);
    ctx.strokeStyle = withAlpha(theme.text, 0.16);
    ctx.lineWidth = 1;
    ctx.strokeRect(x + 0.5, y + 0.5, cell - 1, cell - 1);
    ctx.fillStyle = tap.padded ? theme.text : scale.ink(tap.x);
    const two = cell >= 34;
    write(ctx, short(tap.x, two ? 3 : 2), x + cell / 2, y + cell * (two ? 0.34 : 0.5), cell - 4, 13, "600", theme);
    if (two) write(ctx, `\u00d7 ${short(tap.w, 3)}`, x + cell / 2, y + cell * 0.7, cell - 4, 11, "400", theme);
  });
}

/** A text as large as its cell allows. */
function write(/** @type {CanvasRenderingContext2D} */ ctx, /** @type {string} */ text, /** @type {number} */ x,
  /** @type {number} */ y, /** @type {number} */ room, /** @type {number} */ largest, /** @type {string} */ weight, /** @type {Theme} */ theme) {
  ctx.font = `${weight} ${largest}px ${theme.font}`;
  const size = Math.max(7, Math.min(largest, (largest * room) / ctx.measureText(text).width));
  ctx.font = `${weight} ${size}px ${theme.font}`;
  ctx.fillText(text, x, y);
}
