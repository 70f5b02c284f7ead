/** One plot of the curves: its layout, its painting (screen, PNG and SVG alike), what lies under a place. */

import { percent, short } from "./format.js";
import { clock, logTicks, nearest, range, ticks, timeTicks } from "./curves-scale.js";
import { colour } from "./curves-data.js";
import { withAlpha } from "./theme.js";

export const HEIGHT = 262;
export const LOW = 150;
/** Between points that are so many pixels apart a curve is read as the straight line that is drawn. */
const FAR = 14;
const EDGE = { top: 14, right: 14, bottom: 26 };

/**
 * @typedef {import("./curves-data.js").Line} Line
 * @typedef {import("./theme.js").Theme} Theme
 * @typedef {{x: number, text: string, plot: string}} Placed
 */

export class Layout {
  /**
   * @param {any} plot name, title, kind, log
   * @param {Line[]} lines that are seen in it
   * @param {Placed[]} marks
   * @param {{x: [number, number], axis: string, log: boolean, width: number, height: number, theme: Theme, measure: any}} how
   */
  constructor(plot, lines, marks, how) {
    Object.assign(this, how);
    this.plot = plot;
    this.lines = lines;
    this.marks = marks;
    this.x = how.x;
    this.width = how.width;
    this.height = how.height;
    this.theme = how.theme;
    this.axis = how.axis;
    this.log = how.log && plot.log;
    this.font = `11.5px ${how.theme.font}`;
    this.top = EDGE.top;
    this.bottom = how.height - EDGE.bottom;
    this.y = this.yRange();
    this.yTicks = this.yLabels();
    how.measure.font = this.font;
    this.left = 14 + Math.max(24, ...this.yTicks.map((tick) => how.measure.measureText(tick.text).width));
    this.right = how.width - EDGE.right;
  }

  /** @param {number} value */
  lift(value) {
    return this.log ? Math.log10(value) : value;
  }

  /** @returns {[number, number]} */
  yRange() {
    const values = [];
    for (const line of this.lines) {
      // Pale noise behind a smoothed curve may be cut where it would flatten the curve: only its middle counts.
      for (const list of line.strong === line.points ? [line.points] : [line.strong, line.points]) {
        const inside = list.filter(([x, y]) => y !== null && /** @type {number} */ (x) >= this.x[0] && /** @type {number} */ (x) <= this.x[1]).map((p) => /** @type {number} */ (p[1]));
        values.push(...(list === line.strong || inside.length < 40 ? inside : middle(inside)));
      }
    }
    if (!this.log) return range(values, this.plot.kind === "share");
    let [low, high] = [Infinity, -Infinity];
    for (const v of values) if (v > 0) [low, high] = [Math.min(low, Math.log10(v)), Math.max(high, Math.log10(v))];
    if (low > high) return [-2, 1];
    const air = Math.max(0.05, (high - low) * 0.06);
    return [low - air, high + air];
  }

  yLabels() {
    const count = Math.max(3, (this.bottom - this.top) / 44);
    if (this.log) return logTicks(this.y[0], this.y[1], count).map((at) => ({ at, text: level(Number((10 ** at).toPrecision(3))) }));
    return ticks(this.y[0], this.y[1], count).map((at) => ({ at, text: this.plot.kind === "share" ? `${Number((at * 100).toPrecision(6))}%` : level(at) }));
  }

  xLabels() {
    const count = Math.max(2, (this.right - this.left) / 84);
    const [low, high] = this.x;
    if (this.axis === "time") return timeTicks(low, high, count).map((at) => ({ at, text: clock(at) }));
    return ticks(low, high, count, this.axis === "step").map((at) => ({ at, text: big(at) }));
  }

  /** @param {number} value */
  px(value) {
    return this.left + ((value - this.x[0]) / (this.x[1] - this.x[0])) * (this.right - this.left);
  }

  /** @param {number} value */
  py(value) {
    const level = this.lift(value);
    return this.bottom - ((level - this.y[0]) / (this.y[1] - this.y[0])) * (this.bottom - this.top);
  }

  /** The place under a pixel. @param {number} pixel */
  place(pixel) {
    const share = (pixel - this.left) / (this.right - this.left);
    return this.x[0] + Math.max(0, Math.min(1, share)) * (this.x[1] - this.x[0]);
  }

  /** @param {number | null} value */
  text(value) {
    return value === null ? "–" : this.plot.kind === "share" ? percent(value) : short(value, 4);
  }

  /** The value on the straight line between two points that lie far apart; null where there is a point nearby. @param {number[][]} points @param {number} at */
  between(points, at) {
    const after = points.findIndex((p) => p[0] >= at);
    if (after < 1) return null;
    const [[x, y], [to, end]] = [points[after - 1], points[after]];
    if (this.px(to) - this.px(x) < FAR) return null;
    return y + ((at - x) / (to - x)) * (end - y);
  }

  /** What each curve says at a place, or at its end. @param {number | null} at */
  read(at) {
    const found = [];
    for (const line of this.lines) {
      const known = line.strong.filter((p) => p[1] !== null);
      const strong = at === null ? known.at(-1) : nearest(/** @type {number[][]} */ (known), at);
      if (!strong) continue;
      const between = at === null || line.markers ? null : this.between(/** @type {number[][]} */ (known), at);
      if (between !== null) {
        found.push({ line, x: /** @type {number} */ (at), y: between, raw: null });
        continue;
      }
      const raw = line.strong === line.points ? null : nearest(/** @type {number[][]} */ (line.points.filter((p) => p[1] !== null)), /** @type {number} */ (strong[0]));
      found.push({ line, x: /** @type {number} */ (strong[0]), y: /** @type {number} */ (strong[1]), raw: raw ? raw[1] : null });
    }
    return found;
  }
}

/** A value as an axis says it, as short as it can be. @param {number} value */
function level(value) {
  const text = value && Math.abs(value) < 1e-3 ? value.toExponential().replace("e+", "e") : String(value);
  return text.replace(/-/g, "\u2212");
}

/** Values without their outermost hundredths. @param {number[]} values */
function middle(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const cut = Math.floor(sorted.length * 0.03);
  return [sorted[cut], sorted[sorted.length - 1 - cut]];
}

/** @param {number} v */
function big(v) {
  return Math.abs(v) >= 1e6 ? `${Number((v / 1e6).toPrecision(6))}M` : Math.abs(v) >= 1e4 ? `${Number((v / 1e3).toPrecision(6))}k` : String(v);
}

/** Everything but the crosshair. @param {any} ctx @param {Layout} at */
export function paintPlot(ctx, at) {
  paintAxes(ctx, at);
  paintMarks(ctx, at);
  ctx.save();
  ctx.beginPath();
  ctx.rect(at.left, at.top - 5, at.right - at.left + 5, at.bottom - at.top + 7);
  ctx.clip();
  ctx.lineJoin = "round";
  for (const line of at.lines) if (line.strong !== line.points) stroke(ctx, at, line, line.points, withAlpha(colour(line.colour, at.theme), at.theme.dark ? 0.34 : 0.3), 1);
  for (const line of at.lines) {
    stroke(ctx, at, line, line.strong, colour(line.colour, at.theme), 2);
    const inside = line.points.filter(([x]) => /** @type {number} */ (x) >= at.x[0] && /** @type {number} */ (x) <= at.x[1]).length;
    const few = line.points.length === 1 || (line.markers && (at.right - at.left) / inside >= 16);
    if (few) for (const p of line.points) if (p[1] !== null) paintDot(ctx, at, line, /** @type {number[]} */ (p), 3.4);
  }
  ctx.restore();
}

/** @param {any} ctx @param {Layout} at */
function paintAxes(ctx, at) {
  const { theme } = at;
  const muted = withAlpha(theme.text, 0.68);
  ctx.font = at.font;
  ctx.lineWidth = 1;
  ctx.setLineDash([]);
  ctx.textBaseline = "middle";
  ctx.textAlign = "right";
  for (const tick of at.yTicks) {
    const y = Math.round(at.py(at.log ? 10 ** tick.at : tick.at)) + 0.5;
    segment(ctx, at.left, y, at.right, y, withAlpha(theme.text, 0.09));
    ctx.fillStyle = muted;
    ctx.fillText(tick.text, at.left - 8, y);
  }
  ctx.textBaseline = "alphabetic";
  ctx.textAlign = "center";
  for (const tick of at.xLabels()) {
    const x = Math.round(at.px(tick.at)) + 0.5;
    segment(ctx, x, at.bottom, x, at.bottom + 4, withAlpha(theme.text, 0.35));
    ctx.fillStyle = muted;
    const half = ctx.measureText(tick.text).width / 2;
    ctx.fillText(tick.text, Math.max(half + 1, Math.min(x, at.width - half - 1)), at.bottom + 17);
  }
  segment(ctx, at.left, Math.round(at.bottom) + 0.5, at.right, Math.round(at.bottom) + 0.5, withAlpha(theme.text, 0.35));
}

/** @param {any} ctx @param {Layout} at */
function paintMarks(ctx, at) {
  ctx.font = at.font;
  ctx.textBaseline = "alphabetic";
  let free = -Infinity;
  for (const mark of at.marks) {
    const x = Math.round(at.px(mark.x)) + 0.5;
    if (x < at.left || x > at.right) continue;
    ctx.setLineDash([2, 3]);
    segment(ctx, x, at.top, x, at.bottom, withAlpha(at.theme.text, 0.5));
    ctx.setLineDash([]);
    const width = ctx.measureText(mark.text).width;
    const left = x + 4 + width > at.right;
    if ((left ? x - 4 - width : x + 4) < free) continue;
    ctx.textAlign = left ? "right" : "left";
    ctx.fillStyle = withAlpha(at.theme.text, 0.72);
    // Shares gather at the top, so the words stand at the bottom there.
    ctx.fillText(mark.text, left ? x - 4 : x + 4, at.plot.kind === "share" ? at.bottom - 7 : at.top + 6);
    free = left ? x + 4 : x + 8 + width;
  }
}

/** @param {any} ctx @param {Layout} at @param {Line} line @param {(number | null)[][]} points @param {string} style @param {number} width */
function stroke(ctx, at, line, points, style, width) {
  ctx.strokeStyle = style;
  ctx.lineWidth = width;
  ctx.setLineDash(line.dashed ? [6, 4] : []);
  ctx.beginPath();
  let down = false;
  for (const [x, y] of points) {
    const fine = y !== null && !(at.log && y <= 0);
    if (fine && down) ctx.lineTo(at.px(/** @type {number} */ (x)), at.py(/** @type {number} */ (y)));
    else if (fine) ctx.moveTo(at.px(/** @type {number} */ (x)), at.py(/** @type {number} */ (y)));
    down = fine;
  }
  ctx.stroke();
  ctx.setLineDash([]);
}

/** @param {any} ctx @param {Layout} at @param {Line} line @param {number[]} p @param {number} radius */
export function paintDot(ctx, at, line, p, radius) {
  if (p[0] < at.x[0] || p[0] > at.x[1] || (at.log && p[1] <= 0)) return;
  ctx.beginPath();
  ctx.arc(at.px(p[0]), at.py(p[1]), radius, 0, 2 * Math.PI);
  ctx.fillStyle = colour(line.colour, at.theme);
  ctx.fill();
  ctx.lineWidth = 1.25;
  ctx.strokeStyle = at.theme.background;
  ctx.stroke();
}

/** @param {any} ctx @param {number} x @param {number} y @param {number} to @param {number} down @param {string} style */
function segment(ctx, x, y, to, down, style) {
  ctx.strokeStyle = style;
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.moveTo(x, y);
  ctx.lineTo(to, down);
  ctx.stroke();
}
