/**
 * A group of sliders that send their values while they are dragged: one message under way at a time, the
 * last value always. Each is a native range with a number field beside it, so keyboard, touch and screen
 * readers work as everywhere.
 */

import { h, mounted, setText } from "./mount.js";
import { fill, parse, short } from "./format.js";
import { decimals, rounded, Ruler } from "./sliders-ruler.js";

/** No answer within this many milliseconds: the next value goes out all the same. */
const PATIENCE = 150;

/**
 * @typedef {{name: string, value: number, least: number, most: number, step: number, scale: string}} Control
 */

/** One slider: label, number field, range. */
class Row {
  /**
   * @param {string} name
   * @param {(row: Row) => void} moved
   * @param {(text: string) => void} complain
   */
  constructor(name, moved, complain) {
    this.name = name;
    this.moved = moved;
    this.complain = complain;
    /** The message that carries the latest move and was not answered yet; 0 for none. */
    this.serial = 0;
    /** Whether the pointer holds it. */
    this.held = false;
    this.value = NaN;
    this.label = h("label", { for: `range-${name}` });
    this.number = h("input", {
      class: "number", inputmode: "decimal", autocomplete: "off", spellcheck: "false", "data-testid": `number-${name}`,
      focus: () => this.begin(),
      blur: () => this.commit(),
      keydown: (/** @type {KeyboardEvent} */ event) => this.key(event),
    });
    const release = () => { this.held = false; this.adopt(); };
    this.range = h("input", {
      type: "range", class: "range", id: `range-${name}`, "data-testid": `range-${name}`,
      input: () => this.take(this.ruler?.value(Number(this.range.value)) ?? NaN),
      pointerdown: () => { this.held = true; },
      pointerup: release,
      pointercancel: release,
      lostpointercapture: release,
      blur: release,
    });
    this.note = h("p", { class: "note", id: `note-${name}` });
    this.range.setAttribute("aria-describedby", `note-${name}`);
    this.root = h("div", { class: "row", "data-testid": `slider-${name}` },
      h("div", { class: "line" }, this.label, this.number), this.range, this.note);
  }

  /**
   * Follow Python; what the user moved later than that stays.
   * @param {Control} control
   * @param {Record<string, string>} labels
   * @param {number} answered serial number of the latest message that Python knows
   */
  show(control, labels, answered) {
    if (answered >= this.serial) this.serial = 0;
    this.control = control;
    this.ruler = new Ruler(control);
    this.labels = labels;
    setText(this.label, labels[`label:${this.name}`]);
    setText(this.note, labels[`help:${this.name}`] ?? "");
    this.number.setAttribute("aria-label", fill(labels.number, { label: labels[`label:${this.name}`] }));
    const ends = this.ruler.ends();
    for (const name of /** @type {const} */ (["min", "max", "step"])) {
      if (this.range[name] !== String(ends[name])) this.range[name] = String(ends[name]);
    }
    this.range.disabled = this.number.disabled = control.most === control.least;
    this.adopt();
  }

  /** Take over Python's value, unless the user is ahead of it. */
  adopt() {
    if (!this.control || this.held || this.serial) return;
    this.value = this.control.value;
    this.paint();
  }

  paint() {
    if (!this.ruler) return;
    const position = this.ruler.position(this.value);
    if (Number(this.range.value) !== position) this.range.value = String(position);
    this.range.style.setProperty("--share", `${this.ruler.share(this.value) * 100}%`);
    this.range.setAttribute("aria-valuetext", this.text());
    this.root.dataset.value = String(this.value);
    if (this.before === undefined) this.number.value = this.text();
  }

  /** The value as people read it. */
  text() {
    if (this.ruler?.whole) return String(this.value);
    return decimals(String(Number(this.value.toPrecision(7))), this.control);
  }

  /** The user chose a value. @param {number} value */
  take(value) {
    if (!Number.isFinite(value) || value === this.value) return;
    this.value = value;
    this.paint();
    this.moved(this);
  }

  /** The number field has the focus: its text stays what is typed. */
  begin() {
    this.before = this.number.value;
    this.number.select();
  }

  commit() {
    const text = this.number.value;
    const value = text === this.before ? this.value : parse(text);
    this.before = undefined;
    this.number.classList.toggle("wrong", value === null);
    this.complain(value === null
      ? fill(this.labels?.invalid_number, { text: text.slice(0, 20), value: short(this.value) }) : "");
    if (value !== null && value !== this.value) this.take(this.ruler?.fitted(value) ?? value);
    this.paint();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    event.stopPropagation();
    const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (event.key === "Enter") {
      this.commit();
      this.begin();
    } else if (event.key === "Escape") {
      this.before = undefined;
      this.paint();
      this.begin();
    } else if (by && this.ruler) {
      event.preventDefault();
      this.commit();
      this.take(this.ruler.next(this.value, by));
      this.begin();
    }
  }
}

/** The group: its rows, and the messages to Python. */
class Sliders {
  /** @param {import("./mount.js").Component} component */
  constructor(component) {
    this.component = component;
    // A page that was left and opened again may still have the numbers of the sliders before these.
    this.serial = component.data.serial;
    this.answered = component.data.serial;
    this.sent = 0;
    this.timer = 0;
    /** @type {Set<Row>} moved since the last message */
    this.waiting = new Set();
    /** @type {Map<string, Row>} */
    this.rows = new Map();
    this.list = h("div", { class: "rows" });
    this.hint = h("div", { class: "hint", role: "alert", "data-testid": "sliders-hint" });
    this.root = h("div", { class: "root sliders", "data-testid": "sliders" }, this.list, this.hint);
  }

  /** @param {import("./mount.js").Component} component */
  update(component) {
    this.component = component;
    const { sliders, serial, labels } = component.data;
    this.answered = serial;
    const rows = sliders.map((/** @type {Control} */ control) => {
      const row = this.rows.get(control.name)
        ?? new Row(control.name, (moved) => this.moved(moved), (text) => setText(this.hint, text));
      row.show(control, labels, serial);
      return row;
    });
    if (rows.length !== this.list.children.length || rows.some((/** @type {Row} */ row, /** @type {number} */ i) => this.list.children[i] !== row.root)) {
      this.rows = new Map(rows.map((/** @type {Row} */ row) => [row.name, row]));
      this.list.replaceChildren(...rows.map((/** @type {Row} */ row) => row.root));
    }
    this.root.dataset.ready = "true";
    if (this.answered >= this.serial) this.send();
  }

  /** @param {Row} row */
  moved(row) {
    // Until its message is out it counts as newer than any answer.
    row.serial = Infinity;
    this.waiting.add(row);
    this.send();
  }

  /** Send what was moved, now or as soon as the message under way is answered. */
  send() {
    if (!this.waiting.size) return;
    const left = this.answered >= this.serial ? 0 : this.sent + PATIENCE - performance.now();
    clearTimeout(this.timer);
    if (left > 0) {
      this.timer = setTimeout(() => this.send(), left);
      return;
    }
    this.serial += 1;
    this.sent = performance.now();
    for (const row of this.waiting) row.serial = this.serial;
    this.waiting.clear();
    // A later message replaces one that Python has not read yet: it brings along what that one said.
    const unanswered = [...this.rows.values()].filter((row) => row.serial);
    this.component.setStateValue("moved", {
      serial: this.serial,
      values: Object.fromEntries(unanswered.map((row) => [row.name, rounded(row.value)])),
    });
  }

  destroy() {
    clearTimeout(this.timer);
  }
}

export default mounted((component) => new Sliders(component));
