/** The tools above the curves: legend, axis, log scale, smoothing, reset, save. */

import { h, setText } from "./mount.js";
import { icon } from "./icons.js";
import { fill } from "./format.js";
import { colour } from "./curves-data.js";

const KEPT = "cnnviz:curves";

/** What somebody chose for curves, kept while the window is open. */
export function chosenBefore() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT) ?? "{}") ?? {};
  } catch {
    return {};
  }
}

/** @param {object} settings */
export function keep(settings) {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(settings));
  } catch {
    // A browser that keeps nothing forgets the choice: nothing is lost.
  }
}

export class Tools {
  /**
   * @param {{axis: (axis: string) => void, log: () => void, smoothing: (value: number) => void, toggle: (name: string) => void, reset: () => void}} act
   * @param {HTMLElement} menu
   */
  constructor(act, menu) {
    this.act = act;
    this.legend = h("div", { class: "legend", role: "group" });
    this.axes = h("div", { class: "axes", role: "radiogroup", "data-testid": "curves-axis" });
    this.log = h("button", { type: "button", class: "button small", "aria-pressed": "false", "data-testid": "curves-log", click: () => act.log() });
    this.range = h("input", { type: "range", class: "range", min: 0, max: 0.98, step: 0.02, "data-testid": "curves-smoothing",
      input: (/** @type {any} */ event) => act.smoothing(Number(event.target.value)) });
    this.amount = h("output", { class: "amount" });
    this.label = h("span");
    this.smoothing = h("label", { class: "smoothing" }, this.label, this.range, this.amount);
    this.reset = h("button", { type: "button", class: "button small", "data-testid": "curves-reset", click: () => act.reset() }, icon("reset", 16));
    this.root = h("div", { class: "tools" }, this.legend,
      h("div", { class: "choices" }, this.axes, this.log, this.smoothing, this.reset, menu));
    this.legendKey = "";
  }

  /**
   * @param {any} data
   * @param {{axis: string, axes: string[], log: boolean, smoothing: number, zoomed: boolean, hidden: Set<string>, theme: any, colours: (name: string) => number}} how
   */
  update(data, how) {
    const { labels } = data;
    setText(this.label, labels.smoothing);
    setText(this.amount, how.smoothing.toFixed(2));
    if (Number(this.range.value) !== how.smoothing) this.range.value = String(how.smoothing);
    this.range.style.setProperty("--share", `${(how.smoothing / 0.98) * 100}%`);
    this.range.setAttribute("aria-label", labels.smoothing);
    setText(this.log, labels.log);
    this.log.setAttribute("aria-pressed", String(how.log));
    this.log.classList.toggle("hidden", !data.plots.some((/** @type {any} */ p) => p.log));
    this.reset.setAttribute("aria-label", labels.reset);
    this.reset.title = labels.reset;
    this.reset.classList.toggle("still", !how.zoomed);
    this.reset.disabled = !how.zoomed;
    this.smoothing.classList.toggle("hidden", !data.curves.some((/** @type {any} */ c) => c.smooth));
    this.showAxes(labels, how);
    this.showLegend(data, how);
  }

  /** @param {Record<string, string>} labels @param {{axis: string, axes: string[]}} how */
  showAxes(labels, how) {
    const key = how.axes.map((axis) => `${axis}:${labels[axis]}`).join();
    this.axes.setAttribute("aria-label", labels.axis);
    if (this.axes.dataset.key !== key) {
      this.axes.dataset.key = key;
      this.axes.replaceChildren(...how.axes.map((axis) => h("button", {
        type: "button", role: "radio", class: "segment", "data-axis": axis, click: () => this.act.axis(axis),
        keydown: (/** @type {KeyboardEvent} */ event) => this.arrows(event, how.axes, axis),
      }, labels[axis])));
    }
    for (const each of this.axes.children) {
      const on = each.dataset.axis === how.axis;
      each.setAttribute("aria-checked", String(on));
      each.tabIndex = on ? 0 : -1;
    }
    this.axes.classList.toggle("hidden", how.axes.length < 2);
  }

  /** @param {KeyboardEvent} event @param {string[]} axes @param {string} axis */
  arrows(event, axes, axis) {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    const next = axes[(axes.indexOf(axis) + by + axes.length) % axes.length];
    this.act.axis(next);
    /** @type {HTMLElement | null} */ (this.axes.querySelector(`[data-axis="${next}"]`))?.focus();
  }

  /** @param {any} data @param {any} how */
  showLegend(data, how) {
    const first = new Map();
    // A curve that is called as its plot says nothing in the legend.
    const titles = new Set(data.plots.map((/** @type {any} */ p) => p.title));
    for (const curve of data.curves) if (!first.has(curve.name) && !titles.has(curve.name)) first.set(curve.name, curve);
    const key = JSON.stringify([...first.values()].map((c) => [c.name, c.colour, c.dashed]));
    if (this.legendKey !== key) {
      this.legendKey = key;
      this.legend.replaceChildren(...[...first.values()].map((c) => h("button", {
        type: "button", class: "entry", "data-name": c.name, "data-testid": "curves-entry", click: () => this.act.toggle(c.name),
      }, h("i", { class: c.dashed ? "swatch dashed" : "swatch" }), h("span", {}, c.name))));
    }
    for (const each of this.legend.children) {
      const curve = first.get(each.dataset.name);
      each.setAttribute("aria-pressed", String(!how.hidden.has(curve.name)));
      each.title = fill(data.labels.toggle, { name: curve.name });
      each.firstChild.style.color = colour(curve.colour ?? how.colours(curve.name), how.theme);
    }
  }
}
