/** A training epoch by epoch: one slider moves kernels, confusion matrix and a picture's answer together. */

import { h, mounted, setText } from "./mount.js";
import { fill, percent } from "./format.js";
import { icon } from "./icons.js";
import { decoded, paintPicture } from "./pictures.js";
import { FollowedView, KernelsView, MatrixView } from "./scrubber-views.js";
import { readTheme } from "./theme.js";

/** Milliseconds that an epoch is seen while it plays; all together at most LONGEST. */
const EACH = 500;
const LONGEST = 12_000;

class Scrubber {
  /** @param {import("./mount.js").Component} component */
  constructor(component) {
    this.component = component;
    this.made = "";
    this.serial = 0;
    /** @type {number | null} the epoch that is shown, by its place; null: the last one, also when more come */
    this.chosen = null;
    this.timer = 0;
    this.range = h("input", { type: "range", class: "range", min: 0, step: 1, "data-testid": "scrubber-range", input: () => this.go(Number(this.range.value)) });
    this.play = h("button", { type: "button", class: "button icon", "data-testid": "scrubber-play", click: () => this.toggle() });
    this.where = h("b", { class: "where", "data-testid": "scrubber-epoch" });
    this.said = h("span", { class: "said" });
    this.open = h("button", { type: "button", class: "button small", "data-testid": "scrubber-open", click: () => this.send("opened", { epoch: this.component.data.epochs[this.at] }) });
    this.kernels = new KernelsView();
    this.matrix = new MatrixView();
    this.followed = new FollowedView((at) => this.go(at));
    this.handful = h("div", { class: "handful" });
    this.followed.root.append(this.handful);
    this.root = h("div", { class: "root scrubber", "data-testid": "scrubber" },
      h("div", { class: "top" }, this.play, this.range, h("div", { class: "line" }, this.where, this.said, this.open)),
      h("div", { class: "views" }, this.kernels.root, this.matrix.root, this.followed.root));
  }

  get at() {
    const last = this.component.data.epochs.length - 1;
    return this.chosen === null ? last : Math.min(this.chosen, last);
  }

  /** @param {import("./mount.js").Component} component */
  update(component) {
    this.component = component;
    const { data } = component;
    const made = JSON.stringify(data);
    if (made !== this.made) {
      this.made = made;
      this.range.max = String(data.epochs.length - 1);
      this.kernels.take(data);
      this.matrix.take(data);
      this.followed.take(data);
      this.fillHandful();
    }
    this.label();
    this.repaint();
    this.root.dataset.ready = "true";
  }

  destroy() {
    clearInterval(this.timer);
  }

  label() {
    const { labels } = this.component.data;
    const title = labels[this.timer ? "pause" : "play"];
    this.play.replaceChildren(icon(this.timer ? "pause" : "play", 20));
    this.play.title = title;
    this.play.setAttribute("aria-label", title);
    setText(this.open, labels.open);
    this.open.classList.toggle("hidden", this.component.data.accuracies.includes(null));
  }

  fillHandful() {
    const { handful, handful_truths: truths, labels, classes } = this.component.data;
    const pictures = decoded(handful);
    this.handful.replaceChildren(...(pictures ? [h("div", { class: "caption" }, labels.handful),
      h("div", { class: "few" }, ...truths.map((/** @type {number} */ truth, /** @type {number} */ i) => {
        const canvas = h("canvas", { "aria-hidden": "true" });
        paintPicture(canvas, pictures, i);
        return h("button", { type: "button", class: "one", title: classes[truth], "aria-label": `${labels.handful} ${i + 1}: ${classes[truth]}`,
          "data-testid": "scrubber-handful", click: () => this.send("picked", { handful: i }) }, canvas);
      }))] : []));
  }

  /** @param {string} name @param {Record<string, number>} what */
  send(name, what) {
    this.serial += 1;
    this.component.setStateValue(name, { ...what, serial: this.serial });
  }

  /** @param {number} at */
  go(at) {
    const last = this.component.data.epochs.length - 1;
    this.chosen = Math.max(0, Math.min(last, at));
    if (this.chosen === last && this.timer) this.toggle();
    if (this.chosen === last) this.chosen = null;
    this.repaint();
  }

  /** Play from here, from the start where it is at the end, or stop. */
  toggle() {
    if (this.timer) {
      clearInterval(this.timer);
      this.timer = 0;
    } else {
      const count = this.component.data.epochs.length;
      if (this.chosen === null) this.go(0);
      this.timer = setInterval(() => this.go(this.at + 1), Math.min(EACH, LONGEST / count));
    }
    this.label();
  }

  repaint() {
    const { data, parentElement } = this.component;
    const width = this.root.clientWidth;
    if (!width) return;
    const theme = readTheme(parentElement);
    const at = this.at;
    const epoch = data.epochs[at];
    if (Number(this.range.value) !== at) this.range.value = String(at);
    this.range.style.setProperty("--share", `${(at / Math.max(1, data.epochs.length - 1)) * 100}%`);
    const where = fill(data.labels.epoch, { epoch, epochs: data.epochs.at(-1) });
    const right = data.accuracies[at] === null ? "" : fill(data.labels.right, { percent: percent(data.accuracies[at]) });
    setText(this.where, epoch === data.best ? `${where} · ${data.labels.best}` : where);
    setText(this.said, right);
    this.range.setAttribute("aria-valuetext", [where, right].filter(Boolean).join(", "));
    this.range.setAttribute("aria-label", where);
    this.root.dataset.epoch = String(epoch);
    for (const view of [this.kernels, this.matrix, this.followed]) view.paint(at, theme);
  }
}

export default mounted((component) => new Scrubber(component));
