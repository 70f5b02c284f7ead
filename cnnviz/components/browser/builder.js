/**
 * The builder's side panel: undo and redo, the palette, and the chosen node with what can be done to it and all its
 * parameters. Each change goes to Python at once; what is typed stays until its answer is here.
 */

import { h, mounted, setText } from "./mount.js";
import { Control } from "./builder-entries.js";
import { Palette } from "./builder-palette.js";
import { colours } from "./diagram-paint.js";
import { card, showFindings } from "./finding.js";
import { fill } from "./format.js";
import { icon } from "./icons.js";
import { Requests } from "./requests.js";
import { choose, hearChoice } from "./selection.js";
import { readTheme } from "./theme.js";

/** What has an icon, in the order of the row; the rest are words. */
const ICONS = { up: "up", down: "down", enter_up: "enter_up", enter_down: "enter_down", duplicate: "copy", remove: "clear" };
const WRAPS = ["residual", "branches", "block"];
const WORDS = ["add_path", "dissolve"];

class Builder {
  /** @param {import("./mount.js").Component} component */
  constructor(component) {
    this.component = component;
    this.requests = new Requests(component);
    /** @type {Map<string, Control>} */
    this.controls = new Map();
    this.undo = this.button("undo", "undo");
    this.redo = this.button("redo", "redo");
    this.step = h("span", { class: "last", role: "status", "data-testid": "last-step" });
    this.broken = h("button", { type: "button", class: "broken hidden", "data-testid": "broken", click: () => showFindings() });
    this.palette = new Palette((what, where) => this.ask("insert", { what, where }));
    this.above = h("nav", { class: "above", "data-testid": "above" });
    this.swatch = h("i");
    this.name = h("strong", { "data-testid": "chosen-name" });
    this.word = h("span", { class: "word" });
    this.shapes = h("span", { class: "shapes", "data-testid": "chosen-shapes" });
    this.ways = h("div", { class: "ways", role: "group" });
    this.entries = h("div", { class: "entries", "data-testid": "entries" });
    this.code = h("code", { class: "code", "data-testid": "chosen-line" });
    this.refused = h("div", { class: "refused", "aria-live": "polite" });
    this.notice = h("p", { class: "notice", role: "alert", "data-testid": "builder-notice" });
    this.fit = h("input", { type: "checkbox", id: "fit", "data-testid": "fit", change: () => this.requests.ask({ do: "fit", value: this.fit.checked }) });
    this.fitLabel = h("label", { for: "fit" });
    this.fitRow = h("div", { class: "entry form-flag fit" }, this.fit, this.fitLabel);
    this.keys = h("p", { class: "keys" });
    this.node = h("section", { class: "node", "data-testid": "chosen" },
      h("div", { class: "title" }, this.above, this.swatch, this.name, this.word, this.shapes), this.ways, this.entries, this.code, this.refused);
    this.root = h("div", { class: "root builder", "data-testid": "builder" },
      h("div", { class: "bar" }, this.undo, this.redo, this.step, this.broken), this.palette.root, this.node, this.notice, this.fitRow, this.keys);
    this.stop = hearChoice(() => this.component.data.group, this, (path) => this.follow(path));
    this.typed = (/** @type {KeyboardEvent} */ event) => this.key(event);
    window.addEventListener("keydown", this.typed);
  }

  /** @param {string} name what it asks for @param {string} picture */
  button(name, picture) {
    return h("button", { type: "button", class: "button icon", "data-testid": `do-${name}`, click: () => this.ask(name) }, icon(picture));
  }

  /** @param {string} what @param {Record<string, any>} [more] */
  ask(what, more = {}) {
    this.requests.ask({ do: what, path: this.path, ...more });
  }

  /** @param {import("./mount.js").Component} component */
  update(component) {
    this.component = component;
    this.requests.update(component);
    const { node, labels, undo, redo, fit, broken, notice, refused, group } = component.data;
    const fresh = node.path !== this.path;
    const heard = this.heard === node.path;
    this.path = node.path;
    this.heard = undefined;
    this.tool(this.undo, undo, labels.undo, labels.undo_step);
    this.tool(this.redo, redo, labels.redo, labels.redo_step);
    setText(this.step, undo);
    setText(this.broken, broken && fill(labels.broken, { name: broken }));
    this.broken.classList.toggle("hidden", !broken);
    this.palette.show(component.data, fresh, component.parentElement);
    this.head(node, labels);
    this.actions(node, labels);
    this.parameters(node, labels, fresh);
    setText(this.code, node.line);
    this.refused.replaceChildren(...(refused ? [card(refused, labels, {
      mend: (which) => this.ask("mend", { fix: which }),
    })] : []));
    setText(this.notice, notice);
    this.fit.checked = fit;
    setText(this.fitLabel, labels.fit);
    this.fitRow.title = labels.fit_help;
    setText(this.keys, labels.keys);
    this.root.dataset.path = node.path;
    this.root.dataset.serial = String(component.data.serial);
    this.root.dataset.ready = "true";
    if (fresh && !heard) choose(group, node.path, this);
  }

  repaint() {
    this.update(this.component);
  }

  /** A neighbour's reader chose a node: ask for it. @param {string} path */
  follow(path) {
    if (path === this.path && !this.requests.waiting.some((each) => each.do === "select")) return;
    this.heard = path;
    this.requests.ask({ do: "select", path });
  }

  /** @param {any} button @param {string} step @param {string} bare @param {string} full */
  tool(button, step, bare, full) {
    button.disabled = !step;
    button.title = step ? fill(full, { step }) : bare;
    button.setAttribute("aria-label", button.title);
  }

  /** @param {any} node @param {Record<string, string>} labels */
  head(node, labels) {
    this.above.setAttribute("aria-label", labels.around);
    this.above.replaceChildren(...node.above.flatMap((/** @type {string[]} */ [path, title]) => [
      h("button", { type: "button", class: "crumb", "data-testid": "crumb", "data-path": path, click: () => this.requests.ask({ do: "select", path }) }, title), "\u203a",
    ]));
    const tone = colours(readTheme(this.component.parentElement))[node.kind];
    this.swatch.style.background = tone ?? "";
    this.swatch.classList.toggle("hidden", !tone);
    setText(this.name, node.title);
    setText(this.word, node.word);
    setText(this.shapes, node.shapes);
  }

  /** @param {any} node @param {Record<string, string>} labels */
  actions(node, labels) {
    const now = JSON.stringify([node.ways, labels]);
    if (now === this.shownWays) return;
    this.shownWays = now;
    const focused = this.ways.getRootNode().activeElement?.dataset?.do;
    const can = (/** @type {string} */ way) => node.ways.includes(way);
    const make = (/** @type {string} */ way, /** @type {any} */ inside, /** @type {string} */ look) => h("button", {
      type: "button", class: look, "data-testid": `do-${way}`, "data-do": way, disabled: !can(way), title: labels[`do_${way}`],
      "aria-label": labels[`do_${way}`], click: () => this.ask(way),
    }, inside);
    const words = [...WORDS.filter(can)].map((way) => make(way, labels[`do_${way}`], "piece plain"));
    const wraps = WRAPS.filter(can).map((way) => make(way, labels[`do_${way}`], "piece plain"));
    this.ways.replaceChildren(...(node.path ? [
      h("div", { class: "icons" }, ...Object.entries(ICONS).map(([way, picture]) => make(way, icon(/** @type {any} */ (picture), 17), "button icon"))),
      h("div", { class: "pieces" }, ...(wraps.length ? [h("span", { class: "kind" }, labels.wrap), ...wraps] : []), ...words),
    ] : []));
    if (focused) this.ways.querySelector(`[data-do="${focused}"]:not(:disabled)`)?.focus();
  }

  /** @param {any} node @param {Record<string, string>} labels @param {boolean} fresh */
  parameters(node, labels, fresh) {
    const names = node.entries.map((/** @type {any} */ { name, form }) => `${name}:${form}`).join();
    if (names !== this.names) {
      this.names = names;
      const change = (/** @type {string} */ name, /** @type {any} */ value) => this.ask("set", { values: { [name]: value } });
      this.controls = new Map(node.entries.map((/** @type {any} */ entry) => [entry.name, new Control(entry, change)]));
      this.entries.replaceChildren(...[...this.controls.values()].map(({ root }) => root));
      fresh = true;
    }
    for (const entry of node.entries) {
      const pending = this.requests.waiting.some((each) => each.do === "set" && entry.name in each.values);
      if (!pending) this.controls.get(entry.name)?.show(entry, labels, fresh);
    }
  }

  /** Keys for the whole page; who types into a field keeps them. @param {KeyboardEvent} event */
  key(event) {
    const target = /** @type {any} */ (event.composedPath()[0]);
    const typing = target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName)
      || (target.tagName === "INPUT" && target.type !== "checkbox");
    const command = event.ctrlKey || event.metaKey;
    const letter = event.key.toLowerCase();
    let way;
    if (command && (letter === "y" || (letter === "z" && event.shiftKey))) way = "redo";
    else if (command && letter === "z") way = "undo";
    else if (!typing && !command && event.key === "Delete") way = "remove";
    else if (!typing && event.altKey && event.key === "ArrowUp") way = "up";
    else if (!typing && event.altKey && event.key === "ArrowDown") way = "down";
    // In a field of ours an undo is ours too, unless its text was not sent yet: then the browser takes back letters.
    const ours = this.root.contains(target) && target.value === target.dataset.shown;
    if (!way || ((way === "undo" || way === "redo") && typing && !ours)) return;
    const history = way === "undo" || way === "redo";
    const { undo, redo, node } = this.component.data;
    if (history ? !{ undo, redo }[way] : !node.ways.includes(way)) return;
    event.preventDefault();
    event.stopPropagation();
    this.ask(way);
  }

  destroy() {
    window.removeEventListener("keydown", this.typed);
    this.stop();
  }
}

export default mounted((component) => new Builder(component));
