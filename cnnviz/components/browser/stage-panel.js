/** One grid on the page: caption, cells, highlight, titles of rows and columns, channels, colour legend. */

import { fit, h, setText } from "./mount.js";
import { short } from "./format.js";
import { paintPicture } from "./stage-paint.js";

/** The highlight may reach this far beyond the grid. */
export const MARGIN = 8;

export class Panel {
  /**
   * @param {string} name
   * @param {HTMLElement} [body] instead of a canvas
   */
  constructor(name, body) {
    this.title = h("span", { class: "title" });
    this.shape = h("span", { class: "shape" });
    this.cells = h("canvas", { "data-testid": `stage-${name}` });
    this.overlay = h("canvas", { class: "overlay", "aria-hidden": "true" });
    this.columns = h("div", { class: "columns hidden", "aria-hidden": "true" });
    this.lines = h("div", { class: "lines hidden", "aria-hidden": "true" });
    this.low = h("span");
    this.ramp = h("span", { class: "ramp" });
    this.high = h("span");
    this.root = h("figure", { class: `panel ${name}` },
      h("figcaption", {}, this.title, " ", this.shape),
      body ?? h("div", { class: "cells" }, this.lines, this.cells, this.overlay, this.columns),
      h("div", { class: "legend", "aria-hidden": "true" }, this.low, this.ramp, this.high));
  }

  /** @param {string} title @param {string} shape */
  caption(title, shape) {
    setText(this.title, title);
    setText(this.shape, shape);
  }

  /**
   * Paint the cells. Returns whether their numbers could be written.
   * @param {import("./stage-paint.js").Picture} picture
   * @param {import("./colour.js").Scale} scale
   * @param {import("./theme.js").Theme} theme
   */
  paint(picture, scale, theme) {
    this.picture = picture;
    this.scale = scale;
    this.legend(scale);
    const ctx = fit(this.cells, picture.cols * picture.cell, picture.rows * picture.height);
    this.written = paintPicture(ctx, picture, scale, theme);
  }

  /** A clean overlay; its origin is the grid's corner. */
  over() {
    const p = /** @type {import("./stage-paint.js").Picture} */ (this.picture);
    const ctx = fit(this.overlay, p.cols * p.cell + 2 * MARGIN, p.rows * p.height + 2 * MARGIN);
    ctx.translate(MARGIN, MARGIN);
    return ctx;
  }

  /** @param {import("./colour.js").Scale} scale */
  legend(scale) {
    setText(this.low, short(scale.low, 3));
    setText(this.high, short(scale.high, 3));
    this.ramp.style.background = scale.gradient();
  }

  /**
   * Names of columns below the grid and of rows beside it.
   * @param {string[]} columns one a cell, padding included
   * @param {string[]} rows
   */
  titles(columns, rows) {
    const p = /** @type {import("./stage-paint.js").Picture} */ (this.picture);
    this.columns.classList.toggle("hidden", !columns.length);
    this.columns.replaceChildren(...columns.map((text) => h("span", { style: `width: ${p.cell}px`, title: text }, text)));
    this.lines.classList.toggle("hidden", !rows.length);
    this.lines.replaceChildren(...rows.map((text) => h("span", { style: `height: ${p.height}px` }, text)));
  }
}
