/** A look inside a training: watched pictures, first kernels, and what is measured in each layer over time. */

import { h, mounted } from "./mount.js";
import { readTheme } from "./theme.js";
import { AnswersView } from "./watching-answers.js";
import { KernelsView } from "./watching-kernels.js";
import { StripView } from "./watching-strips.js";

class Watching {
  constructor() {
    this.answers = new AnswersView();
    this.kernels = new KernelsView();
    /** @type {StripView[]} */
    this.strips = [];
    this.layers = h("div", { class: "strips" });
    this.root = h("div", { class: "root watching", "data-testid": "watching" },
      h("div", { class: "pair" }, this.answers.root, this.kernels.root), this.layers);
  }

  /** @param {import("./mount.js").Component} component */
  update(component) {
    this.component = component;
    this.repaint();
    this.root.dataset.ready = "true";
  }

  repaint() {
    const { data, parentElement } = this.component;
    const theme = readTheme(parentElement);
    this.answers.update(data.answers, data.labels, theme);
    this.kernels.update(data.kernels, data.labels, theme);
    while (this.strips.length < data.strips.length) this.strips.push(new StripView());
    const shown = this.strips.slice(0, data.strips.length);
    if (shown.length !== this.layers.children.length) this.layers.replaceChildren(...shown.map((view) => view.root));
    shown.forEach((view, at) => view.update(data.strips[at], data.labels, theme));
  }
}

export default mounted(() => new Watching());
