/**
 * Grids of numbers, painted to any context with a canvas's calls: on the page, into a picture, into an SVG.
 * Only rectangles, lines and text are used, so that each context can do it.
 */

import { short } from "./format.js";
import { withAlpha } from "./theme.js";
import { floats } from "./wire.js";

/** @typedef {import("./theme.js").Theme} Theme */
/** @typedef {import("./colour.js").Scale} Scale */

/**
 * @typedef {object} Cells What a grid shows.
 * @property {number} rows
 * @property {number} cols
 * @property {ArrayLike<number | null>} values row by row
 * @property {Set<number>} [hatched]
 */

/** Letters smaller than this cannot be read. */
const READABLE = 8.2;

/**
 * A grid as Python sends it: large ones come as 32-bit floats in base64.
 * @param {any} grid
 * @returns {Cells}
 */
export function decode({ rows, cols, values, f32 }) {
  if (!f32) return { rows, cols, values: values.map(received) };
  return { rows, cols, values: floats(f32) };
}

/** A number as Python sends it: infinity is a text. @param {number | string | null} value */
export function received(value) {
  return typeof value === "string" ? (value.startsWith("-") ? -Infinity : Infinity) : value;
}

/**
 * A number as it stands in a cell or a sentence, also an infinite one.
 * @param {number | null} value
 * @param {(value: number | null) => string} finite how others are written
 */
export function written(value, finite) {
  if (value === Infinity) return "\u221e";
  return value === -Infinity ? "\u2212\u221e" : finite(value);
}

/**
 * How many digits fit into the cells, and in what size; null when none do.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Cells} grid
 * @param {number} cell CSS pixels
 * @param {Theme} theme
 */
export function lettering(ctx, grid, cell, theme) {
  if (cell < 17 || grid.values.length > 2500) return null;
  for (const digits of [4, 3, 2]) {
    let widest = 1;
    ctx.font = `500 10px ${theme.font}`;
    for (let i = 0; i < grid.values.length; i++) {
      widest = Math.max(widest, ctx.measureText(written(grid.values[i], (v) => short(v, digits))).width);
    }
    const size = Math.min(Math.max(cell * 0.36, Math.min(10, cell * 0.46)), 17, ((cell - 5) / widest) * 10);
    if (size >= READABLE) return { digits, font: `500 ${size.toFixed(2)}px ${theme.font}` };
  }
  return null;
}

/**
 * The smallest cell that the numbers of a grid fit into, with three digits each; 0 where they are too many.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Cells} grid
 * @param {Theme} theme
 */
export function fitting(ctx, grid, theme) {
  if (grid.values.length > 2500) return 0;
  ctx.font = `500 ${READABLE + 0.3}px ${theme.font}`;
  let widest = 12;
  for (let i = 0; i < grid.values.length; i++) widest = Math.max(widest, ctx.measureText(short(grid.values[i], 3)).width);
  return widest + 5;
}

/**
 * Paint all cells from the context's origin. Returns whether their numbers could be written.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Cells} grid
 * @param {number} cell
 * @param {Scale} scale
 * @param {Theme} theme
 */
export function paintGrid(ctx, grid, cell, scale, theme) {
  const letters = lettering(ctx, grid, cell, theme);
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  for (let i = 0; i < grid.rows * grid.cols; i++) {
    const x = Math.round((i % grid.cols) * cell);
    const y = Math.round(Math.floor(i / grid.cols) * cell);
    const w = Math.round(((i % grid.cols) + 1) * cell) - x;
    const hgt = Math.round((Math.floor(i / grid.cols) + 1) * cell) - y;
    const value = grid.values[i] ?? NaN;
    const hatched = grid.hatched?.has(i);
    ctx.fillStyle = hatched ? theme.secondary : scale.fill(value);
    ctx.fillRect(x, y, w, hgt);
    if (hatched) hatch(ctx, x, y, w, hgt, theme);
    if (cell >= 7) {
      ctx.strokeStyle = withAlpha(theme.text, theme.dark ? 0.16 : 0.14);
      ctx.lineWidth = 1;
      ctx.strokeRect(x + 0.5, y + 0.5, w - 1, hgt - 1);
    }
    if (!letters) continue;
    ctx.font = letters.font;
    ctx.fillStyle = hatched ? withAlpha(theme.text, 0.75) : scale.ink(value);
    ctx.fillText(written(grid.values[i], (v) => short(v, letters.digits)), x + w / 2, y + hgt / 2 + 0.5);
  }
  return letters !== null;
}

/** Slanted lines that end at the edges of the cell by themselves: not every context can clip. */
export function hatch(/** @type {CanvasRenderingContext2D} */ ctx, /** @type {number} */ x, /** @type {number} */ y,
  /** @type {number} */ w, /** @type {number} */ hgt, /** @type {Theme} */ theme) {
  ctx.strokeStyle = withAlpha(theme.text, 0.2);
  ctx.lineWidth = 1;
  ctx.beginPath();
  for (let k = 3; k < w + hgt; k += w > 16 ? 6 : 4) {
    const right = Math.min(k, w);
    const down = Math.min(k, hgt);
    ctx.moveTo(x + right, y + k - right);
    ctx.lineTo(x + k - down, y + down);
  }
  ctx.stroke();
}

/**
 * A frame that shows on any colour: its own colour between two thin lines of the background.
 * @param {CanvasRenderingContext2D} ctx
 * @param {number} x
 * @param {number} y
 * @param {number} w
 * @param {number} hgt
 * @param {Theme} theme
 * @param {string} [colour]
 * @param {number} [thick]
 */
export function frame(ctx, x, y, w, hgt, theme, colour = theme.primary, thick = 2.5) {
  ctx.lineJoin = "round";
  ctx.strokeStyle = withAlpha(theme.background, 0.9);
  ctx.lineWidth = thick + 2;
  ctx.strokeRect(x, y, w, hgt);
  ctx.strokeStyle = colour;
  ctx.lineWidth = thick;
  ctx.strokeRect(x, y, w, hgt);
}

/**
 * Frame some cells of a grid: one frame around a full rectangle, else one for each cell.
 * @param {CanvasRenderingContext2D} ctx its origin is the grid's corner
 * @param {{rows: number, cols: number}} grid
 * @param {number} cell
 * @param {ArrayLike<number>} cells
 * @param {Theme} theme
 * @param {string} [colour]
 */
export function frameCells(ctx, grid, cell, cells, theme, colour = theme.primary) {
  if (!cells.length) return;
  let [top, left, bottom, right] = [Infinity, Infinity, -1, -1];
  for (let i = 0; i < cells.length; i++) {
    const row = Math.floor(cells[i] / grid.cols);
    const col = cells[i] % grid.cols;
    [top, bottom] = [Math.min(top, row), Math.max(bottom, row)];
    [left, right] = [Math.min(left, col), Math.max(right, col)];
  }
  const thick = cell < 9 ? 1.5 : 2.5;
  const box = (/** @type {number} */ r, /** @type {number} */ c, /** @type {number} */ rows, /** @type {number} */ cols, /** @type {number} */ inside) => {
    const grow = Math.max(0, 3 - (Math.min(rows, cols) * cell) / 2) - inside;
    frame(ctx, c * cell - grow, r * cell - grow, cols * cell + 2 * grow, rows * cell + 2 * grow, theme, colour, thick);
  };
  if ((bottom - top + 1) * (right - left + 1) === cells.length) {
    box(top, left, bottom - top + 1, right - left + 1, 0);
    return;
  }
  for (let i = 0; i < cells.length; i++) {
    if (cell >= 9) box(Math.floor(cells[i] / grid.cols), cells[i] % grid.cols, 1, 1, 1.5);
    else {
      ctx.fillStyle = withAlpha(colour, 0.7);
      ctx.fillRect((cells[i] % grid.cols) * cell, Math.floor(cells[i] / grid.cols) * cell, cell, cell);
    }
  }
}

/**
 * What a cell is multiplied with, as a small tag in its corner, if it fits.
 * @param {CanvasRenderingContext2D} ctx
 * @param {number} weight
 * @param {number} x left edge of the cell
 * @param {number} y top edge
 * @param {number} cell
 * @param {Theme} theme
 */
export function paintTag(ctx, weight, x, y, cell, theme) {
  const size = Math.max(8, Math.min(12, cell * 0.22));
  ctx.font = `600 ${size}px ${theme.font}`;
  const text = `\u00d7${short(weight, 3)}`;
  const width = ctx.measureText(text).width + 4;
  if (cell < 42 || width > cell - 4) return;
  ctx.fillStyle = theme.background;
  ctx.fillRect(x + cell - width - 2, y + cell - size - 4, width, size + 2);
  ctx.fillStyle = theme.text;
  ctx.textAlign = "right";
  ctx.textBaseline = "alphabetic";
  ctx.fillText(text, x + cell - 4, y + cell - 4);
}
