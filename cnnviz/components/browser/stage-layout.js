/** Where the grids go on the page, and how large their cells become. */

/** The widest a cell becomes; room for × or =, in a wide and a narrow page; from here on all stands in one row. */
const LARGEST = 60;
const SIGN = 48;
const NARROW_SIGN = 30;
const WIDE = 640;
const KERNEL_CELLS = { 1: 60, 2: 60, 3: 54, 4: 48, 5: 42, 6: 40, 7: 38, 8: 38, 9: 38, 10: 38, 11: 38 };
/** A row shown as bars is this high. */
export const WAVE = 110;

/**
 * @typedef {object} Sizes of cells in CSS pixels
 * @property {number} input
 * @property {number} kernel
 * @property {number} output
 * @property {"wide" | "pair" | "below" | "stacked"} mode
 */

/**
 * @typedef {object} Counts of cells: padded input, kernel (0 for none), output
 * @property {number} rows
 * @property {number} cols
 * @property {number} kernelRows
 * @property {number} kernelCols
 * @property {number} outRows
 * @property {number} outCols
 */

/**
 * Sizes of all cells for a given width.
 * @param {Counts} d
 * @param {number} width of the component, CSS pixels
 * @param {{least: number, flat: boolean}} wish the width that an input cell needs for its title; rows as bars
 * @returns {Sizes}
 */
export function arrange(d, width, { least, flat }) {
  if (flat || least > 0 || d.cols > 4 * Math.max(d.rows, 4)) return arrangeStacked(d, width, least);
  const side = Math.min(11, Math.max(d.kernelRows, d.kernelCols, 1));
  const kernelAt = (/** @type {number} */ room) =>
    d.kernelCols && Math.min(KERNEL_CELLS[/** @type {1} */ (side)], Math.floor((room - 2 * d.kernelCols) / d.kernelCols));
  if (width < WIDE) return arrangeNarrow(d, width, Math.min(40, kernelAt(Math.min(width, 350))));
  const kernel = kernelAt(width * 0.36);
  const room = width - d.kernelCols * (kernel + 2) - (d.kernelCols ? 2 : 1) * SIGN - 4;
  const height = 440;
  let input = snap(Math.min(LARGEST, room / (d.cols + d.outCols), height / Math.max(d.rows, d.outRows)));
  let output = input;
  if (d.outCols * output < 200) {
    // A strided output would be tiny: let it have cells of its own.
    output = snap(Math.min(LARGEST, Math.max(output, Math.min(220 / d.outCols, 220 / d.outRows))));
    input = snap(Math.min(LARGEST, (room - d.outCols * output) / d.cols, height / d.rows));
  }
  return { input, kernel, output, mode: "wide" };
}

/**
 * On a phone: all in one row where there is no kernel and room; input and kernel in one row if cells stay legible; else kernel and output in one row; else
 * one below the other. Input and output should be seen together.
 * @param {Counts} d
 * @param {number} width
 * @param {number} kernel size of its cells
 * @returns {Sizes}
 */
function arrangeNarrow(d, width, kernel) {
  const each = snap(Math.min(38, (width - SIGN - 16) / (d.cols + d.outCols), 260 / Math.max(d.rows, d.outRows)));
  if (!d.kernelCols && each >= 24) return { input: each, kernel, output: each, mode: "wide" };
  const rest = width - d.kernelCols * (kernel + 2) - NARROW_SIGN - 4;
  if (rest / d.cols >= 19 && d.kernelCols) {
    const input = snap(Math.min(40, rest / d.cols, 300 / d.rows));
    const output = snap(Math.min(40, Math.max(input, 150 / d.outCols), (width - 2 * NARROW_SIGN) / d.outCols, 300 / d.outRows));
    return { input, kernel, output, mode: "pair" };
  }
  const input = snap(Math.min(38, (width - 2) / d.cols, 260 / d.rows));
  const room = rest - NARROW_SIGN;
  if (room >= 120 && d.kernelCols) {
    return { input, kernel, output: snap(Math.min(38, room / d.outCols, 260 / d.outRows)), mode: "below" };
  }
  return { input, kernel, output: snap(Math.min(38, (width - 2) / d.outCols, 260 / d.outRows)), mode: "stacked" };
}

/**
 * A long row: everything one below the other, input and output cells equally wide.
 * @param {Counts} d
 * @param {number} width
 * @param {number} least
 * @returns {Sizes}
 */
function arrangeStacked(d, width, least) {
  const cell = snap(Math.min(Math.max(44, least), (width - 80) / Math.max(d.cols, d.outCols), 300 / d.rows));
  const kernel = Math.min(42, Math.floor((width - 80) / Math.max(d.kernelCols, 1)) - 2);
  return { input: cell, kernel, output: cell, mode: "stacked" };
}

/** Whole device pixels where cells are more than a few, so that all are equally wide. @param {number} cell */
function snap(cell) {
  const dpr = window.devicePixelRatio || 1;
  return cell * dpr >= 4 ? Math.floor(cell * dpr) / dpr : cell;
}
