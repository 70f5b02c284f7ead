/**
 * Draw a digit and see at once what the network thinks. Strokes go to Python while they grow, at most ten
 * times a second; the answer repaints the bars and never the strokes.
 */

import { h, mounted, setText } from "./mount.js";
import { icon } from "./icons.js";
import { readTheme } from "./theme.js";
import { Exporter, History } from "./drawing-ink.js";
import { Paper } from "./drawing-pen.js";
import { Result } from "./drawing-result.js";

/** Milliseconds between two messages while a stroke grows. */
const PAUSE = 100;
const WIDEST = 320;

/** Everything that one mounted drawing owns. */
class Drawing {
  /** @param {import("./mount.js").Component} component */
  constructor(component) {
    this.component = component;
    this.history = new History([]);
    this.exporter = new Exporter();
    this.sent = "[]";
    this.sentAt = 0;
    this.timer = 0;
    /** @type {unknown} */
    this.revision = null;
    this.result = new Result();
    this.paper = new Paper({
      size: () => Number(this.brush.value),
      strokes: () => this.history.strokes,
      draw: () => { this.soon(); this.react(); },
      finish: (stroke) => this.commit([...this.history.strokes, stroke]),
      pen: (down) => setText(this.spoken, this.component.data.labels[down ? "pen_down" : "pen_up"]),
    });
    this.brush = h("input", { type: "range", min: 6, max: 40, step: 1, "data-testid": "brush", input: () => this.sample() });
    this.dot = h("i");
    this.brushName = h("span");
    this.undo = this.button("undo", () => { this.history.undo(); this.stepped(); });
    this.redo = this.button("redo", () => { this.history.redo(); this.stepped(); });
    this.clear = this.button("clear", () => this.commit([]));
    this.spoken = h("span", { class: "spoken", role: "status" });
    this.help = h("p", { class: "help" });
    this.left = h("div", { class: "left" },
      this.paper.canvas,
      h("label", { class: "brush" }, this.brushName, this.brush, h("span", { class: "sample" }, this.dot)),
      h("div", { class: "buttons" }, this.undo, this.redo, this.clear));
    this.root = h("div", { class: "root drawing", keydown: (/** @type {KeyboardEvent} */ e) => this.shortcut(e) },
      h("div", { class: "layout" }, this.left, this.result.prediction, this.result.seen), this.help, this.spoken);
  }

  /** @param {any} name @param {() => void} act */
  button(name, act) {
    return h("button", { type: "button", class: "button", "data-testid": `drawing-${name}`, click: act }, icon(name), h("span"));
  }

  /** @param {import("./mount.js").Component} component */
  update(component) {
    const first = this.revision === null;
    this.component = component;
    const { data } = component;
    if (first) this.brush.value = String(data.brush ?? 18);
    if (first || data.revision !== this.revision) {
      this.revision = data.revision;
      this.paper.stroke = null;
      this.history = new History(data.strokes ?? []);
      window.clearTimeout(this.timer);
      this.timer = 0;
      this.sent = JSON.stringify(this.history.strokes);
      // Strokes that were restored without their answer: ask for it.
      if (this.history.strokes.length && !data.input) {
        this.sent = "[]";
        this.soon();
      }
    }
    this.repaint();
  }

  /** Whether nothing is drawn, not even a growing stroke. */
  get blank() {
    return !this.history.strokes.length && !this.paper.stroke;
  }

  /** @param {import("./drawing-ink.js").Stroke[]} strokes */
  commit(strokes) {
    this.history.push(strokes);
    this.stepped();
  }

  /** The drawing is another one now: show it and send it without delay. */
  stepped() {
    this.paper.later();
    this.react();
    this.send();
  }

  /** Send soon: at once after a quiet time, else when the pause is over. Nothing is ever lost. */
  soon() {
    if (this.timer) return;
    const wait = Math.max(0, this.sentAt + PAUSE - performance.now());
    this.timer = window.setTimeout(() => this.send(), wait);
  }

  send() {
    window.clearTimeout(this.timer);
    this.timer = 0;
    const growing = this.paper.stroke;
    const strokes = growing ? [...this.history.strokes, growing] : this.history.strokes;
    const text = JSON.stringify(strokes);
    if (text === this.sent) return;
    this.sent = text;
    this.sentAt = performance.now();
    this.component.setStateValue("drawing", { png: this.exporter.png(strokes), strokes: JSON.parse(text) });
  }

  /** @param {KeyboardEvent} event */
  shortcut(event) {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const key = event.key.toLowerCase();
    if (key === "z" && !event.shiftKey) this.undo.click();
    else if (key === "y" || (key === "z" && event.shiftKey)) this.redo.click();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** What follows at once from the drawing, before any answer. */
  react() {
    const { data } = this.component;
    this.undo.disabled = !this.history.canUndo;
    this.redo.disabled = !this.history.canRedo;
    this.clear.disabled = !this.history.strokes.length;
    if (this.theme) {
      this.result.show(data.prediction, this.blank, data.labels);
      this.result.paint(data.input, this.blank, data.labels, this.theme);
    }
  }

  /** Show the brush's size beside its slider. */
  sample() {
    const side = (Number(this.brush.value) / 280) * (this.paper.side || WIDEST);
    this.dot.style.width = this.dot.style.height = `${side}px`;
    if (this.paper.cursor.shown) this.paper.later();
  }

  repaint() {
    const { data, parentElement } = this.component;
    const { labels } = data;
    this.width = this.root.clientWidth;
    if (!this.width) return;
    this.theme = readTheme(parentElement);
    this.paper.canvas.setAttribute("aria-label", labels.canvas);
    for (const [button, text] of [[this.undo, labels.undo], [this.redo, labels.redo], [this.clear, labels.clear]]) {
      setText(button.lastChild, text);
    }
    setText(this.brushName, labels.brush);
    setText(this.help, labels.help);
    this.paper.resize(Math.min(WIDEST, this.width), this.theme);
    this.sample();
    this.react();
  }

  destroy() {
    this.paper.lift();
    if (this.timer) this.send();
    this.paper.destroy();
  }
}

export default mounted((component) => new Drawing(component));
