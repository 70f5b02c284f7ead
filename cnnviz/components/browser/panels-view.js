/** One panel: its labels, its cells, the frames above them; what happens to it, its owner hears. */

import { fit, h, setText } from "./mount.js";
import { frameCells, paintGrid, paintTag } from "./cells.js";
import { short } from "./format.js";
import { HEAD } from "./panels-layout.js";

/** The highlight may reach this far beyond a panel. */
const MARGIN = 8;

/** Height of the letters of row and column labels. */
export const LABEL_SIZE = 12;

/** One grid on the page, with its labels. */
export class PanelView {
  /** @param {any} owner what hears of pointing and keys @param {number} position */
  constructor(owner, position) {
    this.owner = owner;
    this.position = position;
    this.title = h("span", { class: "title" });
    this.shape = h("span", { class: "shape" });
    this.canvas = h("canvas", { tabindex: 0, role: "application" });
    this.overlay = h("canvas", { class: "overlay", "aria-hidden": "true" });
    this.note = h("div", { class: "note" });
    this.low = h("span");
    this.ramp = h("span", { class: "ramp" });
    this.high = h("span");
    this.legend = h("div", { class: "legend", "aria-hidden": "true" }, this.low, this.ramp, this.high);
    this.root = h("figure", { class: "panel" },
      h("figcaption", {}, this.title, " ", this.shape),
      h("div", { class: "cells" }, this.canvas, this.overlay), this.note, this.legend);
    this.side = 0;
    this.cell = 1;
    this.shown = { parts: [], at: null, pinned: false };
    this.canvas.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => owner.hover(this, event));
    this.canvas.addEventListener("click", (/** @type {PointerEvent} */ event) => owner.press(this, event));
    this.canvas.addEventListener("focus", () => owner.enter(this));
    this.canvas.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => owner.key(this, event));
  }

  /**
   * @param {any} data
   * @param {Record<string, string>} labels
   */
  show(data, labels) {
    this.data = data;
    const { rows, cols, values } = data.cells;
    this.root.dataset.testid = `panel-${data.name}`;
    this.root.dataset.rows = String(rows);
    this.root.dataset.cols = String(cols);
    if (values.length <= 4096) this.root.dataset.values = JSON.stringify(Array.from(values));
    else delete this.root.dataset.values;
    const title = data.channel === null ? data.title : `${data.title} [${data.channel}]`;
    setText(this.title, title);
    setText(this.shape, `${rows}\u2009\u00d7\u2009${cols}`);
    setText(this.note, data.caption);
    this.note.classList.toggle("hidden", !data.caption);
    this.canvas.setAttribute("aria-label", labels.keys.replace("{title}", title));
  }

  /** Where the cells begin, beside and below the labels. */
  get origin() {
    return { x: this.side, y: this.data.column_labels.length ? HEAD : 0 };
  }

  /** @param {number} side @param {number} cell @param {import("./colour.js").Scale} scale @param {any} theme */
  draw(side, cell, scale, theme) {
    Object.assign(this, { side, cell, scale });
    const { x, y } = this.origin;
    Object.assign(this.root.dataset, { cell: String(cell), left: String(x), top: String(y) });
    this.paint(fit(this.canvas, x + this.data.cells.cols * cell, y + this.data.cells.rows * cell), theme);
    setText(this.low, short(scale.low, 3));
    setText(this.high, short(scale.high, 3));
    this.ramp.style.background = scale.gradient();
    for (const below of [this.note, this.legend]) below.style.paddingLeft = `${side}px`;
    this.root.style.maxWidth = `${Math.max(150, x + this.data.cells.cols * cell + 4)}px`;
  }

  /** Paint labels and cells from the context's origin. @param {any} ctx @param {any} theme */
  paint(ctx, theme) {
    const { cell, scale } = this;
    const { x, y } = this.origin;
    ctx.font = `400 ${LABEL_SIZE}px ${theme.font}`;
    ctx.fillStyle = theme.muted;
    ctx.textBaseline = "middle";
    const each = (/** @type {number} */ size) => Math.max(1, Math.ceil(size / cell));
    ctx.textAlign = "right";
    this.data.row_labels.forEach((/** @type {string} */ text, /** @type {number} */ r) => {
      if (r % each(LABEL_SIZE) === 0) ctx.fillText(text, x - 6, y + (r + 0.5) * cell);
    });
    ctx.textAlign = "center";
    const widest = Math.max(0, ...this.data.column_labels.map((/** @type {string} */ text) => ctx.measureText(text).width));
    this.data.column_labels.forEach((/** @type {string} */ text, /** @type {number} */ c) => {
      if (c % each(widest + 4) === 0) ctx.fillText(text, x + (c + 0.5) * cell, y - 9);
    });
    ctx.save();
    ctx.translate(x, y);
    paintGrid(ctx, this.data.cells, cell, scale, theme);
    ctx.restore();
  }

  /** @param {import("./panels-layout.js").Part[]} parts @param {number | null} at @param {boolean} pinned @param {any} theme */
  highlight(parts, at, pinned, theme) {
    this.shown = { parts, at, pinned };
    for (const how of ["made", "reached"]) {
      const cells = parts.filter((part) => part.how === how).flatMap((part) => part.cells);
      this.root.dataset[how] = JSON.stringify(cells.slice(0, 4096));
    }
    const { rows, cols } = this.data.cells;
    const { x, y } = this.origin;
    const { cell } = this;
    const ctx = fit(this.overlay, x + cols * cell + 2 * MARGIN, y + rows * cell + 2 * MARGIN);
    ctx.translate(MARGIN, MARGIN);
    this.paintHighlight(ctx, theme);
  }

  /** Paint the frames over the cells; the context's origin is that of `paint`. @param {any} ctx @param {any} theme */
  paintHighlight(ctx, theme) {
    const { x, y } = this.origin;
    const { cell } = this;
    const { cols } = this.data.cells;
    const { parts, at, pinned } = this.shown;
    ctx.save();
    ctx.translate(x, y);
    for (const part of parts) {
      frameCells(ctx, this.data.cells, cell, part.cells, theme, part.how === "made" ? theme.primary : theme.text);
      part.weights?.forEach((w, i) =>
        paintTag(ctx, w, (part.cells[i] % cols) * cell, Math.floor(part.cells[i] / cols) * cell, cell, theme));
    }
    if (at !== null) this.paintPointed(ctx, at, pinned, theme);
    ctx.restore();
  }

  /** The pointed cell, with a knob that is full while it is pinned. @param {any} ctx @param {number} at @param {boolean} pinned @param {any} theme */
  paintPointed(ctx, at, pinned, theme) {
    const { cell } = this;
    const { cols } = this.data.cells;
    frameCells(ctx, this.data.cells, cell, [at], theme);
    const [right, top] = [((at % cols) + 1) * cell, Math.floor(at / cols) * cell];
    ctx.beginPath();
    ctx.arc(right, top, pinned ? 4.5 : 3, 0, 7);
    ctx.fillStyle = pinned ? theme.primary : theme.background;
    ctx.strokeStyle = pinned ? theme.background : theme.primary;
    ctx.lineWidth = 1.5;
    ctx.fill();
    ctx.stroke();
  }

  /** @param {PointerEvent} event @returns {number | null} */
  locate(event) {
    const box = this.canvas.getBoundingClientRect();
    const { rows, cols } = this.data.cells;
    const col = Math.floor((event.clientX - box.left - this.origin.x) / this.cell);
    const row = Math.floor((event.clientY - box.top - this.origin.y) / this.cell);
    return row >= 0 && col >= 0 && row < rows && col < cols ? row * cols + col : null;
  }
}
