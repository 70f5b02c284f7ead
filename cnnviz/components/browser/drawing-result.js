/** What the network answers: the 28 x 28 picture it sees, and a bar for each class. */

import { fit, h, setText } from "./mount.js";
import { fill, percent } from "./format.js";
import { withAlpha } from "./theme.js";

/** CSS pixels of the enlarged picture: six for each of its own. */
const SIDE = 168;

/** The right half of the component. */
export class Result {
  constructor() {
    this.digit = h("span", { class: "digit" });
    this.sure = h("span", { class: "sure" });
    this.head = h("div", { class: "head", role: "status" }, this.digit, this.sure);
    this.empty = h("p", { class: "empty" });
    this.bars = h("div", { class: "bars" });
    this.prediction = h("section", { class: "prediction", "data-testid": "prediction" },
      this.empty, this.head, this.bars);
    this.canvas = h("canvas", { "data-testid": "digit-input", role: "img" });
    this.caption = h("figcaption");
    this.seen = h("figure", { class: "seen" }, this.canvas, this.caption);
    /** @type {{row: HTMLElement, name: HTMLElement, bar: HTMLElement, share: HTMLElement}[]} */
    this.rows = [];
  }

  /** @param {string[]} classes */
  build(classes) {
    if (this.rows.length === classes.length) return;
    this.rows = classes.map(() => {
      const name = h("span", { class: "name" });
      const bar = h("i");
      const share = h("span", { class: "share" });
      return { row: h("div", { class: "row" }, name, h("span", { class: "track" }, bar), share), name, bar, share };
    });
    this.bars.replaceChildren(...this.rows.map((r) => r.row));
  }

  /**
   * @param {{digit: number, probabilities: number[], classes: string[]} | null} prediction
   * @param {boolean} blank nothing is drawn
   * @param {Record<string, string>} labels
   */
  show(prediction, blank, labels) {
    const answer = blank ? null : prediction;
    const { dataset } = this.prediction;
    this.prediction.classList.toggle("waiting", !answer);
    this.prediction.setAttribute("aria-label", labels.prediction);
    setText(this.empty, blank ? labels.empty : answer ? "" : labels.waiting);
    if (!answer) {
      delete dataset.digit;
      delete dataset.probabilities;
      setText(this.digit, "");
      setText(this.sure, "");
      this.build(prediction?.classes ?? this.rows.map((r) => r.name.textContent ?? ""));
      if (!this.rows.length) this.build([..."0123456789"]);
      this.rows.forEach((r, i) => this.row(r, r.name.textContent || prediction?.classes[i] || String(i), null, false));
      return;
    }
    this.build(answer.classes);
    dataset.digit = String(answer.digit);
    dataset.probabilities = JSON.stringify(answer.probabilities);
    const best = answer.probabilities[answer.digit] ?? 0;
    setText(this.digit, answer.classes[answer.digit] ?? String(answer.digit));
    setText(this.sure, fill(labels.confidence, { percent: percent(best) }));
    this.rows.forEach((r, i) => this.row(r, answer.classes[i], answer.probabilities[i], i === answer.digit));
  }

  /**
   * @param {{row: HTMLElement, name: HTMLElement, bar: HTMLElement, share: HTMLElement}} r
   * @param {string} name
   * @param {number | null} share
   * @param {boolean} best
   */
  row(r, name, share, best) {
    setText(r.name, name);
    r.row.classList.toggle("best", best);
    r.bar.style.transform = `scaleX(${share ?? 0})`;
    setText(r.share, share === null ? "" : `${(share * 100).toFixed(1)}%`); // all alike: they stand below one another
  }

  /**
   * The picture in the network's own brightness: white on black in every theme.
   * @param {number[] | null} pixels 784 values, 0..1
   * @param {boolean} blank
   * @param {Record<string, string>} labels
   * @param {import("./theme.js").Theme} theme
   */
  paint(pixels, blank, labels, theme) {
    setText(this.caption, labels.input);
    this.canvas.setAttribute("aria-label", labels.input);
    const ctx = fit(this.canvas, SIDE, SIDE);
    ctx.fillStyle = blank || !pixels ? theme.secondary : "#000";
    ctx.fillRect(0, 0, SIDE, SIDE);
    if (!blank && pixels) {
      const small = document.createElement("canvas");
      small.width = small.height = 28;
      const brush = /** @type {CanvasRenderingContext2D} */ (small.getContext("2d"));
      const image = brush.createImageData(28, 28);
      pixels.forEach((v, i) => image.data.set([v * 255, v * 255, v * 255, 255], i * 4));
      brush.putImageData(image, 0, 0);
      ctx.imageSmoothingEnabled = false;
      ctx.drawImage(small, 0, 0, SIDE, SIDE);
    }
    ctx.strokeStyle = blank || !pixels ? withAlpha(theme.text, 0.07) : "rgba(128, 140, 160, 0.22)";
    ctx.lineWidth = 1;
    ctx.beginPath();
    for (let i = 0; i <= 28; i++) {
      const at = Math.min(i * 6 + 0.5, SIDE - 0.5);
      ctx.moveTo(at, 0);
      ctx.lineTo(at, SIDE);
      ctx.moveTo(0, at);
      ctx.lineTo(SIDE, at);
    }
    ctx.stroke();
  }
}
