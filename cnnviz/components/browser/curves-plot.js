/** One plot: grid, two lines, a crosshair on a canvas of its own. */

import { fit, h, setText } from "./mount.js";
import { percent, short } from "./format.js";
import { nearest, range, ticks } from "./curves-scale.js";
import { withAlpha } from "./theme.js";

const HEIGHT = 276;
const EDGE = { top: 12, right: 14, bottom: 46, left: 50 };

/** Series differ in colour and in their line: told apart without colour too. */
export const SERIES = /** @type {const} */ (["train", "val"]);
/** @param {import("./theme.js").Theme} theme */
export const colours = (theme) => (theme.dark ? { train: "#7ab8f0", val: "#f5a95c" } : { train: "#2b6cb0", val: "#c2570c" });

/** A plot with its readout; what is zoomed belongs to the pair, not to the plot. */
export class Plot {
  /** @param {"loss" | "accuracy"} name */
  constructor(name) {
    this.name = name;
    this.title = h("span", { class: "title" });
    this.readout = h("span", { class: "readout" });
    this.base = h("canvas", { tabindex: 0, role: "img", "data-testid": `curves-${name}` });
    this.overlay = h("canvas", { class: "overlay", "aria-hidden": "true" });
    this.root = h("figure", { class: "plot" }, h("figcaption", {}, this.title, this.readout),
      h("div", { class: "area" }, this.base, this.overlay));
    /** @type {Record<string, number[][]>} */
    this.points = { train: [], val: [] };
    this.x = [0, 1];
    this.y = [0, 1];
    this.width = 0;
  }

  /** @param {number} value */
  px(value) {
    return EDGE.left + ((value - this.x[0]) / (this.x[1] - this.x[0])) * (this.width - EDGE.left - EDGE.right);
  }

  /** @param {number} value */
  py(value) {
    return HEIGHT - EDGE.bottom - ((value - this.y[0]) / (this.y[1] - this.y[0])) * (HEIGHT - EDGE.top - EDGE.bottom);
  }

  /** The training step under a pixel. @param {number} pixel */
  step(pixel) {
    const share = (pixel - EDGE.left) / (this.width - EDGE.left - EDGE.right);
    return this.x[0] + Math.max(0, Math.min(1, share)) * (this.x[1] - this.x[0]);
  }

  /** @param {number} value */
  text(value) {
    return this.name === "accuracy" ? percent(value) : short(value, 4);
  }

  /**
   * @param {Record<string, number[][]>} points
   * @param {number[]} x the visible range of steps
   * @param {import("./theme.js").Theme} theme
   * @param {string} xLabel
   */
  paint(points, x, theme, xLabel) {
    this.points = points;
    this.theme = theme;
    this.x = x;
    this.width = this.root.clientWidth;
    if (!this.width) return;
    const visible = SERIES.flatMap((s) => points[s].filter((p) => p[0] >= x[0] && p[0] <= x[1]).map((p) => p[1]));
    this.y = range(visible, this.name === "accuracy");
    const ctx = fit(this.base, this.width, HEIGHT);
    this.axes(ctx, xLabel);
    ctx.save();
    ctx.beginPath();
    ctx.rect(EDGE.left, EDGE.top - 6, this.width - EDGE.left - EDGE.right + 6, HEIGHT - EDGE.top - EDGE.bottom + 8);
    ctx.clip();
    for (const s of SERIES) this.line(ctx, s, points[s]);
    ctx.restore();
  }

  /** @param {CanvasRenderingContext2D} ctx @param {string} xLabel */
  axes(ctx, xLabel) {
    const theme = /** @type {import("./theme.js").Theme} */ (this.theme);
    const muted = withAlpha(theme.text, 0.66);
    const bottom = HEIGHT - EDGE.bottom;
    ctx.font = `11.5px ${theme.font}`;
    ctx.lineWidth = 1;
    ctx.textBaseline = "middle";
    ctx.textAlign = "right";
    for (const v of ticks(this.y[0], this.y[1], 5)) {
      const y = Math.round(this.py(v)) + 0.5;
      ctx.strokeStyle = withAlpha(theme.text, 0.09);
      ctx.beginPath();
      ctx.moveTo(EDGE.left, y);
      ctx.lineTo(this.width - EDGE.right, y);
      ctx.stroke();
      ctx.fillStyle = muted;
      const label = this.name === "accuracy" ? `${Number((v * 100).toPrecision(6))}%` : short(v, 4);
      ctx.fillText(label, EDGE.left - 9, y);
    }
    ctx.textBaseline = "alphabetic";
    ctx.fillStyle = muted;
    ctx.textAlign = "right";
    ctx.fillText(xLabel, this.width - EDGE.right, HEIGHT - 6);
    ctx.textAlign = "center";
    for (const v of ticks(this.x[0], this.x[1], Math.max(2, (this.width - EDGE.left) / 90), true)) {
      const x = Math.round(this.px(v)) + 0.5;
      ctx.strokeStyle = withAlpha(theme.text, 0.3);
      ctx.beginPath();
      ctx.moveTo(x, bottom);
      ctx.lineTo(x, bottom + 4);
      ctx.stroke();
      const text = v >= 1e6 ? `${v / 1e6}M` : v >= 1e4 ? `${v / 1e3}k` : String(v);
      ctx.fillText(text, Math.min(x, this.width - ctx.measureText(text).width / 2 - 1), bottom + 17);
    }
    ctx.strokeStyle = withAlpha(theme.text, 0.3);
    ctx.beginPath();
    ctx.moveTo(EDGE.left, bottom + 0.5);
    ctx.lineTo(this.width - EDGE.right, bottom + 0.5);
    ctx.stroke();
  }

  /** @param {CanvasRenderingContext2D} ctx @param {"train" | "val"} series @param {number[][]} points */
  line(ctx, series, points) {
    const theme = /** @type {import("./theme.js").Theme} */ (this.theme);
    const colour = colours(theme)[series];
    ctx.strokeStyle = colour;
    ctx.lineWidth = series === "val" ? 2 : 1.75;
    ctx.lineJoin = "round";
    ctx.setLineDash(series === "val" ? [6, 4] : []);
    ctx.beginPath();
    points.forEach((p, i) => (i ? ctx.lineTo(this.px(p[0]), this.py(p[1])) : ctx.moveTo(this.px(p[0]), this.py(p[1]))));
    ctx.stroke();
    ctx.setLineDash([]);
    if (series === "val" || points.length === 1) {
      for (const p of points.length > 80 ? points.slice(-1) : points) this.marker(ctx, p, colour, 3.5);
    }
  }

  /** @param {CanvasRenderingContext2D} ctx @param {number[]} p @param {string} colour @param {number} radius */
  marker(ctx, p, colour, radius) {
    ctx.beginPath();
    ctx.arc(this.px(p[0]), this.py(p[1]), radius, 0, 7);
    ctx.fillStyle = colour;
    ctx.fill();
    ctx.lineWidth = 1.25;
    ctx.strokeStyle = /** @type {import("./theme.js").Theme} */ (this.theme).background;
    ctx.stroke();
  }

  /**
   * Crosshair at a step, or the range that is being chosen, or nothing.
   * @param {number | null} at
   * @param {number[] | null} chosen
   * @param {Record<string, string>} labels
   */
  point(at, chosen, labels) {
    if (!this.theme || !this.width) return;
    const ctx = fit(this.overlay, this.width, HEIGHT);
    const bottom = HEIGHT - EDGE.bottom;
    if (chosen) {
      const [a, b] = chosen.map((v) => this.px(v));
      ctx.fillStyle = withAlpha(this.theme.primary, 0.14);
      ctx.fillRect(Math.min(a, b), EDGE.top, Math.abs(b - a), bottom - EDGE.top);
      ctx.fillStyle = this.theme.primary;
      for (const x of [a, b]) ctx.fillRect(x - 0.75, EDGE.top, 1.5, bottom - EDGE.top);
    }
    const show = SERIES.map((s) => /** @type {const} */ ([s, at === null ? this.points[s].at(-1) : nearest(this.points[s], at)]));
    if (at !== null && !chosen) {
      const where = show[0][1] ?? show[1][1];
      if (where) {
        const x = Math.round(this.px(where[0])) + 0.5;
        ctx.strokeStyle = withAlpha(this.theme.text, 0.4);
        ctx.lineWidth = 1;
        ctx.beginPath();
        ctx.moveTo(x, EDGE.top);
        ctx.lineTo(x, bottom);
        ctx.stroke();
      }
      for (const [s, p] of [...show].reverse()) {
        if (p && p[0] >= this.x[0] && p[0] <= this.x[1]) this.marker(ctx, p, colours(this.theme)[s], 4.5);
      }
    }
    const parts = show.filter(([, p]) => p).map(([s, p]) => {
      const value = h("b", {}, this.text(/** @type {number[]} */ (p)[1]));
      value.style.color = colours(/** @type {any} */ (this.theme))[s];
      value.title = labels[s];
      return value;
    });
    const step = at === null ? undefined : (show[0][1] ?? show[1][1])?.[0];
    const lead = step === undefined ? [] : [h("span", {}, labels.step.replace("{step}", String(step)))];
    this.readout.replaceChildren(...lead, ...parts);
    setText(this.title, labels[this.name]);
    this.base.setAttribute("aria-label", `${labels[this.name]}: ${show.filter(([, p]) => p).map(([s, p]) =>
      `${labels[s]} ${this.text(/** @type {number[]} */ (p)[1])}`).join(", ")}`);
  }
}
