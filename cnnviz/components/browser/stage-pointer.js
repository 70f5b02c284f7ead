/** Which output cell is looked at: by pointer, touch, keyboard, or the walk that plays by itself. */

import { h } from "./mount.js";
import { icon } from "./icons.js";

/** Slowest and fastest step of the walk, and how long a whole walk should take, in milliseconds. */
const SLOWEST = 650;
const FASTEST = 24;
const WHOLE = 14000;

/** The selected cell and everything that moves it. */
export class Cursor {
  /**
   * @param {HTMLCanvasElement} canvas the output
   * @param {() => void} onMove
   */
  constructor(canvas, onMove) {
    this.canvas = canvas;
    this.onMove = onMove;
    this.row = 0;
    this.col = 0;
    this.rows = 0;
    this.cols = 0;
    this.cell = 1;
    this.pinned = false;
    this.playing = false;
    /** @type {number | null} last cell that the walk has reached; null outside a walk */
    this.reached = null;
    this.timer = 0;
    const button = (/** @type {any} */ name, /** @type {() => void} */ act, kind = "") =>
      h("button", { type: "button", class: `button icon ${kind}`, "data-testid": `stage-${name}`, click: act }, icon(name));
    this.previous = button("previous", () => this.step(-1));
    this.toggle = button("play", () => (this.playing ? this.pause() : this.play()), "primary");
    this.next = button("next", () => this.step(1));
    this.controls = h("div", { class: "controls", role: "group" }, this.previous, this.toggle, this.next);
    canvas.addEventListener("pointermove", (event) => this.point(event));
    canvas.addEventListener("pointerdown", (event) => this.press(event));
    canvas.addEventListener("pointerup", () => { this.dragging = false; });
    canvas.addEventListener("pointercancel", () => { this.dragging = false; });
    canvas.addEventListener("keydown", (event) => this.key(event));
  }

  /** @param {Record<string, string>} labels */
  label(labels) {
    this.labels = labels;
    this.controls.setAttribute("aria-label", labels.walk);
    for (const [button, text] of [[this.previous, labels.previous], [this.next, labels.next]]) {
      button.title = text;
      button.setAttribute("aria-label", text);
    }
    this.face();
  }

  /**
   * New shape of the output: keep the place where it still exists.
   * @param {number} rows
   * @param {number} cols
   */
  bound(rows, cols) {
    if (rows !== this.rows || cols !== this.cols) {
      this.pause();
      this.reached = null;
    }
    this.rows = rows;
    this.cols = cols;
    this.row = Math.max(0, Math.min(this.row, rows - 1));
    this.col = Math.max(0, Math.min(this.col, cols - 1));
  }

  /** @param {PointerEvent} event */
  locate(event) {
    const box = this.canvas.getBoundingClientRect();
    const row = Math.floor((event.clientY - box.top) / this.cell);
    const col = Math.floor((event.clientX - box.left) / this.cell);
    return row >= 0 && col >= 0 && row < this.rows && col < this.cols ? { row, col } : null;
  }

  /** @param {PointerEvent} event */
  point(event) {
    const at = this.locate(event);
    if (!at || (this.pinned && !this.dragging)) return;
    const same = at.row === this.row && at.col === this.col;
    if (same && this.reached === null) return;
    this.pause();
    this.reached = null;
    if (!same && this.dragging) this.pinned = false;
    this.go(at.row, at.col);
  }

  /** @param {PointerEvent} event */
  press(event) {
    const at = this.locate(event);
    if (!at || event.button > 0) return;
    const same = at.row === this.row && at.col === this.col;
    this.pause();
    this.reached = null;
    this.dragging = event.pointerType !== "mouse";
    this.pinned = !(same && this.pinned);
    this.go(at.row, at.col);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (!this.rows) return;
    const jump = event.ctrlKey || event.metaKey;
    const lastRow = this.rows - 1;
    const lastCol = this.cols - 1;
    const target = {
      ArrowLeft: [this.row, this.col - 1],
      ArrowRight: [this.row, this.col + 1],
      ArrowUp: [this.row - 1, this.col],
      ArrowDown: [this.row + 1, this.col],
      Home: [jump ? 0 : this.row, 0],
      End: [jump ? lastRow : this.row, lastCol],
    }[event.key];
    if (target) {
      this.pause();
      this.reached = null;
      this.go(Math.max(0, Math.min(target[0], lastRow)), Math.max(0, Math.min(target[1], lastCol)));
    } else if (event.key === "Enter" || event.key === " ") {
      this.pinned = !this.pinned;
      this.onMove();
    } else if (event.key === "Escape") {
      this.pinned = false;
      this.onMove();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {number} row @param {number} col */
  go(row, col) {
    this.row = row;
    this.col = col;
    this.onMove();
  }

  /** @param {number} by */
  step(by) {
    this.pause();
    this.advance(by);
  }

  /** @param {number} by */
  advance(by) {
    const count = this.rows * this.cols;
    if (!count) return;
    const index = (this.row * this.cols + this.col + by + count) % count;
    this.pinned = false;
    if (this.reached !== null) this.reached = index;
    this.go(Math.floor(index / this.cols), index % this.cols);
  }

  play() {
    const count = this.rows * this.cols;
    if (!count) return;
    this.playing = true;
    this.pinned = false;
    const here = this.row * this.cols + this.col;
    if (this.reached === null || here >= count - 1) this.go(0, 0);
    this.reached = this.row * this.cols + this.col;
    this.onMove();
    this.face();
    const pace = Math.max(FASTEST, Math.min(SLOWEST, WHOLE / count));
    this.timer = window.setInterval(() => {
      if (this.row * this.cols + this.col >= count - 1) {
        this.pause();
        this.reached = null;
        this.onMove();
      } else this.advance(1);
    }, pace);
  }

  pause() {
    if (!this.playing) return;
    this.playing = false;
    window.clearInterval(this.timer);
    this.face();
  }

  /** The middle button shows what it will do. */
  face() {
    const text = this.labels?.[this.playing ? "pause" : "play"] ?? "";
    this.toggle.replaceChildren(icon(this.playing ? "pause" : "play"));
    this.toggle.title = text;
    this.toggle.setAttribute("aria-label", text);
  }
}
