/** The walk over the output: play, pause, step, scrub, speed, and term by term within a window. */

import { h } from "./mount.js";
import { fill } from "./format.js";
import { icon } from "./icons.js";
import { reducedMotion } from "./theme.js";

/** Slowest and fastest step, and how long a whole walk should take at single speed, in milliseconds. */
const SLOWEST = 650;
const FASTEST = 24;
const WHOLE = 14000;
const SPEEDS = [0.25, 0.5, 1, 2, 4];

/** Where the walk stands. It owns its controls; what a place means is the stage's. */
export class Walk {
  /** @param {() => void} onStep called when the place has changed */
  constructor(onStep) {
    this.onStep = onStep;
    this.count = 0;
    this.terms = 1;
    this.cols = 1;
    /** The output cell, and the term within it when the walk goes term by term. */
    this.cell = 0;
    /** @type {number | null} */
    this.term = null;
    this.playing = false;
    this.held = false;
    /** Whether the cells ahead are covered: from the first step of a walk to its end. */
    this.walking = false;
    this.timer = 0;
    const button = (/** @type {any} */ name, /** @type {() => void} */ act, kind = "") =>
      h("button", { type: "button", class: `button icon ${kind}`, "data-testid": `stage-${name}`, click: act }, icon(name));
    this.previous = button("previous", () => this.step(-1));
    this.toggle = button("play", () => (this.playing ? this.pause() : this.play()), "primary");
    this.next = button("next", () => this.step(1));
    this.scrub = h("input", { type: "range", min: 0, step: 1, class: "scrub", "data-testid": "stage-scrub", input: () => this.scrubbed() });
    this.speed = h("select", { class: "speed", "data-testid": "stage-speed", change: () => this.playing && this.run() },
      ...SPEEDS.map((speed) => h("option", { value: speed, selected: speed === 1 }, `${speed}\u00d7`)));
    this.byTerm = h("input", { type: "checkbox", "data-testid": "stage-terms", change: () => this.switched() });
    this.byTermText = h("span");
    this.controls = h("div", { class: "controls", role: "group" },
      h("div", { class: "steps" }, this.previous, this.toggle, this.next, this.speed),
      this.scrub, h("label", { class: "terms" }, this.byTerm, this.byTermText));
  }

  /** @param {Record<string, string>} labels */
  label(labels) {
    this.labels = labels;
    const named = [
      [this.controls, labels.walk], [this.previous, labels.previous], [this.next, labels.next],
      [this.scrub, labels.scrub], [this.speed, labels.speed],
    ];
    for (const [element, text] of named) {
      element.title = text;
      element.setAttribute("aria-label", text);
    }
    this.byTermText.textContent = labels.terms;
    this.face();
  }

  /** New numbers of output cells, of terms in each, and of columns. @param {number} count @param {number} terms @param {number} cols */
  bound(count, terms, cols) {
    if (count !== this.count || terms !== this.terms) this.stop();
    this.count = count;
    this.cols = Math.max(cols, 1);
    this.terms = Math.max(terms, 1);
    this.cell = Math.max(0, Math.min(this.cell, count - 1));
    if (this.term !== null) this.term = Math.min(this.term, this.terms - 1);
    this.mark();
  }

  /** How many steps the whole walk has. */
  get steps() {
    return this.count * (this.term === null ? 1 : this.terms);
  }

  get place() {
    return this.term === null ? this.cell : this.cell * this.terms + this.term;
  }

  /** @param {number} place */
  go(place) {
    const at = ((place % this.steps) + this.steps) % this.steps;
    this.cell = this.term === null ? at : Math.floor(at / this.terms);
    if (this.term !== null) this.term = at % this.terms;
    this.mark();
    this.onStep();
  }

  /** The pointer has chosen another output cell: go on from there. @param {number} cell */
  move(cell) {
    this.cell = cell;
    if (this.term !== null) this.term = this.terms - 1;
    this.mark();
  }

  mark() {
    this.scrub.max = String(Math.max(this.steps - 1, 0));
    this.scrub.value = String(this.place);
    const cell = { row: Math.floor(this.cell / this.cols) + 1, column: (this.cell % this.cols) + 1 };
    const term = this.term === null ? "" : `, ${this.term + 1}/${this.terms}`;
    this.scrub.setAttribute("aria-valuetext", fill(this.labels?.place ?? "", cell) + term);
  }

  /** @param {number} by */
  step(by) {
    if (!this.count) return;
    this.pause();
    this.held = false;
    this.go(this.place + by);
  }

  scrubbed() {
    if (!this.count) return;
    this.pause();
    this.held = false;
    this.walking = true;
    this.go(Number(this.scrub.value));
  }

  switched() {
    this.term = this.byTerm.checked ? 0 : null;
    this.held = false;
    this.mark();
    if (this.playing) this.run();
    this.onStep();
  }

  play() {
    if (!this.count) return;
    this.playing = true;
    this.held = false;
    if (!this.walking || this.place >= this.steps - 1) this.go(0);
    this.walking = true;
    this.onStep();
    this.face();
    this.run();
  }

  run() {
    window.clearInterval(this.timer);
    const single = this.term === null ? Math.max(FASTEST, Math.min(SLOWEST, WHOLE / this.count)) : SLOWEST;
    const pace = (reducedMotion() ? SLOWEST : single) / Number(this.speed.value);
    this.timer = window.setInterval(() => {
      if (this.held) return;
      if (this.place >= this.steps - 1) this.stop();
      else this.go(this.place + 1);
    }, pace);
  }

  pause() {
    window.clearInterval(this.timer);
    if (!this.playing) return;
    this.playing = false;
    this.face();
  }

  /** The walk is over, or its ground has changed. */
  stop() {
    this.pause();
    if (!this.walking) return;
    this.walking = false;
    this.onStep();
  }

  /** The middle button shows what it will do. */
  face() {
    const text = this.labels?.[this.playing ? "pause" : "play"] ?? "";
    this.toggle.replaceChildren(icon(this.playing ? "pause" : "play"));
    this.toggle.title = text;
    this.toggle.setAttribute("aria-label", text);
  }
}
