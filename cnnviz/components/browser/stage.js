/**
 * The sliding-window stage: input, kernel, output. Pointing at a cell shows what it is made of or where it goes, in
 * the same frame, without asking the server; only an edited number, a chosen channel or a pin goes to Python.
 */

import { Agreement } from "./agreement.js";
import { h, mounted, setText } from "./mount.js";
import { readTheme } from "./theme.js";
import { Scale } from "./colour.js";
import { fill, short } from "./format.js";
import { icon } from "./icons.js";
import { saveMenu } from "./saving.js";
import { Channels } from "./stage-channels.js";
import { Cursor } from "./stage-cursor.js";
import { Detail } from "./stage-detail.js";
import { KernelGrid } from "./stage-kernel.js";
import { Layer } from "./stage-layer.js";
import { WAVE, arrange } from "./stage-layout.js";
import { mark } from "./stage-marks.js";
import { PADDING, UNUSED, paintPin } from "./stage-paint.js";
import { Panel } from "./stage-panel.js";
import { scene, table } from "./stage-scene.js";
import { SumLine } from "./stage-sum.js";
import { Walk } from "./stage-walk.js";

/** Everything that one mounted stage owns. */
class Stage {
  /** @param {import("./mount.js").Component} component */
  constructor(component) {
    this.component = component;
    this.width = 0;
    this.agreed = new Agreement(undefined);
    this.serial = 0;
    /** @type {{serial: number, grid: "input" | "kernel", place: number[], value: number}[]} not yet acknowledged */
    this.pending = [];
    this.shown = { input: 0, output: 0 };
    this.kernel = new KernelGrid({
      edited: (row, col, value) => this.edited("kernel", [this.shown.output, this.inGroup(), row, col], value),
      pointed: (row, col) => { if (!this.cursor.pinned) { this.walk.held = true; this.cursor.go("kernel", row, col); } },
      left: () => this.hold(false),
    });
    this.panels = {
      input: new Panel("input"),
      kernel: new Panel("kernel", h("div", { class: "cells" }, this.kernel.grid)),
      output: new Panel("output"),
    };
    this.strips = {
      input: new Channels("input", (channel) => this.choose(channel, this.shown.output)),
      kernel: new Channels("kernel", (channel) => this.choose(channel, this.shown.output)),
      output: new Channels("output", (channel) => this.choose(this.shown.input, channel)),
    };
    this.details = { input: new Detail("input"), output: new Detail("output") };
    this.bias = h("div", { class: "bias hidden" });
    this.panels.kernel.root.append(this.bias);
    for (const name of /** @type {const} */ (["input", "kernel", "output"])) this.panels[name].root.append(this.strips[name].root);
    this.sum = new SumLine((value) => this.typed(value));
    this.walk = new Walk(() => this.walked());
    this.cursor = new Cursor({
      moved: () => this.moved(), pinned: () => this.changedView(), held: (held) => this.hold(held),
      typed: (text) => this.sum.type(text),
    });
    for (const side of /** @type {const} */ (["input", "output"])) {
      const canvas = this.panels[side].cells;
      canvas.tabIndex = 0;
      canvas.setAttribute("role", "application");
      this.cursor.follow(side, canvas);
    }
    this.padding = h("span", { class: "key hidden" }, h("i", { class: "swatch padding" }), h("span"));
    this.unused = h("span", { class: "key hidden" }, h("i", { class: "swatch unused" }), h("span"));
    this.help = h("span", { class: "key help" });
    this.save = saveMenu({ name: "cnnviz-stage", scene: () => this.scene(), table: () => table(this.layer) });
    this.times = h("span", { class: "sign" }, icon("times", 20));
    this.equals = h("span", { class: "sign" });
    this.equation = h("div", { class: "equation" },
      h("div", { class: "side" }, this.panels.input.root, this.times, this.panels.kernel.root),
      h("div", { class: "side" }, this.equals, this.panels.output.root));
    this.root = h("div", { class: "root stage", "data-testid": "stage" },
      this.equation, this.kernel.hint,
      h("div", { class: "explain" }, this.walk.controls, this.sum.root,
        h("div", { class: "details" }, this.details.input.root, this.details.output.root)),
      h("div", { class: "keys" }, this.padding, this.unused, this.help, this.save.root));
  }

  /** @param {import("./mount.js").Component} component */
  update(component) {
    this.component = component;
    this.data = component.data;
    this.labels = this.data.labels;
    const layer = new Layer(this.data);
    this.serial = Math.max(this.serial, this.data.serial);
    // What was typed since this answer was asked for stays; it is on its way.
    this.pending = this.layer?.fits(layer) ? this.pending.filter((edit) => edit.serial > this.data.serial) : [];
    for (const edit of this.pending) layer.change(edit.grid, edit.place, edit.value);
    if (this.pending.length) layer.recompute();
    this.layer = layer;
    this.lookAt(this.data.shown, this.data.pinned);
    this.sum.labels = this.labels;
    this.sum.forget();
    this.walk.label(this.labels);
    this.save.label(this.labels);
    this.repaint();
    this.root.dataset.outputShape = `${layer.outRows}x${layer.outCols}`;
    this.root.dataset.ready = "true";
  }

  /** Take over what Python wants to be seen, if that is news. @param {[number, number]} shown @param {any} pinned */
  lookAt(shown, pinned) {
    if (this.agreed.news([shown, pinned])) {
      [this.shown.input, this.shown.output] = shown;
      this.cursor.pinned = pinned !== null;
      if (pinned) [this.cursor.side, this.cursor.row, this.cursor.col] = pinned;
    }
    this.shown.output = Math.min(this.shown.output, this.layer.outputs - 1);
    this.keepInGroup();
  }

  /** The input channel that is seen must have a share in the output channel. */
  keepInGroup() {
    const channels = this.layer.channelsOf(this.shown.output);
    if (!channels.includes(this.shown.input)) [this.shown.input] = channels;
  }

  /** The seen input channel's number within its group: where its weights lie. */
  inGroup() {
    return this.shown.input - this.layer.channelsOf(this.shown.output)[0];
  }

  /** @param {number} input @param {number} output */
  choose(input, output) {
    const { first, count } = this.layer.outputsOf(input);
    const changed = input !== this.shown.input;
    this.shown = { input, output: changed && (output < first || output >= first + count) ? first : output };
    this.keepInGroup();
    this.sum.forget();
    this.repaint();
    this.changedView();
  }

  changedView() {
    const pinned = this.cursor.pinned ? [this.cursor.side, this.cursor.row, this.cursor.col] : null;
    const view = { shown: [this.shown.input, this.shown.output], pinned };
    if (this.cursor.pinned) this.walk.pause();
    if (this.agreed.send([view.shown, view.pinned])) this.component.setStateValue("view", view);
  }

  /** A number was typed over the selected input cell. @param {number} value */
  typed(value) {
    const { rows, cols } = this.layer;
    this.edited("input", [this.shown.input, this.cursor.row - rows.before, this.cursor.col - cols.before], value);
  }

  /** @param {"input" | "kernel"} grid @param {number[]} place @param {number} value */
  edited(grid, place, value) {
    this.serial += 1;
    this.pending.push({ serial: this.serial, grid, place, value });
    this.layer.change(grid, place, value);
    this.layer.recompute();
    this.repaint();
    this.component.setStateValue("edits", { serial: this.serial, list: this.pending.map((edit) => ({ ...edit })) });
  }

  /** Pointing takes over from the walk, and gives back. @param {boolean} held */
  hold(held) {
    this.walk.held = held;
    if (held || !this.walk.walking || this.cursor.pinned) return;
    this.walked();
  }

  /** The walk has come to a place. */
  walked() {
    if (this.walk.held || !this.layer) return this.highlight();
    if (this.cursor.pinned) {
      this.cursor.pinned = false;
      this.changedView();
    }
    const { cell, term } = this.walk;
    if (term !== null) {
      const channels = this.layer.channelsOf(this.shown.output);
      const channel = channels[Math.floor(term / (this.walk.terms / channels.length))];
      if (channel !== this.shown.input) {
        this.shown.input = channel;
        this.repaint();
      }
    }
    return this.cursor.go("output", Math.floor(cell / this.layer.outCols), cell % this.layer.outCols);
  }

  moved() {
    const { side, row, col } = this.cursor;
    // Where pointer or keys chose a cell outside of a walk, stepping goes on from there.
    if (side === "output" && this.walk.held && !this.walk.walking) this.walk.move(row * this.layer.outCols + col);
    this.highlight();
  }

  resized() {
    this.sum.forget();
    this.repaint();
  }

  /** Paint everything: after new data, a new width or a new theme. */
  repaint() {
    const { layer, labels } = this;
    this.width = this.root.clientWidth;
    if (!this.width) return;
    this.theme = readTheme(this.component.parentElement);
    const flat = this.data.input_style === "wave";
    const [rows, cols] = [layer.rows.length, layer.cols.length];
    const counts = { rows, cols, kernelRows: layer.kernelRows, kernelCols: layer.kernelCols, outRows: layer.outRows, outCols: layer.outCols };
    const sizes = arrange(counts, this.width, { flat, least: this.data.col_titles.length ? 46 : 0 });
    this.equation.className = `equation ${sizes.mode}${layer.kernel ? "" : " plain"}`;
    this.times.classList.toggle("hidden", !layer.kernel);
    this.panels.kernel.root.classList.toggle("hidden", !layer.kernel);
    this.equals.replaceChildren(icon(layer.kernel ? "equals" : "arrow", 20));
    const style = flat ? "diverging" : this.data.input_style;
    const input = { ...this.inputPicture(this.shown.input), cell: sizes.input, height: flat ? WAVE : sizes.input, bars: flat };
    const output = { ...this.outputPicture(this.shown.output), cell: sizes.output, height: flat ? WAVE : sizes.output, bars: flat };
    this.scales = {
      input: new Scale(layer.input.values, this.theme.dark, style),
      output: new Scale(layer.output.values, this.theme.dark, layer.kernel ? "diverging" : style),
    };
    this.panels.input.paint(input, this.scales.input, this.theme);
    this.panels.output.paint(output, this.scales.output, this.theme);
    this.panels.input.titles(this.titles(), this.data.row_titles);
    if (layer.kernel) this.showKernel(sizes.kernel);
    const of = (/** @type {string} */ grid) => ({ grid, choose_channel: labels.choose_channel });
    const outputs = Array.from({ length: layer.outputs }, (_, k) => k);
    const inputs = Array.from({ length: layer.channels }, (_, k) => k);
    this.strips.input.show(inputs, this.shown.input, (k) => this.inputPicture(k), this.scales.input, this.theme, of(labels.input));
    this.strips.output.show(outputs, this.shown.output, (k) => this.outputPicture(k), this.scales.output, this.theme, of(labels.output));
    this.describe(input, output);
    this.cursor.bound({ input: [rows, cols], kernel: [layer.kernelRows, layer.kernelCols], output: [layer.outRows, layer.outCols] });
    const parts = layer.kernel ? layer.kernel.shape[1] : 1;
    this.walk.bound(layer.outRows * layer.outCols, layer.kernel ? parts * layer.kernelRows * layer.kernelCols : 1, layer.outCols);
    this.walk.byTerm.parentElement.classList.toggle("hidden", !layer.kernel);
    this.highlight();
  }

  /** @param {number} size of a cell */
  showKernel(size) {
    const { layer, labels } = this;
    const picture = (/** @type {number} */ channel) => {
      const values = [];
      for (let i = 0; i < layer.kernelRows; i++) {
        for (let j = 0; j < layer.kernelCols; j++) values.push(layer.weight(this.shown.output, channel, i, j));
      }
      return { rows: layer.kernelRows, cols: layer.kernelCols, cell: size, height: size, values };
    };
    const { panels, strips } = this;
    this.kernelPicture = picture(this.shown.input);
    this.kernel.show(this.kernelPicture, labels, this.theme.dark);
    this.kernel.size(size);
    panels.kernel.legend(this.kernel.scale);
    const all = new Scale(layer.kernel.values, this.theme.dark);
    const texts = { grid: labels.kernel, choose_channel: labels.choose_channel };
    strips.kernel.show(layer.channelsOf(this.shown.output), this.shown.input, picture, all, this.theme, texts);
    const bias = layer.bias[this.shown.output] ?? 0;
    setText(this.bias, `+ ${fill(labels.bias, { value: short(bias) })}`);
    this.bias.classList.toggle("hidden", !bias);
  }

  /** One channel of the input with its padding. @param {number} channel */
  inputPicture(channel) {
    const { layer } = this;
    const [rows, cols] = [layer.rows.length, layer.cols.length];
    const values = new Float64Array(rows * cols);
    const kinds = new Uint8Array(rows * cols);
    for (let r = 0, at = 0; r < rows; r++) {
      for (let c = 0; c < cols; c++, at++) {
        values[at] = layer.at(channel, r, c);
        kinds[at] = (layer.padded(r, c) ? PADDING : 0) | (layer.unused(r, c) ? UNUSED : 0);
      }
    }
    return { rows, cols, values, kinds, cell: 0, height: 0 };
  }

  /** @param {number} channel */
  outputPicture(channel) {
    const { output, outRows: rows, outCols: cols } = this.layer;
    const values = /** @type {any} */ (output.values).subarray(channel * rows * cols, (channel + 1) * rows * cols);
    return { rows, cols, values, cell: 0, height: 0 };
  }

  /** The columns' names, padding included. */
  titles() {
    const names = this.data.col_titles;
    return names.length ? this.layer.cols.source.map((_, at) => names[at - this.layer.cols.before] ?? "") : [];
  }

  /** Captions, keys and what is spoken. @param {import("./stage-paint.js").Picture} input @param {import("./stage-paint.js").Picture} output */
  describe(input, output) {
    const { layer, labels, panels } = this;
    const shape = (/** @type {number[]} */ sides) => sides.filter((side, k) => k || side > 1).join("\u2009\u00d7\u2009");
    panels.input.caption(labels.input, shape(layer.input.shape));
    panels.output.caption(labels.output, shape(layer.output.shape));
    if (layer.kernel) panels.kernel.caption(labels.kernel, shape([1, layer.kernelRows, layer.kernelCols]));
    panels.input.cells.setAttribute("aria-label", labels.input_help);
    panels.output.cells.setAttribute("aria-label", labels.output_help);
    for (const [panel, p] of [[panels.input, input], [panels.output, output]]) {
      panel.cells.style.touchAction = p.cols * p.cell < this.width * 0.7 ? "none" : "pan-y";
    }
    const kinds = new Set(input.kinds);
    this.padding.classList.toggle("hidden", !kinds.has(PADDING) && !kinds.has(PADDING | UNUSED));
    this.unused.classList.toggle("hidden", !kinds.has(UNUSED) && !kinds.has(PADDING | UNUSED));
    setText(this.padding.lastChild, layer.empty === -Infinity ? labels.padding_lowest : labels.padding);
    setText(this.unused.lastChild, labels.unused);
    setText(this.help, labels.help);
  }

  /** Everything that follows from the selected cell. */
  highlight() {
    const { layer, panels, cursor, walk } = this;
    if (!this.theme || !layer || !this.width) return;
    this.marks = layer.outRows * layer.outCols ? mark(this) : null;
    for (const side of /** @type {const} */ (["input", "output"])) {
      const ctx = panels[side].over();
      this.marks?.[side](ctx);
      if (cursor.pinned && cursor.side === side) paintPin(ctx, panels[side].picture, cursor.row, cursor.col, this.theme);
    }
    this.kernel.mark(this.marks?.weights ?? []);
    this.sum.said.setAttribute("aria-live", walk.playing && !walk.held ? "off" : "polite");
    this.sum.pin.classList.toggle("hidden", !cursor.pinned);
    this.sum.pin.title = this.labels.pinned;
    if (!this.marks) this.sum.clear();
    const own = cursor.side === "input" && !layer.padded(cursor.row, cursor.col);
    this.sum.edit(cursor.pinned && own && this.data.editable ? layer.at(this.shown.input, cursor.row, cursor.col) : null);
    for (const side of /** @type {const} */ (["input", "output"])) {
      const needed = !panels[side].written && !panels[side].picture.bars;
      const caption = side === "input" ? this.labels.window : this.labels.around;
      this.details[side].show(needed, caption, panels[side].picture, this.marks?.boxes[side] ?? null, this.scales[side], this.theme, this.width);
    }
  }

  /** The stage as a picture for a file. */
  scene() {
    const { panels, sum } = this;
    const title = (/** @type {Panel} */ panel) => `${panel.title.textContent} ${panel.shape.textContent}`;
    const grids = [
      {
        title: title(panels.input), picture: panels.input.picture, scale: this.scales.input, mark: this.marks?.input ?? (() => {}),
        rows: this.data.row_titles, cols: this.titles(),
      },
      { title: title(panels.output), picture: panels.output.picture, scale: this.scales.output, mark: this.marks?.output ?? (() => {}) },
    ];
    if (this.layer.kernel) grids.splice(1, 0, { title: title(panels.kernel), picture: this.kernelPicture, scale: this.kernel.scale, mark: () => {} });
    const text = (/** @type {HTMLElement[]} */ ...parts) => parts.map((part) => part.textContent).join("");
    const several = !sum.shares.classList.contains("hidden");
    const lines = several
      ? [text(sum.terms), text(sum.shares, sum.result)]
      : [text(sum.terms, sum.ahead, sum.result)];
    return scene(grids, [text(sum.place), ...lines], this.theme, this.equation.classList.contains("stacked"));
  }

  destroy() {
    this.walk.pause();
  }
}

export default mounted((component) => new Stage(component));
