/** The first layer's kernels: colours where it sees colours, else blue and orange around a neutral zero. */

import { h, setText } from "./mount.js";
import { fill, short } from "./format.js";
import { bytes } from "./pictures.js";
import { Scale } from "./colour.js";
import { Title } from "./watching-title.js";

export class KernelsView {
  constructor() {
    this.title = new Title();
    this.grid = h("div", { class: "kernels", "data-testid": "watching-kernels" });
    this.said = h("p", { class: "note" });
    this.root = h("section", { class: "part" }, this.title.root, this.grid, this.said);
    /** @type {HTMLCanvasElement[]} */
    this.cells = [];
  }

  /** @param {any} kernels @param {Record<string, string>} labels @param {any} theme */
  update(kernels, labels, theme) {
    this.root.classList.toggle("hidden", !kernels);
    if (!kernels) return;
    const [count, channels, height, width] = kernels.shape;
    this.help = fill(channels === 3 ? labels.colours_help : labels.kernels_help, { scale: short(kernels.scale, 2) });
    this.title.say(fill(labels.kernels, { shown: count, whole: kernels.whole }), fill(labels.at_step, { step: kernels.step }));
    this.grid.dataset.step = String(kernels.step);
    const known = `${kernels.data}:${theme.dark}`;
    if (known === this.known) return;
    this.known = known;
    this.kernels = kernels;
    this.labels = labels;
    setText(this.said, this.help);
    const values = new Int8Array(bytes(kernels.data).buffer);
    this.values = values;
    if (this.cells.length !== count) {
      this.cells = Array.from({ length: count }, (_, at) => h("canvas", { role: "img", "aria-label": String(at + 1),
        pointermove: (/** @type {PointerEvent} */ event) => this.point(event, at), pointerleave: () => setText(this.said, this.help ?? "") }));
      this.grid.replaceChildren(...this.cells);
      this.grid.classList.toggle("many", count > 12);
    }
    const scale = new Scale([-127, 127], theme.dark);
    const size = height * width;
    this.cells.forEach((canvas, at) => {
      canvas.width = width;
      canvas.height = height;
      const ctx = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
      const image = ctx.createImageData(width, height);
      for (let i = 0; i < size; i++) {
        const first = at * channels * size;
        const colour = channels === 3 ? [0, 1, 2].map((c) => 128 + values[first + c * size + i]) : scale.table[scale.index(values[first + i])];
        image.data.set([...colour, 255], 4 * i);
      }
      ctx.putImageData(image, 0, 0);
    });
  }

  /** @param {PointerEvent} event @param {number} at */
  point(event, at) {
    const { kernels, values } = this;
    if (!kernels || !values) return;
    const [, channels, height, width] = kernels.shape;
    const box = this.cells[at].getBoundingClientRect();
    const column = Math.min(width - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * width)));
    const row = Math.min(height - 1, Math.max(0, Math.floor(((event.clientY - box.top) / box.height) * height)));
    const found = Array.from({ length: channels }, (_, c) => short((values[((at * channels + c) * height + row) * width + column] / 127) * kernels.scale, 2));
    setText(this.said, fill(this.labels?.kernel, { kernel: at + 1, row: row + 1, column: column + 1, value: found.join(", ") }));
  }
}
