/** What can be put into the network: a button for each layer and block, and where it goes. */

import { h, setText } from "./mount.js";
import { colours } from "./diagram-paint.js";
import { readTheme } from "./theme.js";

export class Palette {
  /** @param {(what: string, where: string) => void} insert */
  constructor(insert) {
    this.insert = insert;
    this.where = "";
    this.title = h("span", { class: "heading", id: "palette-title" });
    this.places = h("div", { class: "switch", role: "radiogroup", keydown: (/** @type {KeyboardEvent} */ event) => this.key(event) });
    this.groups = h("div", { class: "groups" });
    this.root = h("section", { class: "palette", "aria-labelledby": "palette-title", "data-testid": "palette" },
      h("div", { class: "head" }, this.title, this.places), this.groups);
    this.painted = "";
  }

  /**
   * @param {any} data
   * @param {boolean} fresh another node is chosen: its likeliest place is taken
   * @param {ShadowRoot} parent
   */
  show({ palette, node, labels }, fresh, parent) {
    setText(this.title, labels.insert);
    this.places.setAttribute("aria-label", labels.where);
    const names = node.wheres.map((/** @type {string[]} */ [name]) => name);
    if (fresh || !names.includes(this.where)) this.where = names.at(-1);
    const focused = this.places.contains(this.places.getRootNode().activeElement);
    this.places.replaceChildren(...node.wheres.map((/** @type {string[]} */ [name, title]) => h("button", {
      type: "button", role: "radio", class: "choice", "data-testid": `where-${name}`, "data-where": name, "aria-checked": String(name === this.where),
      tabindex: name === this.where ? 0 : -1, click: () => this.choose(name),
    }, title)));
    if (focused) this.places.querySelector('[aria-checked="true"]')?.focus();
    const { dark } = readTheme(parent);
    const now = JSON.stringify([palette, dark]);
    if (now === this.painted) return;
    this.painted = now;
    const tones = colours(readTheme(parent));
    this.groups.replaceChildren(...palette.map((/** @type {any} */ group) => h("div", { class: "group", role: "group", "aria-label": group.title },
      h("span", { class: "kind" }, group.title),
      h("div", { class: "pieces" }, ...group.pieces.map((/** @type {any} */ { name, title, kind }) => {
        const button = h("button", { type: "button", class: "piece", "data-testid": `piece-${name}`, click: () => this.insert(name, this.where) }, title);
        button.style.setProperty("--tone", tones[kind] ?? "var(--st-text-color)");
        return button;
      })))));
  }

  /** @param {string} name */
  choose(name) {
    this.where = name;
    for (const each of this.places.children) {
      each.setAttribute("aria-checked", String(each.dataset.where === name));
      each.tabIndex = each.dataset.where === name ? 0 : -1;
    }
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!by || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const all = [...this.places.children];
    const next = all[(all.findIndex((each) => each.dataset.where === this.where) + by + all.length) % all.length];
    this.choose(next.dataset.where);
    next.focus();
  }
}
