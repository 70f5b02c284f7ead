/** How the selected cell shows in each grid; said in words on the way. */

import { coverUnreached, frameBox, paintProduct, paintTogether } from "./stage-paint.js";

/** @typedef {import("./stage-detail.js").Box} Box */

/**
 * @typedef {object} Marks
 * @property {(ctx: CanvasRenderingContext2D) => void} input paints the input's highlight
 * @property {(ctx: CanvasRenderingContext2D) => void} output
 * @property {{i: number, j: number}[]} weights that take part
 * @property {Record<"input" | "output", Box | null>} boxes what the neighbourhoods are to show
 */

/**
 * @param {any} stage
 * @returns {Marks}
 */
export function mark(stage) {
  return { input: ofInput, kernel: ofKernel, output: ofOutput }[/** @type {import("./stage-cursor.js").Side} */ (stage.cursor.side)](stage);
}

/** An input cell: every output that it reaches. @param {any} stage @returns {Marks} */
function ofInput({ layer, cursor: { row, col }, shown, panels, sum, theme }) {
  const reached = layer.reach(shown.output, shown.input, row, col);
  sum.input(layer, { input: shown.input, row, col }, reached);
  const tags = panels.output.written && layer.kernel !== null;
  return {
    input: (ctx) => frameBox(ctx, panels.input.picture, row, col, 1, 1, theme),
    output: (ctx) => paintTogether(ctx, panels.output.picture, reached, theme, { tags, strong: null }),
    weights: reached,
    boxes: { input: { top: row, left: col, rows: 1, cols: 1 }, output: boxOf(reached) },
  };
}

/** A weight: every input that it meets. @param {any} stage @returns {Marks} */
function ofKernel({ layer, cursor: { row, col }, shown, panels, sum, theme }) {
  const [down, across] = [layer.rows.met[row] ?? [], layer.cols.met[col] ?? []];
  sum.kernel(layer, { ...shown, row, col }, down.length * across.length);
  const places = (/** @type {number} */ k) => [down, across].map((pairs) => pairs.map((/** @type {number[]} */ pair) => pair[k]));
  const [[outRows, outCols], [rows, cols]] = [places(0), places(1)];
  return {
    input: (ctx) => paintProduct(ctx, panels.input.picture, rows, cols, theme),
    output: (ctx) => paintProduct(ctx, panels.output.picture, outRows, outCols, theme),
    weights: [{ i: row, j: col }],
    boxes: { input: null, output: null },
  };
}

/** An output cell: its window. @param {any} stage @returns {Marks} */
function ofOutput({ layer, cursor: { row, col }, shown, panels, sum, theme, walk }) {
  const explained = layer.explain(shown.output, row, col);
  const part = explained.parts.find((/** @type {any} */ p) => p.channel === shown.input) ?? explained.parts[0];
  const term = walk.held ? null : walk.term;
  sum.output(layer, { ...shown, row, col, term }, explained);
  const strong = term === null ? explained.winner : term % Math.max(part.taps.length, 1);
  const tags = panels.input.written && (layer.kernel !== null || layer.operation === "blend");
  const covered = walk.walking && !walk.held ? walk.cell : null;
  return {
    input: (ctx) => paintTogether(ctx, panels.input.picture, part.taps, theme, { tags, strong }),
    output: (ctx) => {
      if (covered !== null) coverUnreached(ctx, panels.output.picture, covered, theme);
      frameBox(ctx, panels.output.picture, row, col, 1, 1, theme);
    },
    weights: term === null ? [] : [part.taps[strong ?? 0]].filter(Boolean),
    boxes: { input: boxOf(part.taps), output: { top: row, left: col, rows: 1, cols: 1 } },
  };
}

/** The smallest rectangle around cells. @param {{row: number, col: number}[]} cells @returns {Box | null} */
function boxOf(cells) {
  if (!cells.length) return null;
  const [top, bottom] = [Math.min(...cells.map((c) => c.row)), Math.max(...cells.map((c) => c.row))];
  const [left, right] = [Math.min(...cells.map((c) => c.col)), Math.max(...cells.map((c) => c.col))];
  return { top, left, rows: bottom - top + 1, cols: right - left + 1 };
}
