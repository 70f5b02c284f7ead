/** A chart: pointing at it, by mouse, finger or arrow keys, says the numbers there without asking the server. */

import { fit, h, mounted, setText } from "./mount.js";
import { exact, fill } from "./format.js";
import { readTheme } from "./theme.js";
import { saveMenu } from "./saving.js";
import { Layout } from "./chart-layout.js";
import { colourOf, paintChart, paintReading } from "./chart-paint.js";
import { pathOf, readAt, readPoint, stops, tableOf } from "./chart-reading.js";

/** Pixels that the button "Save" covers, with the gap before it. */
const BUTTON = 100;

/** Pixels around a saved picture. */
const MARGIN = 16;

class Chart {
  /** @param {import("./mount.js").Component} component */
  constructor(component) {
    this.component = component;
    /** @type {number | null} where it is read: a value of x, or the number of a path's point */
    this.at = null;
    this.width = 0;
    this.canvas = h("canvas", {
      tabindex: 0, role: "application", "data-testid": "chart-canvas",
      pointerdown: (/** @type {PointerEvent} */ event) => this.point(event),
      pointermove: (/** @type {PointerEvent} */ event) => this.point(event),
      pointerleave: (/** @type {PointerEvent} */ event) => { if (event.pointerType === "mouse") this.read(null); },
      keydown: (/** @type {KeyboardEvent} */ event) => this.key(event),
      blur: () => this.read(null),
    });
    this.overlay = h("canvas", { class: "overlay", "aria-hidden": "true" });
    this.menu = saveMenu({
      name: () => component.data.key,
      scene: () => this.scene(),
      table: () => tableOf(this.component.data),
    });
    this.menu.root.classList.add("chart-save");
    this.said = h("div", { class: "said", role: "status", "aria-live": "polite", "data-testid": "chart-readout" });
    this.root = h("div", { class: "root chart", "data-testid": "chart", "data-name": component.data.key },
      h("div", { class: "area" }, this.canvas, this.overlay, this.menu.root), this.said);
  }

  /** @param {import("./mount.js").Component} component */
  update(component) {
    this.component = component;
    this.menu.label(component.data.labels);
    this.repaint();
    this.root.dataset.ready = "true";
  }

  repaint() {
    const { data, parentElement } = this.component;
    this.width = this.root.clientWidth;
    if (!this.width) return;
    this.theme = readTheme(parentElement);
    // The height follows the legend, and only a context can measure it.
    const measure = this.canvas.getContext("2d");
    this.layout = new Layout(data, this.width, measure, this.theme.font, BUTTON);
    paintChart(fit(this.canvas, this.width, this.layout.height), this.layout, this.theme);
    const names = data.series.filter((/** @type {any} */ s) => s.name && !s.quiet).map((/** @type {any} */ s) => s.name);
    this.canvas.setAttribute("aria-label", [`${data.y_title} / ${data.x_title}`, ...names, data.labels.point].join(". "));
    this.read(this.at);
  }

  /** The picture as it is saved: the legend has the first line for itself. */
  scene() {
    const { data } = this.component;
    const theme = /** @type {import("./theme.js").Theme} */ (this.theme);
    const layout = new Layout(data, Math.max(this.width, 320), this.canvas.getContext("2d"), theme.font, 0);
    return {
      width: layout.width + 2 * MARGIN, height: layout.height + 2 * MARGIN, background: theme.background,
      paint: (/** @type {any} */ ctx) => {
        ctx.translate(MARGIN, MARGIN);
        paintChart(ctx, layout, theme);
      },
    };
  }

  /** @param {PointerEvent} event */
  point(event) {
    if (!this.layout) return;
    const box = this.canvas.getBoundingClientRect();
    const [px, py] = [event.clientX - box.left, event.clientY - box.top];
    const path = pathOf(this.component.data);
    if (!path) {
      this.read(this.layout.value(px));
      return;
    }
    let best = Infinity;
    let nearest = 0;
    path.y.forEach((y, i) => {
      if (y === null) return;
      const away = Math.hypot(this.layout.px(path.x[i]) - px, this.layout.py(y) - py);
      if (away < best) [best, nearest] = [away, i];
    });
    this.read(nearest);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageUp: -10, PageDown: 10, Home: -Infinity, End: Infinity }[event.key];
    if (event.key === "Escape") this.read(null);
    else if (by !== undefined && this.layout) {
      const path = pathOf(this.component.data);
      const places = path ? path.y.map((_, i) => i) : stops(this.component.data, ...this.layout.x);
      if (!places.length) return;
      const here = this.at === null ? -1 : places.findIndex((x) => x >= /** @type {number} */ (this.at) - 1e-12);
      // The first key press begins in the middle, where most is to be seen; a path at its start.
      const from = this.at === null ? (path ? 0 : places.length >> 1) - Math.sign(by) : here < 0 ? places.length - 1 : here;
      this.read(places[Math.max(0, Math.min(places.length - 1, from + by))]);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Say what stands at a place, or with null only how to ask. @param {number | null} at */
  read(at) {
    const { data } = this.component;
    const { layout, theme } = this;
    if (!layout || !theme) return;
    const path = pathOf(data);
    const reading = at === null ? null : path ? readPoint(path, Math.min(at, path.y.length - 1)) : readAt(data, at);
    const ctx = fit(this.overlay, this.width, layout.height);
    this.at = reading ? reading.path ?? reading.x : null;
    if (!reading) {
      this.said.replaceChildren(h("span", { class: "ask" }, data.labels.point));
      return;
    }
    paintReading(ctx, layout, theme, reading);
    const parts = [];
    if (reading.path !== null) parts.push(h("span", {}, fill(data.labels.step, { step: reading.path })));
    const low = reading.high === undefined ? reading.x : 2 * reading.x - reading.high;
    parts.push(h("span", { "data-x": reading.x }, `${data.x_title} = ${layout.named(low, data.labels, reading.high)}`));
    for (const { series, y } of reading.values) {
      const value = h("b", { "data-name": series.name, "data-value": y }, exact(y));
      const swatch = h("i", { class: series.dashed ? "dashed" : "" });
      swatch.style.color = colourOf(data, series, theme);
      const name = reading.path === null ? series.name || data.y_title : data.y_title;
      parts.push(h("span", { class: "value" }, swatch, `${name} = `, value));
    }
    this.said.replaceChildren(...parts);
  }
}

export default mounted((component) => new Chart(component));
