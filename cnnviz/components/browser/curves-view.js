/** A plot on the page: caption, canvas, crosshair, and the list of values at the crosshair. */

import { fit, h, setText } from "./mount.js";
import { clock } from "./curves-scale.js";
import { colour } from "./curves-data.js";
import { fill, short } from "./format.js";
import { paintDot, paintPlot } from "./curves-plot.js";
import { withAlpha } from "./theme.js";

/** More values than this are not listed at once. */
const MOST = 12;

export class PlotView {
  /** @param {string} name */
  constructor(name) {
    this.name = name;
    this.title = h("span", { class: "title" });
    this.readout = h("span", { class: "readout" });
    this.base = h("canvas", { tabindex: 0, role: "application", "data-testid": `curves-${name}` });
    this.overlay = h("canvas", { class: "overlay", "aria-hidden": "true" });
    this.tip = h("div", { class: "tip hidden", "data-testid": `curves-${name}-tip`, "aria-hidden": "true" });
    this.root = h("figure", { class: "plot", "data-plot": name }, h("figcaption", {}, this.title, this.readout),
      h("div", { class: "area" }, this.base, this.overlay, this.tip));
    /** @type {import("./curves-plot.js").Layout | null} */
    this.layout = null;
  }

  /** @param {import("./curves-plot.js").Layout} layout @param {Record<string, string>} labels */
  paint(layout, labels) {
    this.layout = layout;
    this.labels = labels;
    setText(this.title, layout.plot.title);
    paintPlot(fit(this.base, layout.width, layout.height), layout);
  }

  /** Crosshair at a place, or the stretch that is being chosen, or nothing. @param {number | null} at @param {number[] | null} chosen */
  point(at, chosen) {
    const { layout } = this;
    if (!layout) return;
    const ctx = fit(this.overlay, layout.width, layout.height);
    if (chosen) {
      const [a, b] = chosen.map((v) => layout.px(v));
      ctx.fillStyle = withAlpha(layout.theme.primary, 0.14);
      ctx.fillRect(Math.min(a, b), layout.top, Math.abs(b - a), layout.bottom - layout.top);
      ctx.fillStyle = layout.theme.primary;
      for (const x of [a, b]) ctx.fillRect(x - 0.75, layout.top, 1.5, layout.bottom - layout.top);
    }
    const read = layout.read(at);
    if (at !== null && !chosen && read.length) {
      const x = Math.round(layout.px(at)) + 0.5;
      ctx.strokeStyle = withAlpha(layout.theme.text, 0.42);
      ctx.lineWidth = 1;
      ctx.beginPath();
      ctx.moveTo(x, layout.top);
      ctx.lineTo(x, layout.bottom);
      ctx.stroke();
      for (const each of [...read].reverse()) paintDot(ctx, layout, each.line, [each.x, each.y], 4.5);
    }
    this.list(at !== null && !chosen ? read : [], at);
    this.last(layout.read(null));
  }

  /** The newest values, in the caption. @param {ReturnType<import("./curves-plot.js").Layout["read"]>} read */
  last(read) {
    const { layout } = this;
    if (!layout) return;
    const many = read.length > 3;
    this.readout.replaceChildren(...(many ? [] : read.map((each) => this.value({ ...each, y: each.raw ?? each.y }, false))));
    this.base.setAttribute("aria-label", `${layout.plot.title}. ${this.said(read)}. ${this.labels?.keys}`);
  }

  /** @param {ReturnType<import("./curves-plot.js").Layout["read"]>} read @param {number | null} at */
  list(read, at) {
    const { layout, tip } = this;
    tip.classList.toggle("hidden", !read.length);
    if (!read.length || !layout || at === null) return;
    const sorted = read.length > 4 ? [...read].sort((a, b) => b.y - a.y) : read;
    tip.replaceChildren(h("div", { class: "where" }, this.where(at)),
      ...sorted.slice(0, MOST).map((each) => h("div", { class: "item" }, this.value(each, true))),
      ...(sorted.length > MOST ? [h("div", { class: "where" }, "…")] : []));
    const left = layout.px(at);
    const over = left > (layout.left + layout.right) / 2;
    Object.assign(tip.style, over ? { right: `${layout.width - left + 10}px`, left: "auto" } : { left: `${left + 10}px`, right: "auto" });
  }

  /** @param {any} each @param {boolean} named */
  value(each, named) {
    const { layout } = this;
    const swatch = h("i", { class: each.line.dashed ? "dashed" : "" });
    swatch.style.color = colour(each.line.colour, /** @type {any} */ (layout).theme);
    const number = h("b", { "data-value": each.y }, layout?.text(each.y) ?? "");
    const raw = named && each.raw !== null ? [h("span", { class: "raw" }, layout?.text(each.raw) ?? "")] : [];
    return h("span", { class: "value", title: each.line.name }, swatch, ...(named ? [h("span", { class: "name" }, each.line.name)] : []), number, ...raw);
  }

  /** The place in words. @param {number} at */
  where(at) {
    const { layout, labels } = this;
    if (!layout || !labels) return "";
    if (layout.axis === "time") return clock(at, true);
    return layout.axis === "epoch" ? fill(labels.at_epoch, { value: short(at, 3) }) : fill(labels.at_step, { value: String(Math.round(at)) });
  }

  /** @param {ReturnType<import("./curves-plot.js").Layout["read"]>} read */
  said(read) {
    return read.slice(0, MOST).map((each) => `${each.line.name}: ${this.layout?.text(each.y)}`).join(", ");
  }
}
