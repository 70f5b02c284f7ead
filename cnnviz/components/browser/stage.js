/**
 * The convolution stage: input × kernel = output. Pointing at an output cell shows the window that made
 * it, in the same frame, without asking the server; only an edit of the kernel goes to Python.
 */

import { h, mounted, setText } from "./mount.js";
import { readTheme, watchTheme } from "./theme.js";
import { Scale } from "./colour.js";
import { short } from "./format.js";
import { icon } from "./icons.js";
import { arrange, cellAt, convolve, decode, paddedShape, sumOf, tapsOf, touched } from "./stage-geometry.js";
import { paintCells, paintOutput, paintWindow } from "./stage-paint.js";
import { KernelGrid } from "./stage-kernel.js";
import { SumLine } from "./stage-sum.js";
import { Cursor } from "./stage-pointer.js";

/** The highlight may reach this far beyond the grid. */
const MARGIN = 8;

/** One grid on the page: caption, cells, highlight, colour legend. */
class Panel {
  /** @param {string} name @param {HTMLElement} [body] */
  constructor(name, body) {
    this.title = h("span", { class: "title" });
    this.shape = h("span", { class: "shape" });
    this.cells = h("canvas", { "data-testid": `stage-${name}` });
    this.overlay = h("canvas", { class: "overlay", "aria-hidden": "true" });
    this.low = h("span");
    this.ramp = h("span", { class: "ramp" });
    this.high = h("span");
    this.root = h("figure", { class: `panel ${name}` },
      h("figcaption", {}, this.title, " ", this.shape),
      body ?? h("div", { class: "cells" }, this.cells, this.overlay),
      h("div", { class: "legend", "aria-hidden": "true" }, this.low, this.ramp, this.high));
  }

  /** @param {string} title @param {string} shape */
  caption(title, shape) {
    setText(this.title, title);
    setText(this.shape, shape);
  }

  /** @param {Scale} scale */
  legend(scale) {
    setText(this.low, short(scale.low, 3));
    setText(this.high, short(scale.high, 3));
    this.ramp.style.background = scale.gradient();
  }
}

/** Everything that one mounted stage owns. */
class Stage {
  /** @param {import("./mount.js").Component} component */
  constructor(component) {
    this.component = component;
    this.width = 0;
    this.edit = 0;
    this.kernel = new KernelGrid((values) => this.edited(values));
    this.panels = {
      input: new Panel("input"),
      kernel: new Panel("kernel", h("div", { class: "cells" }, this.kernel.grid)),
      output: new Panel("output"),
    };
    this.bias = h("div", { class: "bias hidden" });
    this.panels.kernel.root.append(this.bias);
    const canvas = this.panels.output.cells;
    canvas.tabIndex = 0;
    canvas.setAttribute("role", "application");
    this.panels.input.cells.setAttribute("role", "img");
    this.sum = new SumLine();
    this.cursor = new Cursor(canvas, () => this.highlight());
    this.padding = h("span", { class: "key hidden" }, h("i", { class: "swatch padding" }), h("span"));
    this.unused = h("span", { class: "key hidden" }, h("i", { class: "swatch unused" }), h("span"));
    this.help = h("span", { class: "key help" });
    this.equation = h("div", { class: "equation" },
      h("div", { class: "side" }, this.panels.input.root, h("span", { class: "sign" }, icon("times", 20)), this.panels.kernel.root),
      h("div", { class: "side" }, h("span", { class: "sign" }, icon("equals", 20)), this.panels.output.root));
    this.root = h("div", { class: "root stage", "data-testid": "stage" },
      this.equation,
      this.kernel.hint,
      h("div", { class: "explain" }, this.cursor.controls, this.sum.root, this.sum.glass),
      h("div", { class: "keys" }, this.padding, this.unused, this.help));
    this.observer = new ResizeObserver(() => this.resized());
    this.observer.observe(this.root);
    this.stopTheme = watchTheme(component.parentElement, () => this.data && this.repaint());
    this.onZoom = () => this.data && this.repaint();
    window.addEventListener("resize", this.onZoom);
  }

  /** @param {import("./mount.js").Component} component */
  update(component) {
    this.component = component;
    const raw = component.data;
    const data = { ...raw, input: decode(raw.input), kernel: decode(raw.kernel), output: decode(raw.output) };
    if ((data.edit ?? 0) < this.edit && this.data && sameShape(this.data, data)) {
      // This answer was under way before the latest edit: keep what was typed.
      data.kernel = this.data.kernel;
      data.output = { ...data.output, values: convolve({ ...data, kernel: this.data.kernel }) };
    } else this.edit = Math.max(this.edit, data.edit ?? 0);
    /** @type {import("./stage-geometry.js").StageData} */
    this.data = data;
    this.sum.forget();
    this.repaint();
    this.root.dataset.outputShape = `${data.output.rows}x${data.output.cols}`;
    this.root.dataset.ready = "true";
  }

  /** @param {number[]} values */
  edited(values) {
    const data = /** @type {import("./stage-geometry.js").StageData} */ (this.data);
    const { rows, cols } = data.kernel;
    data.kernel = { rows, cols, values };
    data.output = { ...data.output, values: convolve(data) };
    this.edit += 1;
    this.repaint();
    this.component.setStateValue("kernel", { rows, cols, values, edit: this.edit });
  }

  styled() {
    this.width = 0;
    this.resized();
  }

  resized() {
    const width = this.root.clientWidth;
    if (width === this.width || !this.data) return;
    this.sum.forget();
    this.repaint();
  }

  /** Paint everything: after new data, a new width or a new theme. */
  repaint() {
    const d = /** @type {import("./stage-geometry.js").StageData} */ (this.data);
    const { labels } = d;
    this.width = this.root.clientWidth;
    if (!this.width) return;
    this.theme = readTheme(this.component.parentElement);
    const sizes = arrange(d, this.width);
    this.equation.className = `equation ${sizes.mode}`;
    this.kernel.show(d.kernel, labels, this.theme.dark);
    this.kernel.size(sizes.kernel);
    const [rows, cols] = paddedShape(d);
    const rowsUsed = touched(rows, d.kernel.rows, d.stride[0], d.dilation[0], d.output.rows);
    const colsUsed = touched(cols, d.kernel.cols, d.stride[1], d.dilation[1], d.output.cols);
    this.inputPicture = {
      rows, cols, cell: sizes.input,
      value: (/** @type {number} */ r, /** @type {number} */ c) => cellAt(d, r, c).x,
      kind: (/** @type {number} */ r, /** @type {number} */ c) =>
        cellAt(d, r, c).padded ? "padding" : rowsUsed[r] && colsUsed[c] ? "value" : "unused",
    };
    this.outputPicture = {
      rows: d.output.rows, cols: d.output.cols, cell: sizes.output,
      value: (/** @type {number} */ r, /** @type {number} */ c) => d.output.values[r * d.output.cols + c],
      kind: () => "value",
    };
    this.inputScale = new Scale(d.input.values, this.theme.dark, d.input_style);
    const outputScale = new Scale(d.output.values, this.theme.dark);
    this.written = paintCells(this.panels.input.cells, this.inputPicture, this.inputScale, this.theme);
    paintCells(this.panels.output.cells, this.outputPicture, outputScale, this.theme);
    this.panels.input.legend(this.inputScale);
    this.panels.output.legend(outputScale);
    if (this.kernel.scale) this.panels.kernel.legend(this.kernel.scale);
    this.describe(rowsUsed.every(Boolean) && colsUsed.every(Boolean), sizes);
    this.cursor.cell = sizes.output;
    this.cursor.bound(d.output.rows, d.output.cols);
    this.highlight();
  }

  /** Captions and keys. @param {boolean} allUsed @param {{output: number}} sizes */
  describe(allUsed, sizes) {
    const d = /** @type {import("./stage-geometry.js").StageData} */ (this.data);
    const { labels } = d;
    const p = d.padding;
    for (const name of /** @type {const} */ (["input", "kernel", "output"])) {
      this.panels[name].caption(labels[name], `${d[name].rows}\u2009\u00d7\u2009${d[name].cols}`);
    }
    this.panels.input.cells.setAttribute("aria-label", labels.input);
    this.panels.output.cells.setAttribute("aria-label", labels.output_help);
    this.panels.output.cells.style.touchAction =
      d.output.cols * sizes.output < this.width * 0.7 ? "none" : "pan-y";
    setText(this.bias, `+ ${labels.bias.replace("{value}", short(d.bias))}`);
    this.bias.classList.toggle("hidden", !d.bias);
    setText(this.padding.lastChild, labels.padding);
    this.padding.classList.toggle("hidden", !(p.top || p.bottom || p.left || p.right));
    setText(this.unused.lastChild, labels.unused);
    this.unused.classList.toggle("hidden", allUsed);
    setText(this.help, labels.help);
    this.cursor.label(labels);
  }

  /** Show the selected cell: only the overlays, the sum and the glass are touched. */
  highlight() {
    const d = this.data;
    if (!d || !this.theme || !this.inputPicture || !this.outputPicture || !this.inputScale) return;
    const at = d.output.rows && d.output.cols ? { row: this.cursor.row, col: this.cursor.col } : null;
    const taps = at ? tapsOf(d, at.row, at.col) : [];
    paintWindow(this.panels.input.overlay, this.inputPicture, taps, this.written ?? false, this.theme, MARGIN);
    paintOutput(this.panels.output.overlay, this.outputPicture, at, this.cursor, this.theme, MARGIN);
    this.sum.root.setAttribute("aria-live", this.cursor.playing ? "off" : "polite");
    if (at) this.sum.show(at, taps, d.bias, sumOf(taps, d.bias), d.labels, this.cursor.pinned);
    else this.sum.clear();
    this.sum.magnify(!this.written, d, taps, this.inputScale, this.theme, this.width);
  }

  destroy() {
    this.cursor.pause();
    this.observer.disconnect();
    this.stopTheme();
    window.removeEventListener("resize", this.onZoom);
  }
}

/** @param {any} a @param {any} b */
function sameShape(a, b) {
  return ["input", "kernel", "output"].every((n) => a[n].rows === b[n].rows && a[n].cols === b[n].cols);
}

export default mounted((component) => new Stage(component));
