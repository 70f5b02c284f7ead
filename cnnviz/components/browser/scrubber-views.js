/** What is seen of each epoch: kernels, confusion matrix, and what one picture was taken for. */

import { fit, h, setText } from "./mount.js";
import { Scale } from "./colour.js";
import { Layout, paintMarks, paintMatrix } from "./confusion-paint.js";
import { exact, fill, percent } from "./format.js";
import { bytes, decoded, paintPicture } from "./pictures.js";
import { paintAnswers, placeOf } from "./scrubber-answers.js";

/** @typedef {import("./theme.js").Theme} Theme */

/** A figure with its heading and the line that says what is pointed at. */
class View {
  /** @param {string} name */
  constructor(name) {
    this.title = h("figcaption", {});
    this.canvas = h("canvas", { role: "img", "data-testid": `scrubber-${name}` });
    this.said = h("div", { class: "read", role: "status", "data-testid": `scrubber-${name}-read` });
    this.root = h("figure", { class: `view ${name}` }, this.title, h("div", { class: "scroll" }, this.canvas), this.said);
    this.canvas.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => this.point(event.offsetX, event.offsetY));
    this.canvas.addEventListener("pointerleave", () => this.leave());
  }

  /** @param {number} _x @param {number} _y */
  point(_x, _y) {}

  leave() {
    setText(this.said, "");
  }
}

/** The kernels of the first convolution, side by side. */
export class KernelsView extends View {
  constructor() {
    super("kernels");
    /** @type {any} */
    this.given = null;
  }

  /** @param {any} data */
  take(data) {
    this.given = data.kernels;
    this.labels = data.labels;
    this.root.classList.toggle("hidden", !this.given);
    if (!this.given) return;
    const raw = bytes(this.given.data);
    this.values = new Int16Array(raw.buffer, 0, raw.length >> 1);
    const [count, channels, height, width] = this.given.shape;
    this.each = channels * height * width;
    this.epoch = count * this.each;
    this.count = count;
    setText(this.title, fill(this.labels.kernels, { shown: count, whole: this.given.whole }));
    this.help = this.labels[channels === 3 ? "colour_help" : "kernels_help"];
  }

  /** @param {number} at place of the epoch @param {number} index */
  value(at, index) {
    return ((this.values?.[at * /** @type {number} */ (this.epoch) + index] ?? 0) / 32767) * this.given.scale;
  }

  /** @param {number} at @param {Theme} theme */
  paint(at, theme) {
    if (!this.given) return;
    this.at = at;
    const [count, channels, height, width] = this.given.shape;
    const space = this.root.clientWidth;
    const columns = count <= 4 ? count : count <= 9 ? 3 : count <= 16 ? 4 : count <= 36 ? 6 : 8;
    this.columns = Math.min(columns, count);
    const gap = 6;
    this.cell = Math.max(2, Math.min(22, Math.floor((Math.min(space, 340) - gap * (this.columns - 1)) / this.columns / width)));
    this.step = [width * this.cell + gap, height * this.cell + gap];
    const rows = Math.ceil(count / this.columns);
    const ctx = fit(this.canvas, this.columns * this.step[0] - gap, rows * this.step[1] - gap);
    const scale = new Scale([-1, 1], theme.dark);
    for (let k = 0; k < count; k++) {
      const [left, top] = [(k % this.columns) * this.step[0], Math.floor(k / this.columns) * this.step[1]];
      for (let i = 0; i < height * width; i++) {
        const first = k * /** @type {number} */ (this.each) + i;
        const v = (/** @type {number} */ c) => this.value(at, first + c * height * width) / this.given.scale;
        ctx.fillStyle = channels === 3
          ? `rgb(${[0, 1, 2].map((c) => Math.round(127.5 + 127.5 * v(c))).join(" ")})` : scale.fill(v(0));
        ctx.fillRect(left + (i % width) * this.cell, top + Math.floor(i / width) * this.cell, this.cell, this.cell);
      }
      ctx.strokeStyle = theme.border;
      ctx.lineWidth = 1;
      ctx.strokeRect(left + 0.5, top + 0.5, width * this.cell - 1, height * this.cell - 1);
    }
    this.canvas.setAttribute("aria-label", this.title.textContent ?? "");
    if (this.where) this.point(...this.where);
    else setText(this.said, this.help);
  }

  /** @param {number} x @param {number} y */
  point(x, y) {
    if (!this.given || !this.step || !this.cell || !this.columns) return;
    this.where = /** @type {[number, number]} */ ([x, y]);
    const [count, channels, height, width] = this.given.shape;
    const k = Math.floor(y / this.step[1]) * this.columns + Math.floor(x / this.step[0]);
    const [row, col] = [Math.floor((y % this.step[1]) / this.cell), Math.floor((x % this.step[0]) / this.cell)];
    if (k >= count || row >= height || col >= width || x < 0 || y < 0) {
      setText(this.said, this.help);
      return;
    }
    const first = k * /** @type {number} */ (this.each) + row * width + col;
    const values = Array.from({ length: Math.min(channels, 3) }, (_, c) => exact(this.value(this.at ?? 0, first + c * height * width)));
    setText(this.said, fill(this.labels.kernel, { kernel: k + 1, row: row + 1, column: col + 1, value: values.join(" · ") }));
  }

  leave() {
    this.where = undefined;
    setText(this.said, this.help ?? "");
  }
}

/** The confusion matrix on the validation pictures. */
export class MatrixView extends View {
  constructor() {
    super("matrix");
    /** @type {Uint16Array | null} */
    this.counts = null;
    /** @type {[number, number] | null} */
    this.here = null;
  }

  /** @param {any} data */
  take(data) {
    this.data = data;
    const raw = data.confusions && bytes(data.confusions);
    this.counts = raw && new Uint16Array(raw.buffer, 0, raw.length >> 1);
    this.root.classList.toggle("hidden", !this.counts);
    setText(this.title, data.labels.matrix);
  }

  /** @param {number} at @param {Theme} theme */
  paint(at, theme) {
    if (!this.counts) return;
    const { classes, labels } = this.data;
    const size = classes.length;
    const rows = Array.from({ length: size }, (_, row) => Array.from(/** @type {Uint16Array} */ (this.counts).subarray((at * size + row) * size, (at * size + row + 1) * size)));
    this.layout = new Layout(rows, classes, this.root.clientWidth, this.canvas.getContext("2d"), theme.font, labels, { least: 3, most: 32 });
    const ctx = fit(this.canvas, this.layout.width, this.layout.height);
    paintMatrix(ctx, this.layout, theme, false);
    if (this.here) paintMarks(ctx, this.layout, theme, this.here, null);
    this.theme = theme;
    this.at = at;
    this.canvas.setAttribute("aria-label", labels.matrix);
    this.say();
  }

  say() {
    const { classes, labels } = this.data;
    if (!this.here || !this.layout) setText(this.said, labels.ask);
    else setText(this.said, fill(labels.cell, { truth: classes[this.here[0]], prediction: classes[this.here[1]], count: this.layout.counts[this.here[0]][this.here[1]] }));
  }

  /** @param {number} x @param {number} y */
  point(x, y) {
    const here = this.layout?.at(x, y) ?? null;
    if (String(here) === String(this.here) || !this.theme) return;
    this.here = here;
    this.paint(this.at ?? 0, this.theme);
  }

  leave() {
    this.here = null;
    if (this.theme) this.paint(this.at ?? 0, this.theme);
  }
}

/** What one picture was taken for, epoch by epoch. */
export class FollowedView extends View {
  /** @param {(at: number) => void} go */
  constructor(go) {
    super("followed");
    this.picture = h("canvas", { class: "picture", "aria-hidden": "true" });
    this.really = h("div", { class: "really" });
    this.answer = h("div", { class: "answer", role: "status", "data-testid": "scrubber-answer" });
    this.title.after(h("div", { class: "who" }, this.picture, h("div", {}, this.really, this.answer)));
    const move = (/** @type {PointerEvent} */ event) => { if (event.buttons || event.type === "pointerdown") go(placeOf(this.canvas.clientWidth, this.data.epochs.length, event.offsetX)); };
    this.canvas.addEventListener("pointerdown", move);
    this.canvas.addEventListener("pointermove", move);
  }

  /** @param {any} data */
  take(data) {
    this.data = data;
    const { followed, labels, classes } = data;
    for (const part of [this.canvas, this.picture.parentElement]) part?.classList.toggle("hidden", !followed);
    this.root.classList.toggle("hidden", !followed && !data.handful);
    setText(this.title, followed?.title ?? "");
    if (!followed) return;
    const picture = decoded(followed.picture);
    this.picture.classList.toggle("hidden", !picture);
    if (picture) paintPicture(this.picture, picture, 0);
    setText(this.really, fill(labels.really, { truth: classes[followed.truth] }));
  }

  /** @param {number} at @param {Theme} theme */
  paint(at, theme) {
    const { followed, labels, classes, epochs } = this.data;
    if (!followed) return;
    const words = { prediction: classes[followed.predicted[at]], percent: percent(followed.confidence[at]) };
    setText(this.answer, fill(labels.answer, words));
    this.answer.classList.toggle("wrong", followed.predicted[at] !== followed.truth);
    this.answer.dataset.predicted = String(followed.predicted[at]);
    this.answer.dataset.confidence = String(followed.confidence[at]);
    paintAnswers(this.canvas, this.root.clientWidth, { followed, classes, epochs, at, theme });
    this.canvas.setAttribute("aria-label", followed.title);
  }
}
