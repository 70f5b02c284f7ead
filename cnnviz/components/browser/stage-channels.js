/** A strip of small pictures, one a channel: which of them the large grid shows. */

import { fit, h } from "./mount.js";
import { fill } from "./format.js";
import { paintPicture } from "./stage-paint.js";

const SIDE = 34;

/** One strip; it is not there for a single channel. */
export class Channels {
  /** @param {string} name @param {(channel: number) => void} onChoose */
  constructor(name, onChoose) {
    this.name = name;
    this.onChoose = onChoose;
    this.root = h("div", { class: "channels hidden", role: "group" });
    /** @type {{button: HTMLButtonElement, canvas: HTMLCanvasElement}[]} */
    this.each = [];
  }

  /**
   * Show the channels that can be chosen.
   * @param {number[]} numbers of the channels
   * @param {number} chosen
   * @param {(channel: number) => import("./stage-paint.js").Picture} picture
   * @param {import("./colour.js").Scale} scale
   * @param {import("./theme.js").Theme} theme
   * @param {{grid: string, choose_channel: string}} labels
   */
  show(numbers, chosen, picture, scale, theme, labels) {
    this.root.classList.toggle("hidden", numbers.length < 2);
    if (numbers.length < 2) return;
    if (numbers.length !== this.each.length) this.build(numbers.length);
    this.root.setAttribute("aria-label", labels.grid);
    numbers.forEach((channel, k) => {
      const { button, canvas } = this.each[k];
      const name = fill(labels.choose_channel, { grid: labels.grid, number: channel + 1 });
      button.value = String(channel);
      button.title = name;
      button.setAttribute("aria-label", name);
      button.setAttribute("aria-pressed", String(channel === chosen));
      const p = picture(channel);
      const longest = Math.max(p.rows, p.cols);
      const wide = Math.max(6, (SIDE * p.cols) / longest);
      const tall = Math.max(6, (SIDE * p.rows) / longest);
      const small = { ...p, kinds: undefined, bars: false, plain: true, cell: wide / p.cols, height: tall / p.rows };
      paintPicture(fit(canvas, small.cell * p.cols, small.height * p.rows), small, scale, theme);
    });
  }

  /** @param {number} count */
  build(count) {
    this.each = Array.from({ length: count }, (_, k) => {
      const canvas = h("canvas");
      const button = h("button", {
        type: "button", class: "channel", "data-testid": `stage-${this.name}-channel-${k}`,
        click: () => this.onChoose(Number(button.value)),
      }, canvas);
      return { button, canvas };
    });
    this.root.replaceChildren(...this.each.map((one) => one.button));
  }
}
