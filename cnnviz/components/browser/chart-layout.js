/** Where everything of a chart lies: ranges, ticks, legend, and the way from values to pixels. */

import { fill, short } from "./format.js";
import { range, ticks } from "./curves-scale.js";

const LINE = 20;
const SWATCH = 20;
const SMALL = 11.5;
const SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/**
 * @typedef {{name: string, x: number[], y: (number | null)[], kind: string, dashed: boolean, quiet: boolean,
 *   colour: number | null}} Series
 * @typedef {{series: Series[], x_title: string, y_title: string, x_range: [number, number] | null,
 *   y_range: [number, number] | null, equal: boolean, y_log: boolean, x_log?: boolean, x_names: string[],
 *   marks: {x: number | null, y: number | null, text: string}[], height: number}} ChartData
 */

/** Whether the bars of a series join: their x are edges. @param {Series} s */
export const joined = (s) => s.kind === "bars" && s.x.length === s.y.length + 1;

/** The width of a bar that stands alone, in units of x: beside those of the other series. @param {ChartData} data */
export function barWidth(data) {
  const groups = data.series.filter((s) => s.kind === "bars" && !joined(s));
  const gaps = groups.flatMap((s) => s.x.slice(1).map((v, i) => v - s.x[i])).filter((gap) => gap > 0);
  return { groups, width: (0.8 * Math.min(...gaps, gaps.length ? Infinity : 1)) / Math.max(1, groups.length) };
}

/** Left and right end of each bar in units of x. @param {ChartData} data @param {Series} s */
export function barEnds(data, s) {
  if (joined(s)) return s.y.map((_, i) => [s.x[i], s.x[i + 1]]);
  const { groups, width } = barWidth(data);
  const shift = (groups.indexOf(s) - groups.length / 2) * width;
  return s.x.map((x) => [x + shift, x + shift + width]);
}

/** The layout of one chart at one size. */
export class Layout {
  /**
   * @param {ChartData} data
   * @param {number} width
   * @param {any} ctx measures texts
   * @param {string} font
   * @param {number} reserved pixels at the right of the first two lines that something else covers
   */
  constructor(data, width, ctx, font, reserved) {
    this.data = data;
    this.width = width;
    this.font = `${SMALL}px ${font}`;
    ctx.font = this.font;
    this.legend = this.entries(ctx, reserved);
    const lines = Math.max(0, ...this.legend.map((entry) => entry.line));
    this.height = data.height + lines * LINE;
    this.top = 14 + (lines + 1) * LINE;
    this.bottom = this.height - 44;
    this.x = this.xRange();
    this.y = this.yRange();
    // The widest label decides where the axis stands, and the axis how far the ranges grow.
    this.yTicks = this.yLabels();
    this.left = 12 + Math.max(...this.yTicks.map((tick) => ctx.measureText(tick.text).width), 8);
    this.right = width - 14;
    if (data.equal) this.equalise();
    this.yTicks = this.yLabels();
    this.xTicks = this.xLabels(ctx);
  }

  /** The title of y and the legend, line by line. @param {any} ctx @param {number} reserved */
  entries(ctx, reserved) {
    const { data } = this;
    /** @type {{text: string, series: Series | null, x: number, line: number}[]} */
    const found = [];
    let x = 0;
    let line = 0;
    const put = (/** @type {string} */ text, /** @type {Series | null} */ series) => {
      const width = ctx.measureText(text).width + (series ? SWATCH + 6 : 0);
      if (x && x + width > this.width - (line < 2 ? reserved : 0)) {
        x = 0;
        line += 1;
      }
      found.push({ text, series, x, line });
      x += width + 18;
    };
    if (data.y_title) put(data.y_title, null);
    for (const s of data.series) if (s.name && !s.quiet) put(s.name, s);
    return found;
  }

  /** On a logarithmic axis in powers of ten. @returns {[number, number]} */
  xRange() {
    const lift = (/** @type {number} */ v) => (this.data.x_log ? Math.log10(v) : v);
    if (this.data.x_range) return [lift(this.data.x_range[0]), lift(this.data.x_range[1])];
    let [low, high] = [Infinity, -Infinity];
    for (const s of this.data.series) {
      const ends = s.kind === "bars" ? barEnds(this.data, s).flat() : s.x;
      for (const v of ends.map(lift)) [low, high] = [Math.min(low, v), Math.max(high, v)];
    }
    if (low > high) return [0, 1];
    return low === high ? [low - 0.5, high + 0.5] : [low, high];
  }

  /** On a logarithmic axis in powers of ten. @returns {[number, number]} */
  yRange() {
    const { data } = this;
    const lift = (/** @type {number} */ v) => (data.y_log ? Math.log10(v) : v);
    if (data.y_range) return [lift(data.y_range[0]), lift(data.y_range[1])];
    const values = data.series.flatMap((s) => s.y).filter((v) => v !== null && (!data.y_log || v > 0)).map((v) => lift(/** @type {number} */ (v)));
    if (data.y_log) {
      if (!values.length) return [-1, 1];
      const [low, high] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
      const air = Math.max(0.1, (high - low) * 0.05);
      return [low - air, high + air];
    }
    return range(data.series.some((s) => s.kind === "bars") ? [0, ...values] : values, false);
  }

  /** Let the ranges grow until a unit is as long to the right as upwards. */
  equalise() {
    const perX = (this.right - this.left) / (this.x[1] - this.x[0]);
    const perY = (this.bottom - this.top) / (this.y[1] - this.y[0]);
    const grow = (/** @type {[number, number]} */ [low, high], /** @type {number} */ by) => {
      const middle = (low + high) / 2;
      return /** @type {[number, number]} */ ([middle - ((high - low) / 2) * by, middle + ((high - low) / 2) * by]);
    };
    if (perX > perY) this.x = grow(this.x, perX / perY);
    else this.y = grow(this.y, perY / perX);
  }

  yLabels() {
    const count = Math.max(2, (this.bottom - this.top) / 42);
    if (!this.data.y_log) return ticks(this.y[0], this.y[1], count).map((at) => ({ at, text: short(at, 4) }));
    const whole = ticks(this.y[0], this.y[1], count, true);
    if (whole.length > 1) return whole.map((at) => ({ at, text: power(at) }));
    // Within one power of ten round numbers are written where they lie.
    const inside = ticks(10 ** this.y[0], 10 ** this.y[1], count).filter((value) => value > 0);
    return inside.map((value) => ({ at: Math.log10(value), text: short(value, 4) }));
  }

  /** @param {any} ctx */
  xLabels(ctx) {
    const { x_names: names } = this.data;
    if (names.length) {
      const room = (this.right - this.left) / (this.x[1] - this.x[0]);
      const widest = Math.max(...names.map((name) => ctx.measureText(name).width)) + 8;
      const each = Math.max(1, Math.ceil(widest / Math.max(room, 1)));
      return names.map((text, at) => ({ at, text })).filter((tick) => tick.at % each === 0);
    }
    if (this.data.x_log) {
      const room = Math.max(2, (this.right - this.left) / 60);
      return ticks(this.x[0], this.x[1], room, true).map((at) => ({ at: 10 ** at, text: power(at) }));
    }
    const whole = this.data.series.every((s) => s.x.every(Number.isInteger));
    return ticks(this.x[0], this.x[1], Math.max(2, (this.right - this.left) / 84), whole).map((at) => ({ at, text: short(at, 5) }));
  }

  /** @param {number} value */
  px(value) {
    const at = this.data.x_log ? Math.log10(value) : value;
    return this.left + ((at - this.x[0]) / (this.x[1] - this.x[0])) * (this.right - this.left);
  }

  /** @param {number} value */
  py(value) {
    return this.level(this.data.y_log ? Math.log10(value) : value);
  }

  /** The pixel of a place on the y axis, in powers of ten on a logarithmic one. @param {number} at */
  level(at) {
    return this.bottom - ((at - this.y[0]) / (this.y[1] - this.y[0])) * (this.bottom - this.top);
  }

  /** The value of x under a pixel. @param {number} pixel */
  value(pixel) {
    const share = (pixel - this.left) / (this.right - this.left);
    const at = this.x[0] + Math.max(0, Math.min(1, share)) * (this.x[1] - this.x[0]);
    return this.data.x_log ? 10 ** at : at;
  }

  /** What x is called. @param {number} value @param {Record<string, string>} labels @param {number} [high] of a joined bar */
  named(value, labels, high) {
    if (high !== undefined) return fill(labels.between, { low: short(value, 5), high: short(high, 5) });
    return this.data.x_names[value] ?? short(value, 7);
  }
}

/** A power of ten as it is written. @param {number} exponent */
function power(exponent) {
  if (exponent >= -3 && exponent <= 4) return String(Number((10 ** exponent).toPrecision(3)));
  return `10${exponent < 0 ? "⁻" : ""}${[...String(Math.abs(exponent))].map((digit) => SUPERSCRIPT[Number(digit)]).join("")}`;
}
