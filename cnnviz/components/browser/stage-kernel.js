/** The kernel as a grid of real text fields: type a number, press Enter or leave the field. */

import { h, setText } from "./mount.js";
import { fill, parse, short } from "./format.js";
import { Scale } from "./colour.js";

/** The editable kernel. */
export class KernelGrid {
  /**
   * @param {{edited: (row: number, col: number, value: number) => void, pointed: (row: number, col: number) => void,
   *   left: () => void}} on
   */
  constructor(on) {
    this.on = on;
    this.grid = h("div", { class: "kernel-grid", "data-testid": "stage-kernel", role: "group" });
    this.hint = h("div", { class: "kernel-hint hidden", role: "alert" });
    /** @type {HTMLInputElement[]} */
    this.fields = [];
    /** @type {number[]} */
    this.values = [];
    this.rows = 0;
    this.cols = 0;
    /** @type {Record<string, string>} */
    this.labels = {};
  }

  /**
   * Show a kernel; a field that is being typed in keeps its text.
   * @param {{rows: number, cols: number, values: ArrayLike<number>}} kernel
   * @param {Record<string, string>} labels
   * @param {boolean} dark
   */
  show(kernel, labels, dark) {
    this.labels = labels;
    this.dark = dark;
    this.grid.setAttribute("aria-label", labels.kernel);
    if (kernel.rows !== this.rows || kernel.cols !== this.cols) this.build(kernel.rows, kernel.cols);
    this.values = Array.from(kernel.values);
    this.colour();
    this.fields.forEach((field, i) => {
      const place = { row: Math.floor(i / this.cols) + 1, column: (i % this.cols) + 1 };
      field.setAttribute("aria-label", fill(labels.kernel_cell, place));
      if (field !== this.active()) this.write(field, i);
    });
  }

  /** The field that has the focus, if any. */
  active() {
    return /** @type {ShadowRoot} */ (this.grid.getRootNode()).activeElement ?? null;
  }

  /** @param {number} rows @param {number} cols */
  build(rows, cols) {
    this.rows = rows;
    this.cols = cols;
    this.hint.classList.add("hidden");
    this.fields = [];
    for (let i = 0; i < rows * cols; i++) {
      this.fields.push(h("input", {
        inputmode: "decimal",
        autocomplete: "off",
        spellcheck: "false",
        "data-testid": `kernel-cell-${Math.floor(i / cols)}-${i % cols}`,
        focus: () => this.begin(i),
        blur: () => this.commit(i),
        pointermove: () => this.on.pointed(Math.floor(i / cols), i % cols),
        pointerleave: () => this.on.left(),
        keydown: (/** @type {KeyboardEvent} */ event) => this.key(event, i),
      }));
    }
    this.grid.replaceChildren(...this.fields);
  }

  /** @param {number} cell CSS pixels */
  size(cell) {
    this.cell = cell;
    this.grid.style.gridTemplateColumns = `repeat(${this.cols}, ${cell}px)`;
    this.grid.style.gridAutoRows = `${cell}px`;
    this.fields.forEach((field, i) => (field === this.active() ? this.letter(field) : this.write(field, i)));
  }

  /** @param {HTMLInputElement} field */
  letter(field) {
    const cell = this.cell ?? 40;
    const size = Math.min(cell * 0.36, 19, (cell - 4) / (Math.max(1, field.value.length) * 0.57));
    field.style.fontSize = `${Math.max(7.5, size)}px`;
  }

  /** @param {HTMLInputElement} field @param {number} i */
  write(field, i) {
    const small = (this.cell ?? 40) < 42 && this.cols > 5;
    const full = short(this.values[i], small ? 2 : 4).replace("\u2212", "-");
    const text = small ? full.replace(/^(-?)0\./, "$1.") : full;
    if (field.value !== text) field.value = text;
    this.letter(field);
  }

  /**
   * Mark the weights that matter now.
   * @param {{i: number, j: number}[]} weights
   */
  mark(weights) {
    const marked = new Set(weights.map(({ i, j }) => i * this.cols + j));
    this.fields.forEach((field, k) => field.classList.toggle("marked", marked.has(k)));
  }

  colour() {
    const scale = new Scale(this.values, this.dark ?? false);
    this.fields.forEach((field, i) => {
      field.style.backgroundColor = scale.fill(this.values[i]);
      field.style.color = scale.ink(this.values[i]);
    });
    this.scale = scale;
  }

  /** Show the whole number while it is edited. @param {number} i */
  begin(i) {
    const field = this.fields[i];
    this.before = String(Number(this.values[i].toPrecision(7)));
    field.value = this.before;
    this.letter(field);
    field.select();
    this.on.pointed(Math.floor(i / this.cols), i % this.cols);
  }

  /** @param {number} i */
  commit(i) {
    const field = this.fields[i];
    if (!field) return;
    const text = field.value;
    const value = text === this.before ? this.values[i] : parse(text);
    if (value === null) {
      setText(this.hint, fill(this.labels.invalid_number, { text: text.slice(0, 20), value: short(this.values[i]) }));
      this.hint.classList.remove("hidden");
      field.classList.add("wrong");
      setTimeout(() => field.classList.remove("wrong"), 1200);
    } else {
      this.hint.classList.add("hidden");
    }
    const changed = value !== null && value !== this.values[i];
    if (changed) this.values[i] = /** @type {number} */ (value);
    this.write(field, i);
    if (changed) {
      this.colour();
      this.on.edited(Math.floor(i / this.cols), i % this.cols, this.values[i]);
    }
    this.before = field === this.active() ? field.value : undefined;
  }

  /** @param {KeyboardEvent} event @param {number} i */
  key(event, i) {
    event.stopPropagation();
    const step = { ArrowUp: -this.cols, ArrowDown: this.cols }[event.key];
    if (event.key === "Enter") {
      this.commit(i);
      this.fields[i].select();
    } else if (event.key === "Escape") {
      this.write(this.fields[i], i);
      this.before = this.fields[i].value;
    } else if (step && this.fields[i + step]) {
      event.preventDefault();
      this.fields[i + step].focus();
    }
  }
}
