/** Pictures with their answers in a grid; the one that is clicked opens large, with the likeliest classes. */

import { h, mounted, setText } from "./mount.js";
import { fill, percent } from "./format.js";
import { icon } from "./icons.js";
import { decoded, paintPicture } from "./pictures.js";

/** So many are shown at first. */
const FIRST = 20;

/** @typedef {{number: number, truth: number, predicted: number, confidence: number, likely: [number, number][]}} Item */

class Thumbnails {
  /** @param {import("./mount.js").Component} component */
  constructor(component) {
    this.component = component;
    this.made = "";
    this.all = false;
    /** @type {number | null} */
    this.chosen = null;
    this.serial = 0;
    this.detail = h("div", { class: "detail hidden", "aria-live": "polite", "data-testid": "thumbnail-detail" });
    this.list = h("div", { class: "list", role: "group", keydown: (/** @type {KeyboardEvent} */ event) => this.key(event) });
    this.more = h("button", { type: "button", class: "button small", "data-testid": "thumbnails-more", click: () => { this.all = true; this.fill(); } });
    this.root = h("div", { class: "root thumbnails", "data-testid": "thumbnails" }, this.detail, this.list, this.more);
  }

  /** @param {import("./mount.js").Component} component */
  update(component) {
    this.component = component;
    const { data } = component;
    this.chosen = data.chosen;
    const made = JSON.stringify([data.items, data.labels, data.pictures?.data.length]);
    if (made !== this.made) {
      this.made = made;
      this.all = false;
      this.pictures = decoded(data.pictures);
      this.fill();
    }
    this.mark();
    this.root.dataset.ready = "true";
  }

  fill() {
    const { items, labels, classes } = this.component.data;
    const shown = this.all ? items : items.slice(0, FIRST);
    /** @type {HTMLElement[]} */
    this.tiles = shown.map((/** @type {Item} */ item, /** @type {number} */ i) => {
      const right = item.truth === item.predicted;
      const words = { prediction: classes[item.predicted], truth: classes[item.truth], percent: percent(item.confidence) };
      return h("button", {
        type: "button", class: right ? "tile right" : "tile wrong", title: fill(labels.tile, words), "aria-label": fill(labels.tile, words),
        "data-testid": "thumbnail", "data-number": item.number, "data-truth": item.truth, "data-predicted": item.predicted, "data-confidence": item.confidence,
        click: () => this.choose(this.chosen === item.number ? null : item.number),
      }, this.picture(i), h("b", { class: "answer" }, classes[item.predicted]), h("span", { class: "sure" }, percent(item.confidence)),
      right ? "" : h("span", { class: "truth" }, fill(labels.truth, words)));
    });
    this.list.replaceChildren(.../** @type {HTMLElement[]} */ (this.tiles));
    setText(this.more, fill(labels.more, { count: items.length }));
    this.more.classList.toggle("hidden", shown.length === items.length);
    this.root.dataset.count = String(items.length);
  }

  /** @param {number} index */
  picture(index) {
    if (!this.pictures) return h("span", { class: "gone" }, this.component.data.labels.gone);
    const canvas = h("canvas", { "aria-hidden": "true" });
    paintPicture(canvas, this.pictures, index);
    return canvas;
  }

  /** Mark the chosen tile, and show it large. */
  mark() {
    const { items, labels, classes } = this.component.data;
    const at = items.findIndex((/** @type {Item} */ item) => item.number === this.chosen);
    this.tiles?.forEach((tile, i) => tile.setAttribute("aria-pressed", String(i === at)));
    this.detail.classList.toggle("hidden", at < 0);
    this.root.dataset.chosen = at < 0 ? "" : String(this.chosen);
    if (at < 0) {
      this.detail.replaceChildren();
      return;
    }
    const item = items[at];
    const likely = item.likely.length ? item.likely : [[item.predicted, item.confidence]];
    this.detail.replaceChildren(this.picture(at), h("div", { class: "words" },
      h("div", { class: "head" }, h("span", { class: "name" }, fill(labels.number, { number: item.number })),
        h("button", { type: "button", class: "button icon", title: labels.close, "aria-label": labels.close, click: () => this.choose(null) }, icon("times", 14))),
      item.truth === item.predicted ? "" : h("div", { class: "truth" }, fill(labels.truth, { truth: classes[item.truth] })),
      ...likely.map((/** @type {[number, number]} */ [number, share]) => {
        const bar = h("i");
        bar.style.width = `${Math.max(share * 100, 0.5)}%`;
        return h("div", { class: number === item.truth ? "bar right" : "bar wrong", "data-class": number, "data-value": share },
          h("span", {}, classes[number]), h("span", { class: "track" }, bar), h("b", {}, percent(share)));
      })));
  }

  /** @param {number | null} number */
  choose(number) {
    this.chosen = number;
    this.serial += 1;
    this.mark();
    this.component.setStateValue("picked", { number, serial: this.serial });
  }

  /** Arrow keys go from picture to picture. @param {KeyboardEvent} event */
  key(event) {
    const tiles = this.tiles ?? [];
    const here = tiles.indexOf(/** @type {HTMLElement} */ (/** @type {Element} */ (event.target).closest(".tile")));
    const columns = tiles.findIndex((tile) => tile.offsetTop > tiles[0].offsetTop);
    const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: columns > 0 ? -columns : 0, ArrowDown: columns > 0 ? columns : 0 }[event.key];
    if (event.key === "Escape" && this.chosen !== null) this.choose(null);
    else if (by !== undefined) tiles[Math.max(0, Math.min(tiles.length - 1, here + by))]?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

export default mounted((component) => new Thumbnails(component));
