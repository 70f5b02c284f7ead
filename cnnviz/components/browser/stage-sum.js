/** The sum of one output cell in words and numbers, and the window under the glass. */

import { h, setText } from "./mount.js";
import { exact, fill, term } from "./format.js";
import { icon } from "./icons.js";
import { paintDetail } from "./stage-paint.js";

/** More terms than this are shortened in the middle. */
const LONGEST = 25;

/** The line below the stage. */
export class SumLine {
  constructor() {
    this.place = h("span", { class: "place" });
    this.pin = h("span", { class: "pin hidden" }, icon("pin", 14));
    this.terms = h("span", { class: "terms" });
    this.result = h("strong", { class: "result" });
    this.root = h("div", { class: "sum", "data-testid": "stage-sum", role: "status", "aria-live": "polite" },
      h("div", { class: "where" }, this.place, this.pin), h("div", { class: "formula" }, this.terms, this.result));
    this.detail = h("canvas", { "aria-hidden": "true" });
    this.caption = h("figcaption");
    this.glass = h("figure", { class: "glass hidden" }, this.caption, this.detail);
    this.tallest = 0;
  }

  /**
   * @param {{row: number, col: number}} at
   * @param {import("./stage-geometry.js").Tap[]} taps
   * @param {number} bias
   * @param {number} value
   * @param {Record<string, string>} labels
   * @param {boolean} pinned
   */
  show(at, taps, bias, value, labels, pinned) {
    const { dataset } = this.root;
    dataset.row = String(at.row);
    dataset.col = String(at.col);
    dataset.value = String(value);
    dataset.bias = String(bias);
    dataset.terms = JSON.stringify(taps.map((t) => [t.x, t.w]));
    setText(this.place, fill(labels.sum, { row: at.row + 1, column: at.col + 1 }));
    this.pin.classList.toggle("hidden", !pinned);
    this.pin.title = labels.pinned;
    const parts = taps.map((t) => `${term(t.x)}\u00d7${term(t.w)}`);
    if (parts.length > LONGEST) parts.splice(12, parts.length - 20, "\u2026");
    if (bias) parts.push(fill(labels.bias, { value: term(bias) }));
    setText(this.terms, `${parts.join(" + ")} `);
    setText(this.result, `= ${exact(value)}`);
    // Longer sums make room once; the page below never jumps back and forth.
    const height = this.root.scrollHeight;
    if (height > this.tallest) {
      this.tallest = height;
      this.root.style.minHeight = `${height}px`;
    }
  }

  /** Forget the room that was kept, after a change of shape or width. */
  forget() {
    this.tallest = 0;
    this.root.style.minHeight = "";
  }

  /** There is no output cell to explain. */
  clear() {
    for (const name of ["row", "col", "value", "bias", "terms"]) delete this.root.dataset[name];
    for (const part of [this.place, this.terms, this.result]) setText(part, "");
  }

  /**
   * Show or hide the window under the glass.
   * @param {boolean} needed
   * @param {import("./stage-geometry.js").StageData} d
   * @param {import("./stage-geometry.js").Tap[]} taps
   * @param {import("./colour.js").Scale} scale
   * @param {import("./theme.js").Theme} theme
   * @param {number} width
   */
  magnify(needed, d, taps, scale, theme, width) {
    this.glass.classList.toggle("hidden", !needed);
    if (!needed || !taps.length) return;
    setText(this.caption, d.labels.window);
    const cell = Math.floor(Math.min(52, 330 / d.kernel.cols, (width - 2) / d.kernel.cols));
    paintDetail(this.detail, { rows: d.kernel.rows, cols: d.kernel.cols, cell }, taps, scale, theme);
  }
}
