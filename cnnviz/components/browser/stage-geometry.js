/** Convolution as index arithmetic, and where its three grids go on the page. Knows no canvas. */

/**
 * @typedef {{rows: number, cols: number, values: ArrayLike<number>}} Grid
 *
 * @typedef {object} StageData
 * @property {Grid} input
 * @property {Grid} kernel
 * @property {Grid} output
 * @property {number} bias
 * @property {[number, number]} stride
 * @property {[number, number]} dilation
 * @property {{top: number, bottom: number, left: number, right: number}} padding
 * @property {"diverging" | "grey"} input_style
 * @property {number} edit
 * @property {Record<string, string>} labels
 *
 * @typedef {{row: number, col: number, x: number, w: number, padded: boolean}} Tap row and col in the padded input
 */

/**
 * A grid as it came: small ones as numbers, large ones as base64 of 32-bit floats.
 * @param {any} grid
 * @returns {Grid}
 */
export function decode(grid) {
  if (grid.values) return { ...grid, values: grid.values.map((/** @type {number | null} */ v) => v ?? NaN) };
  const bytes = Uint8Array.from(atob(grid.f32), (c) => c.charCodeAt(0));
  return { rows: grid.rows, cols: grid.cols, values: new Float32Array(bytes.buffer) };
}

/**
 * The shape of the input with its padding.
 * @param {StageData} d
 * @returns {[number, number]}
 */
export function paddedShape({ input, padding: p }) {
  return [input.rows + p.top + p.bottom, input.cols + p.left + p.right];
}

/**
 * The value of a cell of the padded input.
 * @param {StageData} d
 * @param {number} row
 * @param {number} col
 * @returns {{x: number, padded: boolean}}
 */
export function cellAt({ input, padding }, row, col) {
  const r = row - padding.top;
  const c = col - padding.left;
  const padded = r < 0 || c < 0 || r >= input.rows || c >= input.cols;
  return { x: padded ? 0 : input.values[r * input.cols + c], padded };
}

/**
 * What output cell (row, col) is made of: each input value under the kernel with its weight.
 * @param {StageData} d
 * @param {number} row
 * @param {number} col
 * @returns {Tap[]}
 */
export function tapsOf(d, row, col) {
  const { kernel, stride, dilation } = d;
  const taps = [];
  for (let i = 0; i < kernel.rows; i++) {
    for (let j = 0; j < kernel.cols; j++) {
      const r = row * stride[0] + i * dilation[0];
      const c = col * stride[1] + j * dilation[1];
      taps.push({ row: r, col: c, w: kernel.values[i * kernel.cols + j], ...cellAt(d, r, c) });
    }
  }
  return taps;
}

/**
 * @param {Tap[]} taps
 * @param {number} bias
 */
export function sumOf(taps, bias) {
  return taps.reduce((sum, t) => sum + t.x * t.w, 0) + bias;
}

/**
 * The whole output, for the moment between an edit of the kernel and the server's answer.
 * @param {StageData} d
 * @returns {Float64Array}
 */
export function convolve(d) {
  const out = new Float64Array(d.output.rows * d.output.cols);
  for (let r = 0, i = 0; r < d.output.rows; r++) {
    for (let c = 0; c < d.output.cols; c++, i++) out[i] = sumOf(tapsOf(d, r, c), d.bias);
  }
  return out;
}

/**
 * Which rows (or columns) of the padded input some window touches.
 * @param {number} size
 * @param {number} kernel
 * @param {number} stride
 * @param {number} dilation
 * @param {number} outputs
 * @returns {boolean[]}
 */
export function touched(size, kernel, stride, dilation, outputs) {
  const lines = new Array(size).fill(false);
  for (let o = 0; o < outputs; o++) {
    for (let k = 0; k < kernel; k++) lines[o * stride + k * dilation] = true;
  }
  return lines.slice(0, size);
}

/** The widest a cell becomes; room for × or =, in a wide and a narrow page; from here on all stands in one row. */
const LARGEST = 60;
const SIGN = 48;
const NARROW_SIGN = 30;
const WIDE = 640;
const KERNEL_CELLS = { 1: 60, 2: 60, 3: 54, 4: 48, 5: 42, 6: 40, 7: 38, 8: 38, 9: 38, 10: 38, 11: 38 };

/**
 * Sizes of all cells for a given width.
 * @param {StageData} d
 * @param {number} width of the component, CSS pixels
 * @returns {{input: number, kernel: number, output: number, mode: "wide" | "pair" | "below" | "stacked"}}
 */
export function arrange(d, width) {
  const [rows, cols] = paddedShape(d);
  const out = d.output;
  const side = Math.min(11, Math.max(d.kernel.rows, d.kernel.cols));
  const kernelAt = (/** @type {number} */ room) =>
    Math.min(KERNEL_CELLS[/** @type {1} */ (side)], Math.floor((room - 2 * d.kernel.cols) / d.kernel.cols));
  if (width >= WIDE) {
    const kernel = kernelAt(width * 0.36);
    const room = width - d.kernel.cols * (kernel + 2) - 2 * SIGN - 4;
    const height = 440;
    let input = snap(Math.min(LARGEST, room / (cols + out.cols), height / Math.max(rows, out.rows)));
    let output = input;
    if (out.cols * output < 200) {
      // A strided output would be tiny: let it have cells of its own.
      output = snap(Math.min(LARGEST, Math.max(output, Math.min(220 / out.cols, 220 / out.rows))));
      input = snap(Math.min(LARGEST, (room - out.cols * output) / cols, height / rows));
    }
    return { input, kernel, output, mode: "wide" };
  }
  return arrangeNarrow(d, width, Math.min(40, kernelAt(Math.min(width, 350))));
}

/**
 * On a phone: input and kernel in one row if cells stay legible; else kernel and output in one row; else
 * one below the other. Input and output should be seen together.
 * @param {StageData} d
 * @param {number} width
 * @param {number} kernel size of its cells
 * @returns {ReturnType<typeof arrange>}
 */
function arrangeNarrow(d, width, kernel) {
  const [rows, cols] = paddedShape(d);
  const out = d.output;
  const rest = width - d.kernel.cols * (kernel + 2) - NARROW_SIGN - 4;
  if (rest / cols >= 19) {
    const input = snap(Math.min(40, rest / cols, 300 / rows));
    const output = snap(Math.min(40, Math.max(input, 150 / out.cols), (width - 2 * NARROW_SIGN) / out.cols, 300 / out.rows));
    return { input, kernel, output, mode: "pair" };
  }
  const input = snap(Math.min(38, (width - 2) / cols, 260 / rows));
  const room = rest - NARROW_SIGN;
  if (room >= 120) return { input, kernel, output: snap(Math.min(38, room / out.cols, 260 / out.rows)), mode: "below" };
  return { input, kernel, output: snap(Math.min(38, (width - 2) / out.cols, 260 / out.rows)), mode: "stacked" };
}

/** Whole device pixels where cells are more than a few, so that all are equally wide. @param {number} cell */
function snap(cell) {
  const dpr = window.devicePixelRatio || 1;
  return cell * dpr >= 4 ? Math.floor(cell * dpr) / dpr : cell;
}
