/** Colour scales for cells: zero is the neutral middle, blue is negative, orange positive. */

import { luminance } from "./theme.js";

/** From the neutral middle outwards; blue and orange differ for every kind of colour blindness. */
const LIGHT = {
  negative: [[250, 251, 253], [184, 212, 236], [103, 160, 207], [40, 101, 165]],
  positive: [[250, 251, 253], [253, 217, 174], [244, 162, 89], [205, 96, 16]],
};
const DARK = {
  negative: [[36, 40, 48], [38, 73, 112], [58, 121, 184], [122, 184, 240]],
  positive: [[36, 40, 48], [98, 62, 28], [176, 101, 31], [250, 170, 90]],
};
const GREY = { positive: [[0, 0, 0], [255, 255, 255]], negative: [[0, 0, 0], [0, 0, 0]] };
const STEPS = 255;

/**
 * @param {number[][]} stops
 * @param {number} t 0..1
 */
function blend(stops, t) {
  const at = t * (stops.length - 1);
  const i = Math.min(Math.floor(at), stops.length - 2);
  return stops[i].map((v, k) => Math.round(v + (stops[i + 1][k] - v) * (at - i)));
}

/** A scale from values to colours, with its table worked out once. */
export class Scale {
  /**
   * @param {ArrayLike<number>} values what the scale must span
   * @param {boolean} dark
   * @param {"diverging" | "grey"} [style]
   */
  constructor(values, dark, style = "diverging") {
    let low = 0;
    let high = 0;
    for (let i = 0; i < values.length; i++) {
      if (values[i] < low) low = values[i];
      else if (values[i] > high) high = values[i];
    }
    this.low = low;
    this.high = high;
    this.limit = Math.max(-low, high) || 1;
    const stops = style === "grey" ? GREY : dark ? DARK : LIGHT;
    /** @type {number[][]} index 0..2*STEPS, the middle is zero */
    this.table = [];
    for (let i = -STEPS; i <= STEPS; i++) {
      this.table.push(blend(i < 0 ? stops.negative : stops.positive, Math.abs(i) / STEPS));
    }
    this.css = this.table.map((c) => `rgb(${c.join(" ")})`);
    // Black or white, whichever stands out more from the cell.
    this.inks = this.table.map((c) => (luminance(c) > 0.2 ? "#14161c" : "#ffffff"));
  }

  /** @param {number} value */
  index(value) {
    const t = Number.isFinite(value) ? Math.max(-1, Math.min(1, value / this.limit)) : 0;
    return Math.round(t * STEPS) + STEPS;
  }

  /** @param {number} value */
  fill(value) {
    return this.css[this.index(value)];
  }

  /** @param {number} value */
  ink(value) {
    return this.inks[this.index(value)];
  }

  /** The part of the scale that occurs, as a CSS gradient for a legend. */
  gradient() {
    const stops = [];
    for (let i = 0; i <= 12; i++) stops.push(this.fill(this.low + ((this.high - this.low) * i) / 12));
    return `linear-gradient(90deg, ${stops.join(", ")})`;
  }
}
