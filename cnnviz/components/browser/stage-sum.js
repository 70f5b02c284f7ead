/** What the selected cell is made of, or where it goes, in words and numbers; and the field that edits an input cell. */

import { h, setText } from "./mount.js";
import { exact, fill, parse, short, term } from "./format.js";
import { icon } from "./icons.js";

/** More terms than this are shortened in the middle. */
const LONGEST = 25;

/** The line below the stage. */
export class SumLine {
  /** @param {(value: number) => void} onEdit called with a new number for the selected input cell */
  constructor(onEdit) {
    this.onEdit = onEdit;
    this.place = h("span", { class: "place" });
    this.pin = h("span", { class: "pin hidden" }, icon("pin", 14));
    this.terms = h("span", { class: "terms" });
    this.ahead = h("span", { class: "ahead" });
    this.result = h("strong", { class: "result" });
    this.shares = h("div", { class: "shares hidden" });
    this.field = h("input", {
      inputmode: "decimal", autocomplete: "off", "data-testid": "stage-edit", change: () => this.commit(),
      keydown: (/** @type {KeyboardEvent} */ event) => this.key(event),
    });
    this.fieldText = h("span");
    this.editor = h("label", { class: "editor hidden" }, this.fieldText, this.field);
    this.hint = h("div", { class: "hint hidden", role: "alert" });
    this.said = h("div", { "data-testid": "stage-sum", role: "status", "aria-live": "polite" },
      h("div", { class: "where" }, this.place, this.pin),
      h("div", { class: "formula" }, this.terms, this.ahead, this.shares, this.result));
    this.root = h("div", { class: "sum" }, this.said, this.editor, this.hint);
    this.tallest = 0;
    /** @type {Record<string, string>} */
    this.labels = {};
  }

  /**
   * An output cell.
   * @param {import("./stage-layer.js").Layer} layer
   * @param {{output: number, input: number, row: number, col: number, term: number | null}} at
   * @param {import("./stage-layer.js").Explained} e
   */
  output(layer, at, e) {
    const { labels } = this;
    this.say({
      side: "output", row: at.row, col: at.col, channel: at.output, value: e.value, bias: e.bias, divisor: e.divisor,
      terms: JSON.stringify((e.parts.find((p) => p.channel === at.input) ?? e.parts[0]).taps.map((t) => [t.x, t.w])),
      shares: JSON.stringify(e.parts.map((p) => p.sum)),
    });
    setText(this.place, fill(labels.of_output, { place: this.where(layer.outputs, at.output, at.row, at.col) }));
    const part = e.parts.find((p) => p.channel === at.input) ?? e.parts[0];
    const biased = e.bias ? ` + ${fill(labels.bias, { value: term(e.bias) })}` : "";
    if (at.term !== null && layer.operation === "sum") {
      this.running(e, at.term, biased);
      return;
    }
    setText(this.ahead, "");
    const several = e.parts.length > 1;
    setText(this.terms, this.formula(layer, part, e) + (several ? ` = ${exact(part.sum)}` : `${biased} `));
    this.shares.classList.toggle("hidden", !several);
    if (several) {
      this.shares.replaceChildren(...e.parts.flatMap((p, k) => [
        k ? " + " : "", h(p === part ? "b" : "span", { title: String(p.channel + 1) }, k ? term(p.sum) : exact(p.sum))]), `${biased} `);
      setText(this.terms, `${this.formula(layer, part, e)} = ${exact(part.sum)}`);
    }
    setText(this.result, `= ${exact(e.value)}`);
    this.keepRoom();
  }

  /** The sum up to one of its terms. @param {import("./stage-layer.js").Explained} e @param {number} count @param {string} biased */
  running(e, count, biased) {
    const all = e.parts.flatMap((p) => p.taps);
    const done = all.slice(0, count + 1);
    const last = done.length === all.length;
    const value = done.reduce((sum, t) => sum + t.x * t.w, 0) + (last ? e.bias : 0);
    this.said.dataset.running = String(value);
    setText(this.terms, `${shorten(done.map(product), 12)} `);
    setText(this.ahead, last ? `${biased} ` : `+ ${shorten(all.slice(count + 1).map(product), 6)}${biased} `);
    this.shares.classList.add("hidden");
    const values = { value: exact(value), done: done.length, count: all.length };
    setText(this.result, last ? `= ${exact(value)}` : fill(this.labels.so_far, values));
    this.keepRoom();
  }

  /** One part's window as arithmetic. @param {import("./stage-layer.js").Layer} layer @param {import("./stage-layer.js").Part} part @param {import("./stage-layer.js").Explained} e */
  formula(layer, part, e) {
    const xs = part.taps.map((t) => (t.x === -Infinity ? "\u2212\u221e" : term(t.x)));
    switch (layer.operation) {
      case "max": return `max(${shorten(xs, LONGEST, ", ")})`;
      case "mean": return `(${shorten(xs, LONGEST)}) / ${short(e.divisor)}`;
      case "norm": return `(${shorten(xs.map((x) => `${x}^${short(layer.power)}`), LONGEST)})^(1/${short(layer.power)})`;
      default: return shorten(part.taps.map(product), LONGEST);
    }
  }

  /**
   * An input cell and the outputs that it reaches.
   * @param {import("./stage-layer.js").Layer} layer
   * @param {{input: number, row: number, col: number}} at in the padded input
   * @param {{row: number, col: number, w: number}[]} reached
   */
  input(layer, at, reached) {
    const x = layer.at(at.input, at.row, at.col);
    const padded = layer.padded(at.row, at.col);
    this.say({ side: "input", row: at.row, col: at.col, channel: at.input, value: x, reach: JSON.stringify(reached.map((o) => [o.row, o.col, o.w])) });
    const [row, col] = [at.row - layer.rows.before, at.col - layer.cols.before];
    setText(this.place, fill(padded ? this.labels.of_padding : this.labels.of_input, { place: this.where(layer.channels, at.input, row, col) }));
    const value = x === -Infinity ? "\u2212\u221e" : exact(x);
    if (!reached.length) this.plain(`${value}. ${this.labels.unread}`);
    else {
      const each = reached.map((o) => `(${o.row + 1}, ${o.col + 1})${layer.kernel ? ` \u00d7${term(o.w)}` : ""}`);
      this.plain(`${fill(this.labels.reaches, { value, count: reached.length })} ${shorten(each, 16, ", ")}`);
    }
  }

  /**
   * A weight and the inputs that it meets.
   * @param {import("./stage-layer.js").Layer} layer
   * @param {{output: number, input: number, row: number, col: number}} at
   * @param {number} count
   */
  kernel(layer, at, count) {
    const w = layer.weight(at.output, at.input, at.row, at.col);
    this.say({ side: "kernel", row: at.row, col: at.col, value: w, meets: count });
    setText(this.place, fill(this.labels.of_kernel, { place: fill(this.labels.place, { row: at.row + 1, column: at.col + 1 }) }));
    this.plain(fill(this.labels.meets, { value: exact(w), count }));
  }

  /** A text without a result. @param {string} text */
  plain(text) {
    setText(this.terms, text);
    setText(this.ahead, "");
    setText(this.result, "");
    this.shares.classList.add("hidden");
    this.keepRoom();
  }

  /** Put what a test or a script may read into data attributes. @param {Record<string, string | number>} values */
  say(values) {
    const { dataset } = this.said;
    for (const name of Object.keys(dataset)) if (name !== "testid" && !(name in values)) delete dataset[name];
    for (const [name, value] of Object.entries(values)) dataset[name] = String(value);
  }

  /** @param {number} channels @param {number} channel @param {number} row @param {number} col */
  where(channels, channel, row, col) {
    const place = { channel: channel + 1, row: row + 1, column: col + 1 };
    return fill(channels > 1 ? this.labels.channel_place : this.labels.place, place);
  }

  /** Show the field that edits the selected input cell, or hide it. @param {number | null} value */
  edit(value) {
    this.editor.classList.toggle("hidden", value === null);
    this.value = value;
    setText(this.fieldText, this.labels.new_value);
    if (value !== null && !this.field.matches(":focus")) this.field.value = String(Number(value.toPrecision(7)));
  }

  /** Begin to type over the selected input cell. @param {string} text */
  type(text) {
    this.field.focus();
    this.field.value = text;
  }

  commit() {
    const value = parse(this.field.value);
    this.hint.classList.toggle("hidden", value !== null);
    if (value === null) {
      setText(this.hint, fill(this.labels.invalid_number, { text: this.field.value.slice(0, 20), value: short(this.value ?? null) }));
      this.field.value = String(this.value ?? "");
    } else if (value !== this.value) this.onEdit(value);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    event.stopPropagation();
    if (event.key === "Escape") this.field.value = String(this.value ?? "");
    if (event.key === "Enter" || event.key === "Escape") this.field.blur();
  }

  /** Longer sums make room once; the page below never jumps back and forth. */
  keepRoom() {
    const height = this.said.scrollHeight;
    if (height <= this.tallest) return;
    this.tallest = height;
    this.said.style.minHeight = `${height}px`;
  }

  /** Forget the room that was kept, after a change of shape or width. */
  forget() {
    this.tallest = 0;
    this.said.style.minHeight = "";
  }

  /** There is no cell to explain. */
  clear() {
    this.say({});
    setText(this.place, "");
    this.plain("");
  }
}

/** @param {import("./stage-layer.js").Tap} tap */
function product(tap) {
  return `${term(tap.x)}\u00d7${term(tap.w)}`;
}

/** Leave out the middle of what is too long. @param {string[]} parts @param {number} most @param {string} [between] */
function shorten(parts, most, between = " + ") {
  if (parts.length <= most) return parts.join(between);
  const ends = Math.max(2, Math.floor(most / 2));
  return [...parts.slice(0, ends), "\u2026", ...parts.slice(1 - ends)].join(between);
}
