/** The paper: mouse, pen, touch and keyboard become strokes. */

import { fit, h } from "./mount.js";
import { paintStrokes, SIDE } from "./drawing-ink.js";
import { withAlpha } from "./theme.js";

/** How far an arrow key moves the keyboard's pen, with and without Shift. */
const STEP = 6;
const LEAP = 20;

/** The canvas that is drawn on. */
export class Paper {
  /**
   * @param {object} on
   * @param {() => number} on.size the brush
   * @param {() => import("./drawing-ink.js").Stroke[]} on.strokes finished strokes
   * @param {(stroke: import("./drawing-ink.js").Stroke) => void} on.draw while a stroke grows
   * @param {(stroke: import("./drawing-ink.js").Stroke) => void} on.finish when it ends
   * @param {(down: boolean) => void} on.pen the keyboard's pen went up or down
   */
  constructor(on) {
    this.on = on;
    this.canvas = h("canvas", { "data-testid": "digit-canvas", tabindex: 0, role: "application" });
    /** @type {import("./drawing-ink.js").Stroke | null} the stroke that is being drawn */
    this.stroke = null;
    /** @type {number | null} */
    this.pointer = null;
    this.cursor = { x: SIDE / 2, y: SIDE / 2, shown: false, down: false };
    this.side = 0;
    this.frame = 0;
    const listen = (/** @type {string} */ type, /** @type {(event: any) => void} */ act) =>
      this.canvas.addEventListener(type, act);
    listen("pointerdown", (event) => this.down(event));
    listen("pointermove", (event) => this.move(event));
    listen("pointerup", (event) => this.up(event));
    listen("pointercancel", (event) => this.up(event));
    listen("lostpointercapture", (event) => this.up(event));
    listen("keydown", (event) => this.key(event));
    listen("focus", () => this.show(this.canvas.matches(":focus-visible")));
    listen("blur", () => { this.lift(); this.show(false); });
  }

  /** @param {PointerEvent} event */
  point(event) {
    const box = this.canvas.getBoundingClientRect();
    const round = (/** @type {number} */ v) => Math.round(Math.max(-20, Math.min(SIDE + 20, v)) * 10) / 10;
    const at = [round(((event.clientX - box.left) / box.width) * SIDE), round(((event.clientY - box.top) / box.height) * SIDE)];
    if (event.pointerType === "pen" && event.pressure > 0) at.push(Math.round(event.pressure * 100) / 100);
    return at;
  }

  /** @param {PointerEvent} event */
  down(event) {
    if (event.button > 0 || this.pointer !== null) return;
    event.preventDefault();
    this.lift();
    this.canvas.focus({ preventScroll: true });
    this.show(false);
    this.pointer = event.pointerId;
    try {
      this.canvas.setPointerCapture(event.pointerId);
    } catch {
      // A pointer that is gone already cannot be captured; the stroke still ends with its pointerup.
    }
    this.begin(this.point(event));
  }

  /** @param {PointerEvent} event */
  move(event) {
    if (event.pointerId !== this.pointer) return;
    const events = event.getCoalescedEvents?.() ?? [];
    for (const each of events.length ? events : [event]) this.extend(this.point(each));
  }

  /** @param {PointerEvent} event */
  up(event) {
    if (event.pointerId !== this.pointer) return;
    this.pointer = null;
    this.end();
  }

  /** @param {number[]} at */
  begin(at) {
    this.stroke = { size: this.on.size(), points: [at] };
    this.on.draw(this.stroke);
    this.later();
  }

  /** @param {number[]} at */
  extend(at) {
    if (!this.stroke) return;
    const { points } = this.stroke;
    const last = points[points.length - 1];
    if (Math.hypot(at[0] - last[0], at[1] - last[1]) < 1) return;
    points.push(at);
    this.on.draw(this.stroke);
    this.later();
  }

  end() {
    const { stroke } = this;
    this.stroke = null;
    if (stroke) this.on.finish(stroke);
  }

  /** The keyboard's pen leaves the paper. */
  lift() {
    if (!this.cursor.down) return;
    this.cursor.down = false;
    this.on.pen(false);
    this.end();
  }

  /** @param {boolean} shown whether the keyboard's pen is shown */
  show(shown) {
    this.cursor.shown = shown;
    this.canvas.classList.toggle("keys", shown);
    this.later();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const by = event.shiftKey ? LEAP : STEP;
    const move = { ArrowLeft: [-by, 0], ArrowRight: [by, 0], ArrowUp: [0, -by], ArrowDown: [0, by] }[event.key];
    const { cursor } = this;
    if (move) {
      cursor.x = Math.max(8, Math.min(SIDE - 8, cursor.x + move[0]));
      cursor.y = Math.max(8, Math.min(SIDE - 8, cursor.y + move[1]));
      if (cursor.down) this.extend([cursor.x, cursor.y]);
    } else if (event.key === " " && !event.repeat) {
      if (cursor.down) this.lift();
      else {
        cursor.down = true;
        this.on.pen(true);
        this.begin([cursor.x, cursor.y]);
      }
    } else if (event.key === "Escape") this.lift();
    else if (event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    this.show(true);
  }

  /** Repaint with the next frame. */
  later() {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.paint();
    });
  }

  /** @param {number} side CSS pixels @param {import("./theme.js").Theme} theme */
  resize(side, theme) {
    this.side = side;
    this.theme = theme;
    this.paint();
  }

  paint() {
    if (!this.side || !this.theme) return;
    const ctx = fit(this.canvas, this.side, this.side);
    const { dark, text, primary } = this.theme;
    const scale = this.side / SIDE;
    ctx.fillStyle = dark ? "#101319" : "#ffffff";
    ctx.fillRect(0, 0, this.side, this.side);
    ctx.save();
    ctx.scale(scale, scale);
    this.guides(ctx, withAlpha(text, dark ? 0.13 : 0.1));
    const strokes = this.stroke ? [...this.on.strokes(), this.stroke] : this.on.strokes();
    paintStrokes(ctx, strokes, dark ? "#f4f6fa" : "#14161c");
    if (this.cursor.shown) {
      const radius = Math.max(5, this.on.size() / 2);
      ctx.strokeStyle = primary;
      ctx.fillStyle = primary;
      ctx.lineWidth = 2;
      ctx.beginPath();
      ctx.arc(this.cursor.x, this.cursor.y, radius, 0, 7);
      ctx.stroke();
      ctx.beginPath();
      ctx.arc(this.cursor.x, this.cursor.y, this.cursor.down ? radius - 3 : 1.5, 0, 7);
      ctx.fill();
    }
    ctx.restore();
  }

  /** The middle 20 of 28 cells, where MNIST's digits lie. */
  guides(/** @type {CanvasRenderingContext2D} */ ctx, /** @type {string} */ colour) {
    ctx.strokeStyle = colour;
    ctx.lineWidth = 1;
    ctx.setLineDash([3, 4]);
    ctx.strokeRect(40.5, 40.5, 199, 199);
    ctx.setLineDash([]);
  }

  destroy() {
    cancelAnimationFrame(this.frame);
  }
}
