/**
 * The layer on the stage, as arithmetic: what each output cell is made of, where each input cell goes, which inputs
 * each weight meets. A window is the product of a row's taps and a column's taps. Knows no canvas.
 */

import { floats } from "./wire.js";

/**
 * @typedef {{shape: number[], values: ArrayLike<number>}} Tensor the last axis fastest
 * @typedef {{row: number, col: number, i: number, j: number, x: number, w: number, padded: boolean}} Tap
 *   row and col in the padded input, i and j in the kernel
 * @typedef {{channel: number, taps: Tap[], sum: number}} Part one input channel's share in an output cell
 * @typedef {{parts: Part[], bias: number, divisor: number, winner: number | null, value: number}} Explained
 */

/**
 * A tensor as it came: few numbers as they are, many as base64 of 32-bit floats.
 * @param {any} raw
 * @returns {Tensor}
 */
export function decode(raw) {
  if (raw.values) return { ...raw, values: Float64Array.from(raw.values, (/** @type {number | null} */ v) => v ?? NaN) };
  return { shape: raw.shape, values: floats(raw.f32) };
}

/** The windows along one axis, and the same read backwards. */
class Axis {
  /** @param {{size: number, before: number, source: number[], taps: [number, number][][], weights: number[][] | null}} raw */
  constructor(raw) {
    this.size = raw.size;
    this.before = raw.before;
    this.source = raw.source;
    this.taps = raw.taps;
    this.weights = raw.weights;
    this.length = raw.source.length;
    this.outputs = raw.taps.length;
    /** @type {[number, number][][]} for each padded cell: the output cells that read it, and with which weight */
    this.readers = raw.source.map(() => []);
    /** @type {[number, number][][]} for each kernel cell: output cell and padded cell */
    this.met = [];
    raw.taps.forEach((taps, o) => taps.forEach(([p, k]) => {
      this.readers[p].push([o, k]);
      (this.met[k] ??= []).push([o, p]);
    }));
  }

  /** All padded cells in which the same input cell stands. @param {number} at @returns {number[]} */
  copies(at) {
    return this.source.flatMap((source, place) => (source === this.source[at] ? [place] : []));
  }

  /** Whether a padded cell is none of the input's own. @param {number} at */
  padded(at) {
    return at < this.before || at >= this.before + this.size;
  }
}

/** One layer with its numbers; those of input and kernel can be changed. */
export class Layer {
  /** @param {any} raw what Python sent */
  constructor(raw) {
    this.input = decode(raw.input);
    this.output = decode(raw.output);
    this.kernel = raw.kernel && decode(raw.kernel);
    this.divisors = raw.divisors && decode(raw.divisors);
    this.rows = new Axis(raw.rows);
    this.cols = new Axis(raw.cols);
    this.operation = raw.operation;
    this.bias = raw.bias;
    this.groups = raw.groups;
    this.power = raw.power;
    this.empty = raw.lowest ? -Infinity : 0;
    [this.channels, this.height, this.width] = this.input.shape;
    [this.outputs, this.outRows, this.outCols] = this.output.shape;
    this.kernelRows = this.kernel?.shape[2] ?? 0;
    this.kernelCols = this.kernel?.shape[3] ?? 0;
  }

  /** The input channels that an output channel is made of. @param {number} output @returns {number[]} */
  channelsOf(output) {
    if (!this.kernel) return [output];
    const per = this.kernel.shape[1];
    const first = Math.floor(output / (this.outputs / this.groups)) * per;
    return Array.from({ length: per }, (_, k) => first + k);
  }

  /** The output channels in which an input channel has a share: the first and how many. @param {number} channel */
  outputsOf(channel) {
    if (!this.kernel) return { first: channel, count: 1 };
    const each = this.outputs / this.groups;
    return { first: Math.floor(channel / this.kernel.shape[1]) * each, count: each };
  }

  /** The value of a cell of the padded input. @param {number} channel @param {number} row @param {number} col */
  at(channel, row, col) {
    const r = this.rows.source[row];
    const c = this.cols.source[col];
    return r < 0 || c < 0 ? this.empty : this.input.values[(channel * this.height + r) * this.width + c];
  }

  /** @param {number} row @param {number} col */
  padded(row, col) {
    return this.rows.padded(row) || this.cols.padded(col);
  }

  /** @param {number} row @param {number} col */
  unused(row, col) {
    return !this.rows.readers[row].length || !this.cols.readers[col].length;
  }

  /** A weight. @param {number} output @param {number} channel @param {number} i @param {number} j */
  weight(output, channel, i, j) {
    const { shape, values } = /** @type {Tensor} */ (this.kernel);
    return values[((output * shape[1] + (channel % shape[1])) * shape[2] + i) * shape[3] + j];
  }

  /** The output as Python computed it. @param {number} output @param {number} row @param {number} col */
  result(output, row, col) {
    return this.output.values[(output * this.outRows + row) * this.outCols + col];
  }

  /**
   * One input channel's share in an output cell.
   * @param {number} output
   * @param {number} channel
   * @param {number} row
   * @param {number} col
   * @returns {Tap[]}
   */
  taps(output, channel, row, col) {
    const found = [];
    const down = this.rows.taps[row];
    const across = this.cols.taps[col];
    for (let m = 0; m < down.length; m++) {
      for (let n = 0; n < across.length; n++) {
        const [r, i] = down[m];
        const [c, j] = across[n];
        let w = 1;
        if (this.kernel) w = this.weight(output, channel, i, j);
        else if (this.rows.weights && this.cols.weights) w = this.rows.weights[row][m] * this.cols.weights[col][n];
        found.push({ row: r, col: c, i, j, w, x: this.at(channel, r, c), padded: this.padded(r, c) });
      }
    }
    return found;
  }

  /**
   * Everything about one output cell.
   * @param {number} output
   * @param {number} row
   * @param {number} col
   * @returns {Explained}
   */
  explain(output, row, col) {
    const parts = this.channelsOf(output).map((channel) => {
      const taps = this.taps(output, channel, row, col);
      return { channel, taps, sum: taps.reduce((sum, t) => sum + t.x * t.w, 0) };
    });
    const bias = this.bias[output] ?? 0;
    const { taps } = parts[0];
    const divisor = this.divisors?.values[row * this.outCols + col] ?? 1;
    const total = parts.reduce((sum, part) => sum + part.sum, 0);
    let winner = null;
    let value = total + bias;
    if (this.operation === "max") {
      winner = taps.reduce((best, t, k) => (t.x > taps[best].x || Number.isNaN(t.x) ? k : best), 0);
      value = taps[winner]?.x ?? -Infinity;
    } else if (this.operation === "mean") value = total / divisor;
    else if (this.operation === "norm") value = taps.reduce((s, t) => s + t.x ** this.power, 0) ** (1 / this.power);
    return { parts, bias, divisor, winner, value };
  }

  /**
   * The output cells that read an input cell, and with which weight: also where the padding repeats it.
   * @param {number} output
   * @param {number} channel
   * @param {number} row of the padded input
   * @param {number} col
   * @returns {{row: number, col: number, i: number, j: number, w: number}[]}
   */
  reach(output, channel, row, col) {
    const own = !this.padded(row, col);
    const found = new Map();
    for (const r of own ? this.rows.copies(row) : [row]) {
      for (const c of own ? this.cols.copies(col) : [col]) {
        for (const [toRow, i] of this.rows.readers[r]) {
          for (const [toCol, j] of this.cols.readers[c]) {
            const w = this.kernel ? this.weight(output, channel, i, j) : 1;
            const before = found.get(toRow * this.outCols + toCol);
            found.set(toRow * this.outCols + toCol, { row: toRow, col: toCol, i, j, w: (before?.w ?? 0) + w });
          }
        }
      }
    }
    return [...found.values()];
  }

  /** Work the output out anew: for the moment between an edit and the server's answer. */
  recompute() {
    const values = new Float64Array(this.output.values.length);
    let at = 0;
    for (let o = 0; o < this.outputs; o++) {
      for (let r = 0; r < this.outRows; r++) {
        for (let c = 0; c < this.outCols; c++) values[at++] = this.explain(o, r, c).value;
      }
    }
    this.output = { ...this.output, values };
  }

  /**
   * Change one number of the input or the kernel.
   * @param {"input" | "kernel"} grid
   * @param {number[]} place
   * @param {number} value
   */
  change(grid, place, value) {
    const tensor = /** @type {Tensor} */ (this[grid]);
    const at = place.reduce((sum, index, axis) => sum * tensor.shape[axis] + index, 0);
    const values = Float64Array.from(tensor.values);
    values[at] = value;
    this[grid] = { ...tensor, values };
  }

  /** Whether two layers have the same shapes, so that a place in one is a place in the other. @param {Layer} other */
  fits(other) {
    return JSON.stringify([this.input.shape, this.kernel?.shape, this.output.shape])
      === JSON.stringify([other.input.shape, other.kernel?.shape, other.output.shape]);
  }
}
