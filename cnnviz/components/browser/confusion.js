/** A confusion matrix that is read by pointing or arrow keys, and whose cells open their pictures. */

import { fit, h, mounted, setText } from "./mount.js";
import { Scale } from "./colour.js";
import { Layout, paintMarks, paintMatrix, weight } from "./confusion-paint.js";
import { fill, percent } from "./format.js";
import { saveMenu } from "./saving.js";
import { readTheme } from "./theme.js";

/** Shares that the legend names. */
const NAMED = [0.01, 0.1, 0.5, 1];
const MARGIN = 16;

class Confusion {
  /** @param {import("./mount.js").Component} component */
  constructor(component) {
    this.component = component;
    this.shares = false;
    /** @type {[number, number] | null} */
    this.here = null;
    /** @type {[number, number] | null} */
    this.chosen = component.data.chosen;
    this.serial = 0;
    this.canvas = h("canvas", {
      tabindex: 0, role: "application", "data-testid": "confusion-canvas",
      pointermove: (/** @type {PointerEvent} */ event) => this.point(this.under(event)),
      pointerleave: () => this.point(null),
      click: (/** @type {MouseEvent} */ event) => this.choose(this.under(event)),
      keydown: (/** @type {KeyboardEvent} */ event) => this.key(event),
      blur: () => this.point(null),
    });
    this.overlay = h("canvas", { class: "overlay", "aria-hidden": "true" });
    this.menu = saveMenu({ name: () => component.data.key, scene: () => this.scene(), table: () => this.table() });
    this.modes = ["counts", "shares"].map((mode) => h("button", {
      type: "button", class: "mode", "data-testid": `confusion-${mode}`, click: () => this.show(mode === "shares"),
    }));
    this.legend = h("div", { class: "legend", "aria-hidden": "true" });
    this.said = h("div", { class: "said", role: "status", "aria-live": "polite", "data-testid": "confusion-readout" });
    this.root = h("div", { class: "root confusion", "data-testid": "confusion" },
      h("div", { class: "top" }, h("div", { class: "modes", role: "group" }, ...this.modes), this.legend, this.menu.root),
      h("div", { class: "frame" }, h("div", { class: "area" }, this.canvas, this.overlay)), this.said);
  }

  /** @param {import("./mount.js").Component} component */
  update(component) {
    this.component = component;
    const { data } = component;
    this.chosen = data.chosen;
    this.menu.label(data.labels);
    this.repaint();
    this.root.dataset.ready = "true";
    this.root.dataset.chosen = this.chosen ? this.chosen.join(".") : "";
  }

  titles() {
    const { truth, prediction } = this.component.data.labels;
    return { truth, prediction };
  }

  repaint() {
    const { data, parentElement } = this.component;
    const width = this.root.clientWidth;
    if (!width) return;
    this.theme = readTheme(parentElement);
    this.layout = new Layout(data.counts, data.classes, width, this.canvas.getContext("2d"), this.theme.font, this.titles());
    paintMatrix(fit(this.canvas, this.layout.width, this.layout.height), this.layout, this.theme, this.shares);
    this.canvas.setAttribute("aria-label", data.labels.keys);
    this.modes.forEach((button, i) => {
      setText(button, data.labels[i ? "shares" : "counts"]);
      button.setAttribute("aria-pressed", String(this.shares === Boolean(i)));
    });
    this.paintLegend();
    this.point(this.here);
  }

  paintLegend() {
    const { labels } = this.component.data;
    const theme = /** @type {import("./theme.js").Theme} */ (this.theme);
    const scale = new Scale([-1, 1], theme.dark);
    this.legend.replaceChildren(...[true, false].map((right) => h("span", { class: "entry" },
      labels[right ? "right" : "wrong"],
      ...NAMED.map((share) => {
        const swatch = h("i", {}, String(Math.round(share * 100)));
        const value = weight(share, right);
        Object.assign(swatch.style, { background: scale.fill(value), color: scale.ink(value) });
        return swatch;
      }), "%")));
  }

  scene() {
    const { data } = this.component;
    const theme = /** @type {import("./theme.js").Theme} */ (this.theme);
    const at = new Layout(data.counts, data.classes, 640, this.canvas.getContext("2d"), theme.font, this.titles());
    return {
      width: at.width + 2 * MARGIN, height: at.height + 2 * MARGIN, background: theme.background,
      paint: (/** @type {any} */ ctx) => {
        ctx.translate(MARGIN, MARGIN);
        paintMatrix(ctx, at, theme, this.shares);
      },
    };
  }

  table() {
    const { counts, classes, labels } = this.component.data;
    return [[`${labels.truth} \\ ${labels.prediction}`, ...classes], ...counts.map((/** @type {number[]} */ row, /** @type {number} */ i) => [classes[i], ...row])];
  }

  /** @param {boolean} shares */
  show(shares) {
    this.shares = shares;
    this.repaint();
  }

  /** @param {MouseEvent} event */
  under(event) {
    const box = this.canvas.getBoundingClientRect();
    return this.layout?.at(event.clientX - box.left, event.clientY - box.top) ?? null;
  }

  /** Say what stands in a cell; with none, in the chosen one. @param {[number, number] | null} cell */
  point(cell) {
    const { data } = this.component;
    const { layout, theme } = this;
    if (!layout || !theme) return;
    this.here = cell && Math.max(...cell) < layout.size ? cell : null;
    paintMarks(fit(this.overlay, layout.width, layout.height), layout, theme, this.here, this.chosen);
    const shown = this.here ?? this.chosen;
    if (!shown) {
      setText(this.said, data.labels.ask);
      delete this.said.dataset.count;
      return;
    }
    const [row, col] = shown;
    setText(this.said, fill(data.labels[row === col ? "hit" : "miss"], {
      truth: data.classes[row], prediction: data.classes[col], count: layout.counts[row][col].toLocaleString("en"),
      whole: layout.wholes[row].toLocaleString("en"), share: percent(layout.share(row, col)),
    }));
    Object.assign(this.said.dataset, { truth: row, predicted: col, count: layout.counts[row][col] });
  }

  /** @param {[number, number] | null} cell */
  choose(cell) {
    if (!cell) return;
    const same = this.chosen?.[0] === cell[0] && this.chosen?.[1] === cell[1];
    this.chosen = same ? null : cell;
    this.serial += 1;
    this.point(cell);
    this.component.setStateValue("cell", this.chosen && { truth: cell[0], predicted: cell[1], serial: this.serial });
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.layout) return;
    const last = this.layout.size - 1;
    const [row, col] = this.here ?? this.chosen ?? [0, 0];
    const started = this.here ?? this.chosen;
    /** @type {Record<string, [number, number]>} */
    const to = { ArrowUp: [row - 1, col], ArrowDown: [row + 1, col], ArrowLeft: [row, col - 1], ArrowRight: [row, col + 1], Home: [row, 0], End: [row, last], PageUp: [0, col], PageDown: [last, col] };
    if (event.key === "Enter" || event.key === " ") this.choose([row, col]);
    else if (event.key === "Escape") {
      if (this.chosen) this.choose(this.chosen);
      this.point(null);
    } else if (to[event.key]) {
      const cell = started ? to[event.key] : [0, 0];
      this.point([Math.max(0, Math.min(last, cell[0])), Math.max(0, Math.min(last, cell[1]))]);
      this.reveal();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Scroll a large matrix so that the cell under the keys is in sight. */
  reveal() {
    const { layout, here } = this;
    if (!layout || !here) return;
    const frame = /** @type {HTMLElement} */ (this.root.querySelector(".frame"));
    const x = layout.left + here[1] * layout.cell;
    if (x + layout.cell > frame.scrollLeft + frame.clientWidth) frame.scrollLeft = x + layout.cell - frame.clientWidth;
    if (x - layout.left < frame.scrollLeft) frame.scrollLeft = x - layout.left;
  }
}

export default mounted((component) => new Confusion(component));
