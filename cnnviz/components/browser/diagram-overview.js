/** The whole picture in a corner of its frame, with the part that is seen; pressed or dragged, it moves there. */

import { fit, h } from "./mount.js";

const WIDEST = 132;
const TALLEST = 150;

export class Overview {
  /** @param {import("./diagram-zoom.js").Zoom} zoom */
  constructor(zoom) {
    this.zoom = zoom;
    this.canvas = h("canvas");
    this.mark = h("div", { class: "seen" });
    this.root = h("div", { class: "overview hidden", "data-testid": "diagram-overview", "aria-hidden": "true" }, this.canvas, this.mark);
    this.root.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
      this.root.setPointerCapture(event.pointerId);
      this.go(event);
    });
    this.root.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => event.buttons & 1 && this.go(event));
  }

  /**
   * @param {{width: number, height: number}} laid
   * @param {{x: number, y: number, w: number, h: number, colour: string}[]} boxes
   */
  paint(laid, boxes) {
    this.scale = Math.min(WIDEST / laid.width, TALLEST / laid.height);
    const ctx = fit(this.canvas, Math.ceil(laid.width * this.scale), Math.ceil(laid.height * this.scale));
    for (const { x, y, w, h: tall, colour } of boxes) {
      ctx.fillStyle = colour;
      ctx.fillRect(x * this.scale, y * this.scale, Math.max(1, w * this.scale), Math.max(1, tall * this.scale - 0.5));
    }
    this.follow();
  }

  /** Mark what is seen; where all is seen there is nothing to overlook. */
  follow() {
    if (!this.scale) return;
    const { x, y, w, h: tall } = this.zoom.seen();
    const { width, height } = this.zoom;
    this.root.classList.toggle("hidden", w > width - 2 && tall > height - 2);
    const [left, top] = [Math.max(0, x), Math.max(0, y)];
    this.mark.style.left = `${left * this.scale}px`;
    this.mark.style.top = `${top * this.scale}px`;
    this.mark.style.width = `${Math.max(3, (Math.min(width, x + w) - left) * this.scale)}px`;
    this.mark.style.height = `${Math.max(3, (Math.min(height, y + tall) - top) * this.scale)}px`;
  }

  /** @param {PointerEvent} event */
  go(event) {
    event.preventDefault();
    const box = this.canvas.getBoundingClientRect();
    const { w, h: tall } = this.zoom.seen();
    const { frame, scale } = this.zoom;
    frame.scrollLeft = ((event.clientX - box.left) / this.scale - w / 2) * scale;
    frame.scrollTop = ((event.clientY - box.top) / this.scale - tall / 2) * scale;
  }
}
