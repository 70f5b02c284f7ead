/** Live curves of loss and accuracy. New points repaint in place; the zoom stays until it is reset. */

import { h, mounted, setText } from "./mount.js";
import { icon } from "./icons.js";
import { readTheme } from "./theme.js";
import { colours, Plot, SERIES } from "./curves-plot.js";

/** Shorter drags than this many pixels are clicks. */
const DRAG = 6;

/** The pair of plots with their common legend, crosshair and zoom. */
class Curves {
  /** @param {import("./mount.js").Component} component */
  constructor(component) {
    this.component = component;
    this.plots = [new Plot("loss"), new Plot("accuracy")];
    /** @type {number[] | null} */
    this.zoom = null;
    /** @type {number | null} */
    this.at = null;
    /** @type {{plot: Plot, from: number, pixel: number, to: number, moved: boolean} | null} */
    this.drag = null;
    this.names = { train: h("span"), val: h("span") };
    this.swatches = { train: h("i", { class: "line" }), val: h("i", { class: "line dashed" }) };
    this.live = h("span", { class: "live hidden" }, h("i"), h("span"));
    this.reset = h("button", { type: "button", class: "button small", "data-testid": "curves-reset", click: () => this.show(null) },
      icon("reset", 15), h("span"));
    this.empty = h("p", { class: "empty" });
    this.help = h("p", { class: "help" });
    this.root = h("div", { class: "root curves", "data-testid": "curves" },
      h("div", { class: "top" }, ...SERIES.map((s) => h("span", { class: "entry" }, this.swatches[s], this.names[s])), this.live, this.reset),
      h("div", { class: "plots" }, ...this.plots.map((p) => p.root), this.empty), this.help);
    for (const plot of this.plots) this.listen(plot);
  }

  /** @param {Plot} plot */
  listen(plot) {
    const on = (/** @type {string} */ type, /** @type {(event: any) => void} */ act) => plot.base.addEventListener(type, act);
    const pixel = (/** @type {PointerEvent} */ event) => event.clientX - plot.base.getBoundingClientRect().left;
    on("pointerdown", (event) => {
      if (event.button > 0) return;
      plot.base.setPointerCapture(event.pointerId);
      const x = pixel(event);
      this.drag = { plot, from: plot.step(x), pixel: x, to: plot.step(x), moved: false };
      this.hover(plot.step(x));
    });
    on("pointermove", (event) => {
      const x = pixel(event);
      if (this.drag) {
        this.drag.to = plot.step(x);
        this.drag.moved ||= Math.abs(x - this.drag.pixel) > DRAG;
      }
      this.hover(plot.step(x));
    });
    on("pointerup", () => {
      const { drag } = this;
      this.drag = null;
      if (drag?.moved) this.show([Math.min(drag.from, drag.to), Math.max(drag.from, drag.to)]);
      else this.point();
    });
    on("pointercancel", () => { this.drag = null; this.hover(null); });
    on("pointerleave", () => { if (!this.drag) this.hover(null); });
    on("dblclick", () => this.show(null));
    on("blur", () => this.hover(null));
    on("keydown", (/** @type {KeyboardEvent} */ event) => this.key(event));
  }

  /** Arrow keys move the crosshair from point to point; Escape resets the zoom. @param {KeyboardEvent} event */
  key(event) {
    const steps = this.component.data.loss.train.map((/** @type {number[]} */ p) => p[0]);
    const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -Infinity, End: Infinity }[event.key];
    if (event.key === "Escape") this.show(null);
    else if (by !== undefined && steps.length) {
      const here = this.at === null ? steps.length - 1 : steps.findIndex((/** @type {number} */ s) => s >= /** @type {number} */ (this.at));
      this.hover(steps[Math.max(0, Math.min(steps.length - 1, (here < 0 ? steps.length - 1 : here) + by))]);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {number | null} at */
  hover(at) {
    this.at = at;
    this.point();
  }

  /** Repaint the overlays only. */
  point() {
    const { labels } = this.component.data;
    for (const plot of this.plots) {
      const { drag } = this;
      plot.point(this.at, drag?.moved ? [drag.from, drag.to] : null, labels);
    }
  }

  /** @param {number[] | null} zoom a range of steps, null for all */
  show(zoom) {
    this.zoom = zoom && zoom[1] > zoom[0] ? zoom : null;
    this.repaint();
  }

  /** @param {import("./mount.js").Component} component */
  update(component) {
    this.component = component;
    const { data } = component;
    const last = data.loss.train.at(-1);
    this.root.dataset.points = String(data.loss.train.length);
    this.root.dataset.lastStep = last ? String(last[0]) : "";
    this.repaint();
  }

  /** The steps that there are. */
  extent() {
    const { loss, accuracy } = this.component.data;
    const ends = [loss, accuracy].flatMap((m) => SERIES.flatMap((s) => [m[s][0]?.[0], m[s].at(-1)?.[0]])).filter((v) => v !== undefined);
    if (!ends.length) return [0, 100];
    const low = Math.min(...ends);
    return [low <= Math.max(...ends) * 0.1 ? 0 : low, Math.max(...ends, low + 1)];
  }

  repaint() {
    const { data, parentElement } = this.component;
    const { labels } = data;
    this.width = this.root.clientWidth;
    if (!this.width) return;
    const theme = readTheme(parentElement);
    const palette = colours(theme);
    for (const s of SERIES) {
      setText(this.names[s], labels[s]);
      this.swatches[s].style.color = palette[s];
    }
    const bare = [data.loss, data.accuracy].every((m) => SERIES.every((s) => !m[s].length));
    setText(this.empty, bare ? labels.empty : "");
    setText(this.help, bare ? "" : labels.help);
    setText(this.reset.lastChild, labels.reset);
    setText(this.live.lastChild, labels.running);
    this.live.classList.toggle("hidden", !data.running);
    this.reset.style.visibility = this.zoom ? "visible" : "hidden";
    const x = this.zoom ?? this.extent();
    for (const plot of this.plots) plot.paint(data[plot.name], x, theme, data.x_label);
    this.point();
  }
}

export default mounted((component) => new Curves(component));
