/** The controls of a node's parameters: whole numbers, pairs, flags, choices, names. */

import { h, setText } from "./mount.js";
import { fill, parse } from "./format.js";

/**
 * @typedef {{name: string, form: string, value: any, label?: string, help?: string, least?: number, most?: number,
 *   step?: number, words?: [any, string][], wrong?: boolean}} Entry
 * @typedef {(name: string, value: any) => void} Change
 */

/** A number as Python wants it: what is no number goes as it was typed, and Python says why it cannot be. @param {string} text */
function read(text) {
  return parse(text) ?? text.trim().slice(0, 40);
}

/** One field with a number and two buttons; a message goes out when it is left, by Enter, by an arrow key or a button. */
class NumberField {
  /** @param {string} test @param {(value: any) => void} take */
  constructor(test, take) {
    this.take = take;
    this.value = 0;
    this.input = h("input", {
      class: "text number", inputmode: "numeric", autocomplete: "off", spellcheck: "false", "data-testid": test,
      focus: () => this.input.select(),
      change: () => this.commit(),
      keydown: (/** @type {KeyboardEvent} */ event) => this.key(event),
    });
    this.less = h("button", { type: "button", class: "step", tabindex: -1, click: () => this.by(-1) }, "\u2212");
    this.more = h("button", { type: "button", class: "step", tabindex: -1, click: () => this.by(1) }, "+");
    this.root = h("span", { class: "stepper" }, this.less, this.input, this.more);
  }

  /** @param {any} value @param {Entry} entry @param {string} label @param {Record<string, string>} labels */
  show(value, entry, label, labels) {
    this.entry = entry;
    // Somebody who is typing keeps his text.
    if (this.shown === undefined || this.input.value === this.shown || String(value) !== this.shown) this.input.value = String(value);
    this.shown = this.input.dataset.shown = String(value);
    this.value = value;
    this.input.setAttribute("aria-label", label);
    this.input.setAttribute("aria-invalid", String(Boolean(entry.wrong)));
    this.less.setAttribute("aria-label", fill(labels.less, { name: label }));
    this.more.setAttribute("aria-label", fill(labels.more, { name: label }));
    this.less.disabled = entry.least !== undefined && value <= entry.least;
    this.more.disabled = entry.most !== undefined && value >= entry.most;
  }

  /** @param {any} value */
  set(value) {
    this.value = value;
    this.shown = this.input.dataset.shown = this.input.value = String(value);
    this.take(value);
  }

  commit() {
    const text = this.input.value.trim();
    if (!text || text === this.shown) this.input.value = this.shown ?? "";
    else this.set(read(text));
  }

  /** @param {number} sign */
  by(sign) {
    const { step = 1, least = -Infinity, most = Infinity } = this.entry ?? {};
    const now = parse(this.input.value) ?? Number(this.value) ?? 0;
    const next = Math.min(most, Math.max(least, Number((now + sign * step).toPrecision(9))));
    if (next !== this.value) this.set(next);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Enter") this.commit();
    else if (event.key === "Escape") this.input.value = this.shown ?? "";
    else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      event.preventDefault();
      this.by(event.key === "ArrowUp" ? 1 : -1);
    }
  }
}

/** One parameter: its label, its control, its help. */
export class Control {
  /** @param {Entry} entry @param {Change} change */
  constructor(entry, change) {
    this.name = entry.name;
    this.form = entry.form;
    const take = (/** @type {any} */ value) => { this.sent = JSON.stringify(value); change(this.name, value); };
    this.take = take;
    const test = `entry-${entry.name}`;
    this.caption = h("label", { for: test });
    this.root = h("div", { class: `entry form-${entry.form}`, "data-testid": `field-${entry.name}` });
    if (entry.form === "pair") this.pair(test);
    else if (entry.form === "integer" || entry.form === "number") {
      this.number = new NumberField(test, take);
      this.number.input.id = test;
      this.root.append(this.caption, this.number.root);
    } else if (entry.form === "choice") {
      this.select = h("select", { class: "text", id: test, "data-testid": test, change: () => take(this.entry?.words?.[this.select.selectedIndex][0]) });
      this.root.append(this.caption, this.select);
    } else if (entry.form === "flag") {
      this.box = h("input", { type: "checkbox", id: test, "data-testid": test, change: () => take(this.box.checked) });
      this.root.append(this.box, this.caption);
    } else {
      const commit = () => { if (this.text.value !== this.shown) { this.shown = this.text.value; take(this.text.value.trim()); } };
      this.text = h("input", {
        class: "text", id: test, autocomplete: "off", spellcheck: "false", maxlength: 80, "data-testid": test, change: commit,
        keydown: (/** @type {KeyboardEvent} */ event) => { if (event.key === "Enter") commit(); },
      });
      this.root.append(this.caption, this.text);
    }
  }

  /** A pair: one number for both sides, or one each, or a word instead. @param {string} test */
  pair(test) {
    this.apart = false;
    const both = () => {
      const [tall, wide] = [this.tall.value, this.apart ? this.wide.value : this.tall.value];
      this.take(this.apart ? [tall, wide] : tall);
    };
    this.tall = new NumberField(test, both);
    this.wide = new NumberField(`${test}-width`, both);
    this.tall.input.id = test;
    this.times = h("span", { class: "times" }, "\u00d7");
    this.split = h("button", { type: "button", class: "split", "aria-pressed": "false", "data-testid": `${test}-apart`, click: () => {
      this.apart = !this.apart;
      if (this.apart) this.wide.show(this.tall.value, this.entry, "", this.labels ?? {});
      this.arrange();
      if (this.apart) this.wide.input.focus();
      else if (Array.isArray(this.entry?.value)) this.take(this.tall.value);
    } }, "h\u00d7w");
    this.word = h("select", { class: "text word", "data-testid": `${test}-word`, change: () => {
      const at = this.word.selectedIndex - 1;
      this.take(at < 0 ? Math.max(1, this.entry?.least ?? 1) : this.entry?.words?.[at][0]);
    } });
    this.line = h("div", { class: "line" }, this.word, this.tall.root, this.times, this.wide.root, this.split);
    this.root.append(this.caption, this.line);
  }

  arrange() {
    const { value, words = [] } = this.entry ?? { value: 0 };
    const word = words.some(([each]) => each === value);
    for (const element of [this.tall.root, this.split]) element.classList.toggle("hidden", word);
    for (const element of [this.times, this.wide.root]) element.classList.toggle("hidden", word || !this.apart);
    this.word.classList.toggle("hidden", !words.length);
    this.root.classList.toggle("worded", words.length > 0);
    this.line.classList.toggle("apart", this.apart);
    this.split.setAttribute("aria-pressed", String(this.apart));
  }

  /** @param {Entry} entry @param {Record<string, string>} labels @param {boolean} fresh another node is shown now */
  show(entry, labels, fresh) {
    this.entry = entry;
    this.labels = labels;
    const label = entry.label ?? entry.name;
    setText(this.caption, label);
    this.caption.classList.toggle("code", !entry.label);
    this.root.title = entry.help ?? "";
    this.root.classList.toggle("wrong", Boolean(entry.wrong));
    this.root.dataset.value = JSON.stringify(entry.value);
    if (this.number) {
      if (fresh) this.number.shown = undefined;
      this.number.show(entry.value, entry, label, labels);
    } else if (this.select) {
      this.options(this.select, entry.words ?? []);
      this.select.selectedIndex = (entry.words ?? []).findIndex(([value]) => value === entry.value);
    } else if (this.box) this.box.checked = Boolean(entry.value);
    else if (this.text) {
      if (fresh || this.shown === undefined || this.text.value === this.shown) this.text.value = entry.value;
      this.shown = this.text.dataset.shown = String(entry.value);
      this.text.setAttribute("aria-invalid", String(Boolean(entry.wrong)));
    } else this.showPair(entry, label, labels, fresh);
  }

  /** @param {Entry} entry @param {string} label @param {Record<string, string>} labels @param {boolean} fresh */
  showPair(entry, label, labels, fresh) {
    const both = Array.isArray(entry.value);
    if (fresh || both) this.apart = both;
    const [tall, wide] = both ? entry.value : [entry.value, entry.value];
    for (const field of [this.tall, this.wide]) if (fresh) field.shown = undefined;
    this.tall.show(tall ?? 1, entry, this.apart ? fill(labels.height, { name: label }) : label, labels);
    if (this.apart || fresh) this.wide.show(wide ?? 1, entry, fill(labels.width, { name: label }), labels);
    this.split.title = fill(labels.apart, { name: label });
    this.split.setAttribute("aria-label", this.split.title);
    this.word.setAttribute("aria-label", label);
    this.options(this.word, [[undefined, labels.number], ...(entry.words ?? [])]);
    this.word.selectedIndex = 1 + (entry.words ?? []).findIndex(([value]) => value === entry.value);
    this.arrange();
  }

  /** @param {any} select @param {[any, string][]} words */
  options(select, words) {
    const texts = words.map(([, text]) => text);
    if (JSON.stringify(texts) === select.dataset.texts) return;
    select.dataset.texts = JSON.stringify(texts);
    select.replaceChildren(...texts.map((text) => h("option", {}, text)));
  }
}
