/** Live curves. New points repaint in place; zoom, axis, smoothing and what is hidden stay. */

import { h, mounted, setText } from "./mount.js";
import { readTheme } from "./theme.js";
import { saveMenu } from "./saving.js";
import { axes, Colours, colour, prepare } from "./curves-data.js";
import { HEIGHT, Layout, LOW, paintPlot } from "./curves-plot.js";
import { PlotView } from "./curves-view.js";
import { chosenBefore, keep, Tools } from "./curves-tools.js";

/** Shorter drags than this many pixels are clicks. */
const DRAG = 6;
const MARGIN = 16;

class Curves {
  /** @param {import("./mount.js").Component} component */
  constructor(component) {
    this.component = component;
    this.colours = new Colours();
    /** @type {Map<string, PlotView>} */
    this.views = new Map();
    /** @type {[number, number] | null} */
    this.zoom = null;
    /** @type {number | null} */
    this.at = null;
    /** @type {{view: PlotView, from: number, pixel: number, to: number, moved: boolean} | null} */
    this.drag = null;
    /** @type {Set<string>} */
    this.hidden = new Set(component.data.curves.filter((/** @type {any} */ c) => c.hidden).map((/** @type {any} */ c) => c.name));
    const before = chosenBefore();
    this.chosen = { axis: before.axis ?? component.data.axis, log: before.log === true, smoothing: Number.isFinite(before.smoothing) ? before.smoothing : 0.6 };
    this.menu = saveMenu({ name: () => this.component.data.file, scene: () => this.scene(), table: () => this.table() });
    this.tools = new Tools({
      axis: (axis) => { this.zoom = null; this.at = null; this.choose({ axis }); },
      log: () => this.choose({ log: !this.chosen.log }),
      smoothing: (smoothing) => this.choose({ smoothing }),
      toggle: (name) => { if (!this.hidden.delete(name)) this.hidden.add(name); this.repaint(); },
      reset: () => this.show(null),
    }, this.menu.root);
    this.empty = h("p", { class: "empty" });
    this.grid = h("div", { class: "plots" });
    this.help = h("p", { class: "help" });
    this.spoken = h("div", { class: "spoken", role: "status", "aria-live": "polite" });
    this.root = h("div", { class: "root curves", "data-testid": "curves" }, this.tools.root,
      h("div", { class: "stack" }, this.grid, this.empty), this.help, this.spoken);
  }

  /** @param {Partial<{axis: any, log: boolean, smoothing: number}>} choice */
  choose(choice) {
    Object.assign(this.chosen, choice);
    keep(this.chosen);
    this.repaint();
  }

  /** @param {PlotView} view */
  listen(view) {
    const on = (/** @type {string} */ type, /** @type {(event: any) => void} */ act) => view.base.addEventListener(type, act);
    const place = (/** @type {PointerEvent} */ event) => {
      const pixel = event.clientX - view.base.getBoundingClientRect().left;
      return { pixel, at: view.layout?.place(pixel) ?? 0 };
    };
    on("pointerdown", (event) => {
      if (event.button > 0) return;
      view.base.setPointerCapture(event.pointerId);
      const { pixel, at } = place(event);
      this.drag = { view, from: at, pixel, to: at, moved: false };
      this.hover(at);
    });
    on("pointermove", (event) => {
      const { pixel, at } = place(event);
      if (this.drag) {
        this.drag.to = at;
        this.drag.moved ||= Math.abs(pixel - this.drag.pixel) > DRAG;
      }
      this.hover(at);
    });
    on("pointerup", () => {
      const { drag } = this;
      this.drag = null;
      if (drag?.moved) this.show([Math.min(drag.from, drag.to), Math.max(drag.from, drag.to)]);
      else this.point();
    });
    on("pointercancel", () => { this.drag = null; this.hover(null); });
    on("pointerleave", (event) => { if (!this.drag && event.pointerType === "mouse") this.hover(null); });
    on("dblclick", () => this.show(null));
    on("blur", () => this.hover(null));
    on("keydown", (event) => this.key(event, view));
  }

  /** @param {KeyboardEvent} event @param {PlotView} view */
  key(event, view) {
    const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -Infinity, End: Infinity }[event.key];
    const stops = this.stops(view);
    if (event.key === "Escape") this.show(null);
    else if (["+", "=", "-"].includes(event.key)) this.nearer(event.key === "-" ? 2 : 0.5);
    else if (by !== undefined && stops.length) {
      const here = this.at === null ? stops.length - 1 : stops.findIndex((x) => x >= /** @type {number} */ (this.at) - 1e-9);
      this.hover(stops[Math.max(0, Math.min(stops.length - 1, (here < 0 ? stops.length - 1 : here) + by))]);
      const read = view.layout?.read(this.at) ?? [];
      setText(this.spoken, this.at === null ? "" : `${view.where(this.at)}: ${view.said(read)}`);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** The places of the longest curve of a plot. @param {PlotView} view @returns {number[]} */
  stops(view) {
    const longest = (view.layout?.lines ?? []).reduce((a, b) => (b.strong.length > (a?.strong.length ?? 0) ? b : a), /** @type {any} */ (null));
    const [low, high] = this.extent();
    return (longest?.strong ?? []).map((/** @type {number[]} */ p) => p[0]).filter((/** @type {number} */ x) => x >= low && x <= high);
  }

  /** @param {number} factor */
  nearer(factor) {
    const [low, high] = this.extent();
    const middle = this.at ?? (low + high) / 2;
    const half = ((high - low) / 2) * factor;
    const [first, last] = this.whole();
    const wanted = [Math.max(first, middle - half), Math.min(last, middle + half)];
    this.show(wanted[0] <= first && wanted[1] >= last ? null : wanted);
  }

  /** @param {number | null} at */
  hover(at) {
    this.at = at;
    this.point();
  }

  /** Repaint the overlays only. */
  point() {
    const { drag } = this;
    for (const view of this.shown) view.point(this.at === null ? null : this.snapped(view, this.at), drag?.moved ? [drag.from, drag.to] : null);
  }

  /** A place where there is a point. @param {PlotView} view @param {number} at */
  snapped(view, at) {
    const places = (view.layout?.read(at) ?? []).map((each) => each.x);
    return places.length ? places.reduce((a, b) => (Math.abs(b - at) < Math.abs(a - at) ? b : a)) : at;
  }

  /** @param {number[] | null} zoom a stretch of the axis, null for all */
  show(zoom) {
    this.zoom = zoom && zoom[1] > zoom[0] ? [zoom[0], zoom[1]] : null;
    this.repaint();
  }

  /** @param {import("./mount.js").Component} component */
  update(component) {
    this.component = component;
    this.menu.label(component.data.labels);
    this.repaint();
    this.root.dataset.ready = "true";
  }

  /** The stretch that is seen. @returns {[number, number]} */
  extent() {
    return this.zoom ?? this.whole();
  }

  /** The stretch that there is. @returns {[number, number]} */
  whole() {
    let [low, high] = [Infinity, -Infinity];
    for (const line of this.lines ?? []) {
      const ends = [line.points[0]?.[0], line.points.at(-1)?.[0]];
      for (const v of ends) if (v !== undefined) [low, high] = [Math.min(low, /** @type {number} */ (v)), Math.max(high, /** @type {number} */ (v))];
    }
    if (low > high) return [0, this.axis === "step" ? 100 : 10];
    return [low <= high * 0.1 ? 0 : low, high > low ? high : low + 1];
  }

  repaint() {
    const { data, parentElement } = this.component;
    const width = this.root.clientWidth;
    this.theme = readTheme(parentElement);
    const known = axes(data);
    this.axis = known.includes(this.chosen.axis) ? this.chosen.axis : "step";
    const { lines, marks } = prepare(data, this.axis, this.chosen.smoothing, (name) => this.colours.of(name));
    this.lines = lines.filter((line) => !this.hidden.has(line.name));
    this.marks = marks;
    const used = new Set(data.curves.map((/** @type {any} */ c) => c.plot));
    const plots = data.plots.filter((/** @type {any} */ p) => used.has(p.name));
    this.arrange(plots);
    this.tools.update(data, { ...this.chosen, axis: this.axis, axes: known, zoomed: this.zoom !== null, hidden: this.hidden,
      theme: this.theme, colours: (name) => this.colours.of(name) });
    const first = lines[0];
    Object.assign(this.root.dataset, { points: String(first?.points.length ?? 0), lastStep: String(lines.reduce((a, b) => Math.max(a, b.lastStep), 0) || ""),
      zoom: this.zoom ? this.zoom.map((v) => Number(v.toPrecision(6))).join(":") : "", axis: this.axis, running: String(data.running) });
    setText(this.empty, lines.some((line) => line.points.length) ? "" : data.labels.empty);
    setText(this.help, data.labels.help);
    if (!width) return;
    for (const view of this.shown) {
      const plot = plots.find((/** @type {any} */ p) => p.name === view.name);
      view.paint(this.layout(plot, view.root.clientWidth, view.base.getContext("2d")), data.labels);
    }
    this.point();
  }

  /** @param {any} plot @param {number} width @param {any} measure */
  layout(plot, width, measure) {
    return new Layout(plot, (this.lines ?? []).filter((line) => line.plot === plot.name),
      this.marks.filter((/** @type {any} */ mark) => !mark.plot || mark.plot === plot.name),
      { x: this.extent(), axis: this.axis, log: this.chosen.log, width, height: plot.low ? LOW : HEIGHT, theme: /** @type {any} */ (this.theme), measure });
  }

  /** Put the plots into their order; one that is there stays. @param {any[]} plots */
  arrange(plots) {
    this.shown = plots.map((plot) => {
      let view = this.views.get(plot.name);
      if (!view) {
        view = new PlotView(plot.name);
        this.views.set(plot.name, view);
        this.listen(view);
      }
      view.root.classList.toggle("wide", plot.wide);
      return view;
    });
    const wanted = this.shown.map((view) => view.root);
    if (wanted.length !== this.grid.children.length || wanted.some((root, at) => this.grid.children[at] !== root)) this.grid.replaceChildren(...wanted);
    this.root.classList.toggle("single", wanted.length === 1);
  }

  /** All plots and the legend as one picture. */
  scene() {
    const { data } = this.component;
    const theme = /** @type {import("./theme.js").Theme} */ (this.theme);
    const measure = document.createElement("canvas").getContext("2d");
    const width = Math.max(360, Math.min(560, this.root.clientWidth));
    const layouts = this.shown.map((view) => this.layout(view.layout?.plot, width, measure));
    const columns = layouts.length > 1 ? 2 : 1;
    const named = new Map((this.lines ?? []).map((line) => [line.name, line]));
    /** @type {{x: number, y: number, layout: Layout}[]} */
    const placed = [];
    let [top, column, row] = [30, 0, 0];
    for (const layout of layouts) {
      placed.push({ x: column * (width + 24), y: top, layout });
      row = Math.max(row, layout.height + 34);
      column += 1;
      if (column === columns) [top, column, row] = [top + row, 0, 0];
    }
    return {
      width: columns * width + (columns - 1) * 24 + 2 * MARGIN, height: top + row + 2 * MARGIN, background: theme.background,
      paint: (/** @type {any} */ ctx) => {
        ctx.translate(MARGIN, MARGIN);
        let x = 0;
        ctx.font = `12.5px ${theme.font}`;
        ctx.textBaseline = "middle";
        ctx.textAlign = "left";
        for (const line of named.values()) {
          ctx.strokeStyle = colour(line.colour, theme);
          ctx.lineWidth = 2.5;
          ctx.setLineDash(line.dashed ? [6, 4] : []);
          ctx.beginPath();
          ctx.moveTo(x, 8);
          ctx.lineTo(x + 26, 8);
          ctx.stroke();
          ctx.setLineDash([]);
          ctx.fillStyle = theme.text;
          ctx.fillText(line.name, x + 34, 8);
          x += 54 + ctx.measureText(line.name).width;
        }
        for (const each of placed) {
          ctx.save();
          ctx.translate(each.x, each.y + 20);
          ctx.font = `600 14px ${theme.font}`;
          ctx.fillStyle = theme.text;
          ctx.textAlign = "left";
          ctx.textBaseline = "alphabetic";
          ctx.fillText(`${each.layout.plot.title} / ${data.labels[this.axis]}`, 0, -4);
          paintPlot(ctx, each.layout);
          ctx.restore();
        }
      },
    };
  }

  /** A row for each point. */
  table() {
    const { data } = this.component;
    const rows = (this.lines ?? []).flatMap((line) => {
      const title = data.plots.find((/** @type {any} */ p) => p.name === line.plot)?.title;
      return line.points.map(([x, y]) => [title, line.name, x, y]);
    });
    return rows.length ? [["plot", "curve", this.axis, "value"], ...rows] : null;
  }
}

export default mounted((component) => new Curves(component));
