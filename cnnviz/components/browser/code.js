/** A network's PyTorch source: line and layer lead to each other; copied and saved here, never run. */

import { h, mounted, setText } from "./mount.js";
import { Chosen, reveal } from "./chosen.js";
import { highlight } from "./code-python.js";
import { fill } from "./format.js";
import { icon } from "./icons.js";
import { readTheme } from "./theme.js";

/** A mouse that moved further between press and release marks text, and chooses nothing (pixels). */
const STILL = 4;

/** How long a button says that it has copied (ms). */
const SAID = 1600;

class Code {
  /** @param {import("./mount.js").Component} component */
  constructor(component) {
    this.component = component;
    this.made = "";
    /** @type {HTMLElement[]} */
    this.lines = [];
    /** @type {Map<number, string[]>} the layers that each line makes, in the order in which they run */
    this.makes = new Map();
    this.line = 0;
    this.pressed = { x: 0, y: 0 };
    this.file = h("span", { class: "file" });
    this.copyLabel = h("span", {});
    this.copyButton = h("button", { type: "button", class: "button small", "data-testid": "code-copy", click: () => this.copy() }, icon("copy", 15), this.copyLabel);
    this.saveLabel = h("span", {});
    this.saveButton = h("button", { type: "button", class: "button small", "data-testid": "code-download", click: () => this.save() }, icon("save", 15), this.saveLabel);
    this.text = h("div", { class: "text" });
    this.frame = h("div", { class: "frame", role: "group", "data-testid": "code-frame",
      pointerdown: (/** @type {PointerEvent} */ event) => { this.pressed = { x: event.clientX, y: event.clientY }; },
      click: (/** @type {MouseEvent} */ event) => this.click(event), keydown: (/** @type {KeyboardEvent} */ event) => this.key(event) }, this.text);
    this.status = h("p", { class: "status", role: "status", "data-testid": "code-status" });
    this.root = h("div", { class: "root code", "data-testid": "code" },
      h("div", { class: "top" }, this.file, h("div", { class: "tools" }, this.copyButton, this.saveButton)), this.frame, this.status);
    this.chosen = new Chosen(component, (_path, mine) => { if (!mine) this.line = 0; this.mark(); });
  }

  /** @param {import("./mount.js").Component} component */
  update(component) {
    this.component = component;
    const before = this.chosen.path;
    this.chosen.update(component);
    const { text, lines, labels, height, name } = component.data;
    this.root.style.setProperty("--height", `${height}px`);
    setText(this.file, `${name}.py`);
    setText(this.copyLabel, labels.copy);
    setText(this.saveLabel, labels.download);
    this.frame.setAttribute("aria-label", labels.code);
    const made = JSON.stringify([text, lines]);
    if (made !== this.made || this.chosen.path !== before) this.line = 0;
    if (made !== this.made) {
      this.made = made;
      this.makes = layersOf(lines);
      this.fill(text);
      this.frame.scrollTop = 0;
    }
    this.repaint();
    this.root.dataset.ready = "true";
  }

  /** Another theme wants other colours; the style sheet or another width leave the chosen line elsewhere. */
  repaint() {
    this.root.dataset.theme = readTheme(this.component.parentElement).dark ? "dark" : "light";
    this.mark();
  }

  destroy() {
    this.chosen.destroy();
  }

  /** @param {string} text */
  fill(text) {
    const lines = highlight(text.replace(/\n$/, ""));
    this.root.style.setProperty("--digits", String(String(lines.length).length));
    this.lines = lines.map((tokens, i) => {
      const layers = this.makes.get(i + 1);
      const number = layers
        ? h("button", { type: "button", class: "number", "data-number": i + 1 })
        : h("span", { class: "number", "aria-hidden": "true", "data-number": i + 1 });
      return h("div", { class: `line${layers ? " layer" : ""}`, "data-testid": "code-line", "data-line": i + 1, "data-layers": layers?.join(" ") },
        number, h("code", {}, ...tokens.map(({ text: part, kind }) => (kind ? h("span", { class: kind }, part) : part)), "\n"));
    });
    this.text.replaceChildren(...this.lines);
  }

  /** Mark the lines of the chosen layer: where it is made first, where its block is made after that. */
  mark() {
    const { lines, labels } = this.component.data;
    const { path } = this.chosen;
    const [own, ...outer] = nearest(path, lines);
    const at = this.line || own || 0;
    const stop = this.makes.has(at) ? at : Math.min(...this.makes.keys());
    this.lines.forEach((line, i) => {
      line.classList.toggle("chosen", i + 1 === at);
      line.classList.toggle("around", i + 1 !== at && (i + 1 === own || outer.includes(i + 1)));
      const layers = this.makes.get(i + 1);
      if (!layers) return;
      const number = /** @type {HTMLElement} */ (line.firstChild);
      number.setAttribute("aria-label", fill(labels.line, { line: i + 1, layers: layers.length > 1 ? `${layers[0]} …` : layers[0] }));
      number.setAttribute("aria-pressed", String(i + 1 === at));
      number.tabIndex = i + 1 === stop ? 0 : -1;
    });
    const line = this.lines[at - 1];
    if (line) reveal(this.frame, line, { top: 40, bottom: 40 });
    const layers = this.makes.get(at) ?? [];
    const which = layers.indexOf(path);
    setText(this.status, !line ? labels.help : fill(layers.length > 1 && which >= 0 ? labels.one_of : labels.at, { path, line: at, which: which + 1, count: layers.length }));
  }

  /** @param {MouseEvent} event */
  click(event) {
    const line = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest(".line"));
    const moved = Math.hypot(event.clientX - this.pressed.x, event.clientY - this.pressed.y);
    if (line && (event.detail === 0 || moved < STILL)) this.choose(Number(line.dataset.line));
  }

  /** The layer of a line; of several, the one after the one that is chosen. @param {number} number */
  choose(number) {
    const layers = this.makes.get(number);
    if (!layers) return;
    this.line = number;
    this.chosen.choose(layers[(layers.indexOf(this.chosen.path) + 1) % layers.length]);
  }

  /** Arrow keys go from one line with a layer to the next. @param {KeyboardEvent} event */
  key(event) {
    const here = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("button"));
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!here || !step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    const stops = /** @type {HTMLElement[]} */ ([...this.text.querySelectorAll("button")]);
    const next = stops[stops.indexOf(here) + step];
    if (!next) return;
    this.choose(Number(next.dataset.number));
    next.focus({ preventScroll: true });
  }

  async copy() {
    const { text, labels } = this.component.data;
    const done = await (navigator.clipboard?.writeText(text) ?? Promise.reject()).then(() => true, () => copyByHand(text));
    setText(this.copyLabel, done ? labels.copied : labels.not_copied);
    setTimeout(() => setText(this.copyLabel, this.component.data.labels.copy), SAID);
  }

  save() {
    const { text, name } = this.component.data;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/x-python;charset=utf-8" }));
    link.download = `${name}.py`;
    link.click();
    // The browser reads the address a moment later.
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }
}

/**
 * The layers of each line: those that it makes itself; where it makes none, those inside what it makes.
 * @param {Record<string, number[]>} lines
 * @returns {Map<number, string[]>}
 */
function layersOf(lines) {
  const makes = new Map();
  const inside = new Map();
  const put = (/** @type {Map<number, string[]>} */ map, /** @type {number} */ line, /** @type {string} */ path) => map.set(line, [...(map.get(line) ?? []), path]);
  for (const [path, [own, ...outer]] of Object.entries(lines)) {
    if (!path || own === undefined) continue;
    put(makes, own, path);
    outer.forEach((line) => put(inside, line, path));
  }
  return new Map([...inside, ...makes]);
}

/**
 * The lines of a layer, or of the innermost block around it that has any.
 * @param {string} path
 * @param {Record<string, number[]>} lines
 * @returns {number[]}
 */
function nearest(path, lines) {
  for (let at = path; at; at = at.slice(0, Math.max(0, at.lastIndexOf(".")))) if (lines[at]?.length) return lines[at];
  return [];
}

/** Where a page is no secure context there is no clipboard to write to. @param {string} text */
function copyByHand(text) {
  const field = document.createElement("textarea");
  field.value = text;
  field.style.cssText = "position: fixed; opacity: 0";
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}

export default mounted((component) => new Code(component));
