/** One quantity of each layer over time: a row for each layer, darker for more, and its number now at the end. */

import { fit, h, setText } from "./mount.js";
import { fill, percent, short } from "./format.js";
import { withAlpha } from "./theme.js";
import { Title } from "./watching-title.js";

const ROW = 22;
/** Of longer names the end is shown: it tells neighbours apart. */
const LONGEST = 20;

/** From little to much; one hue, so that it reads without colours too. */
const LIGHT = [[239, 243, 248], [158, 196, 226], [62, 133, 190], [16, 66, 122]];
const DARK = [[33, 39, 48], [38, 84, 130], [74, 143, 204], [178, 221, 255]];
const LIGHT_SHARE = [[240, 244, 241], [250, 209, 150], [225, 130, 50], [150, 45, 10]];
const DARK_SHARE = [[33, 39, 48], [104, 66, 28], [196, 112, 40], [255, 200, 130]];

export class StripView {
  constructor() {
    this.title = new Title();
    this.names = h("div", { class: "names" });
    this.canvas = h("canvas", { tabindex: 0, role: "application",
      pointermove: (/** @type {PointerEvent} */ event) => this.point(event), pointerdown: (/** @type {PointerEvent} */ event) => this.point(event),
      pointerleave: () => this.rest(), blur: () => this.rest(), keydown: (/** @type {KeyboardEvent} */ event) => this.key(event) });
    this.values = h("div", { class: "values" });
    this.table = h("div", { class: "table" }, this.names, h("div", { class: "heat" }, this.canvas), this.values);
    this.said = h("p", { class: "note", role: "status", "aria-live": "polite" });
    this.root = h("section", { class: "part strip", "data-testid": "watching-strip" }, this.title.root, this.table, this.said);
    /** @type {[number, number] | null} */
    this.at = null;
  }

  /** @param {any} strip @param {Record<string, string>} labels @param {any} theme */
  update(strip, labels, theme) {
    this.strip = strip;
    this.labels = labels;
    this.title.say(strip.title, "");
    this.root.dataset.title = strip.title;
    this.canvas.setAttribute("aria-label", fill(labels.keys, { title: strip.title }));
    const key = strip.layers.join("\n");
    if (key !== this.key_) {
      this.key_ = key;
      this.names.replaceChildren(...strip.layers.map((/** @type {string} */ name) => h("span", { title: name }, name.length > LONGEST ? `…${name.slice(1 - LONGEST)}` : name)));
      this.values.replaceChildren(...strip.layers.map(() => h("span")));
    }
    strip.rows.forEach((/** @type {(number | null)[]} */ row, /** @type {number} */ at) => setText(this.values.children[at], this.text(row.at(-1) ?? null)));
    const width = /** @type {HTMLElement} */ (this.canvas.parentElement).clientWidth;
    if (width) this.paint(width, theme);
    if (this.at) this.say();
    else this.rest();
  }

  /** @param {number | null} value */
  text(value) {
    return value === null ? "–" : this.strip.kind === "share" ? percent(value) : short(value, 3);
  }

  /** How large a value is, from 0 to 1. @param {number} value */
  share(value) {
    if (this.strip.kind === "share") return Math.max(0, Math.min(1, value));
    const [low, high] = this.ends ?? [0, 1];
    return value > 0 ? Math.max(0, Math.min(1, (Math.log10(value) - low) / (high - low))) : 0;
  }

  /** @param {number} width @param {any} theme */
  paint(width, theme) {
    const { strip } = this;
    let [low, high] = [Infinity, -Infinity];
    for (const row of strip.rows) for (const v of row) if (v > 0) [low, high] = [Math.min(low, Math.log10(v)), Math.max(high, Math.log10(v))];
    // At least two powers of ten: what hardly moves is to look as if it hardly moves.
    const middle = (low + high) / 2;
    this.ends = low > high ? [-1, 1] : [Math.min(low, middle - 1), Math.max(high, middle + 1)];
    const stops = strip.kind === "share" ? (theme.dark ? DARK_SHARE : LIGHT_SHARE) : theme.dark ? DARK : LIGHT;
    const rows = strip.rows.length;
    const columns = strip.steps.length;
    const ctx = fit(this.canvas, width, rows * ROW);
    strip.rows.forEach((/** @type {(number | null)[]} */ row, /** @type {number} */ r) => {
      row.forEach((value, c) => {
        const left = Math.floor((c * width) / columns);
        const right = Math.floor(((c + 1) * width) / columns);
        ctx.fillStyle = value === null ? withAlpha(theme.text, 0.06) : blend(stops, this.share(value));
        ctx.fillRect(left, r * ROW + 1, right - left, ROW - 2);
      });
    });
    if (this.at) {
      const [r, c] = this.at;
      ctx.strokeStyle = theme.text;
      ctx.lineWidth = 1.5;
      const left = (c * width) / columns;
      ctx.strokeRect(left, r * ROW + 1, Math.max(3, width / columns), ROW - 2);
    }
    this.width = width;
    this.theme = theme;
  }

  /** @param {PointerEvent} event */
  point(event) {
    const box = this.canvas.getBoundingClientRect();
    const { rows, steps } = this.strip;
    this.at = [clamp(Math.floor((event.clientY - box.top) / ROW), rows.length), clamp(Math.floor(((event.clientX - box.left) / box.width) * steps.length), steps.length)];
    this.say();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const move = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (!move) return;
    const { rows, steps } = this.strip;
    const [r, c] = this.at ?? [0, steps.length - 1 - move[1]];
    this.at = [clamp(r + move[0], rows.length), clamp(c + move[1], steps.length)];
    this.say();
    event.preventDefault();
    event.stopPropagation();
  }

  say() {
    const { strip, labels } = this;
    if (!this.at || !labels) return;
    this.at = [clamp(this.at[0], strip.rows.length), clamp(this.at[1], strip.steps.length)];
    const [r, c] = this.at;
    setText(this.said, fill(labels.cell, { layer: strip.layers[r], step: strip.steps[c], value: this.text(strip.rows[r][c]) }));
    if (this.width) this.paint(this.width, this.theme);
  }

  rest() {
    const was = this.at;
    this.at = null;
    setText(this.said, this.strip?.help ?? "");
    if (was && this.width) this.paint(this.width, this.theme);
  }
}

/** @param {number} value @param {number} count */
function clamp(value, count) {
  return Math.max(0, Math.min(count - 1, value));
}

/** @param {number[][]} stops @param {number} t */
function blend(stops, t) {
  const at = t * (stops.length - 1);
  const i = Math.min(Math.floor(at), stops.length - 2);
  return `rgb(${stops[i].map((v, k) => Math.round(v + (stops[i + 1][k] - v) * (at - i))).join(" ")})`;
}
