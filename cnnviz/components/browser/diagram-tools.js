/** What stands above the diagram: view, sizes, find, open all, save, and the legend; and the buttons that zoom. */

import { h, setText } from "./mount.js";
import { colours, KINDS } from "./diagram-paint.js";
import { SIZES } from "./diagram-size.js";
import { openable, walk } from "./diagram-tree.js";
import { fill } from "./format.js";
import { icon } from "./icons.js";

export const VIEWS = /** @type {const} */ (["boxes", "perspective"]);

/**
 * Buttons of which one is chosen; arrow keys go on to the next.
 * @param {readonly string[]} names
 * @param {string} testid each is called by its name behind this
 * @param {(name: string) => void} choose
 */
function radios(names, testid, choose) {
  const buttons = names.map((name) => h("button", {
    type: "button", role: "radio", class: "choice", "data-name": name, "data-testid": `${testid}-${name}`,
    click: () => choose(name),
    keydown: (/** @type {KeyboardEvent} */ event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const next = buttons[(names.indexOf(name) + step + names.length) % names.length];
      next.click();
      next.focus();
    },
  }));
  return {
    root: h("div", { class: "switch", role: "radiogroup" }, ...buttons),
    /** @param {string} chosen @param {string} label @param {(name: string) => string} title */
    show(chosen, label, title) {
      this.root.setAttribute("aria-label", label);
      for (const button of buttons) {
        setText(button, title(button.dataset.name));
        button.setAttribute("aria-checked", String(button.dataset.name === chosen));
        button.tabIndex = button.dataset.name === chosen ? 0 : -1;
      }
    },
  };
}

/**
 * @typedef {object} Act What the tools ask for.
 * @property {(view: string) => void} view
 * @property {(by: string) => void} size
 * @property {() => void} all
 * @property {(query: string) => void} find
 * @property {(step: number) => void} next
 */

export class Tools {
  /** @param {Act} act @param {HTMLElement} menu */
  constructor(act, menu) {
    this.views = radios(VIEWS, "diagram-view", act.view);
    this.sizes = radios(SIZES, "diagram-by", act.size);
    this.sizeLabel = h("span", { class: "tool-label", "aria-hidden": "true" });
    // The same as a menu, where the buttons have no room.
    this.sizeMenu = h("select", { class: "find", "data-testid": "diagram-by", change: () => act.size(this.sizeMenu.value) },
      ...SIZES.map((by) => h("option", { value: by })));
    this.sized = h("div", { class: "sized" }, this.sizeLabel, this.sizes.root, this.sizeMenu);
    this.field = h("input", {
      type: "search", class: "find", "data-testid": "diagram-find", autocomplete: "off", spellcheck: "false",
      input: () => act.find(this.field.value),
      keydown: (/** @type {KeyboardEvent} */ event) => {
        if (event.key === "Enter") act.next(event.shiftKey ? -1 : 1);
        else if (event.key === "Escape") act.find((this.field.value = ""));
        else return;
        event.preventDefault();
        event.stopPropagation();
      },
    });
    this.found = h("span", { class: "found", role: "status", "data-testid": "diagram-found" });
    this.next = h("button", { type: "button", class: "button small icon", "data-testid": "diagram-next", click: () => act.next(1) }, icon("next", 15));
    this.all = h("button", { type: "button", class: "button small", "data-testid": "diagram-all", click: act.all });
    this.legend = h("ul", { class: "legend" });
    this.root = h("div", { class: "top" },
      h("div", { class: "tools" }, this.views.root, this.sized, h("div", { class: "finding" }, this.field, this.found, this.next)),
      h("div", { class: "below" }, this.legend, h("div", { class: "last" }, this.all, menu)));
  }

  /**
   * @param {{root: import("./diagram-layout.js").Node, labels: Record<string, string>, theme: import("./theme.js").Theme,
   *   view: string, by: string, open: (node: import("./diagram-layout.js").Node) => boolean, matches: number, match: number}} now
   */
  show({ root, labels, theme, view, by, open, matches, match }) {
    this.views.show(view, labels.view, (name) => labels[`view_${name}`]);
    const size = (/** @type {string} */ name) => labels[`size_${name}`] ?? labels[name];
    this.sizes.show(by, labels.size_by, size);
    this.sizeMenu.setAttribute("aria-label", labels.size_by);
    for (const option of this.sizeMenu.options) setText(option, size(option.value));
    this.sizeMenu.value = by;
    setText(this.sizeLabel, labels.size_by);
    this.sized.classList.toggle("hidden", view !== "boxes");
    this.field.placeholder = labels.find;
    this.field.setAttribute("aria-label", labels.find);
    this.next.setAttribute("aria-label", labels.find_next);
    this.next.title = labels.find_next;
    const searching = this.field.value.trim() !== "";
    this.next.classList.toggle("hidden", matches < 2);
    setText(this.found, !searching ? "" : matches ? fill(labels.found, { number: match + 1, count: matches }) : labels.found_none);
    const blocks = openable(root);
    this.all.classList.toggle("hidden", !blocks.length);
    setText(this.all, blocks.every(open) ? labels.close_all : labels.open_all);
    const kinds = new Set();
    for (const node of walk(root)) if (node.form === "layer") kinds.add(node.kind);
    this.legend.replaceChildren(...KINDS.filter((kind) => kinds.has(kind)).map((kind) => {
      const swatch = h("i");
      swatch.style.background = colours(theme)[kind];
      return h("li", {}, swatch, labels[kind]);
    }));
  }
}

/**
 * What the sizes in the picture mean.
 * @param {Record<string, string>} labels
 * @param {string} view
 * @param {string} by
 */
export function rule(labels, view, by) {
  if (view !== "boxes") return labels.rule_perspective;
  return by === "none" ? "" : `${labels[`rule_${by}`]} ${labels.rule_floor}`;
}

/**
 * The buttons that stand on the picture.
 * @param {import("./diagram-zoom.js").Zoom} zoom
 */
export function zoomButtons(zoom) {
  const make = (/** @type {string} */ name, /** @type {string | Node} */ sign, /** @type {() => void} */ act) =>
    h("button", { type: "button", class: "zoom", "data-name": name, "data-testid": `diagram-zoom-${name}`, click: act }, sign);
  const buttons = [
    make("in", "+", () => zoom.in()), make("out", "\u2212", () => zoom.out()), make("fit", corners(), () => zoom.fit()), make("real", "1:1", () => zoom.to(1)),
  ];
  return {
    root: h("div", { class: "zooms" }, ...buttons),
    label: (/** @type {Record<string, string>} */ labels) => {
      for (const button of buttons) {
        const label = labels[`zoom_${button.dataset.name}`];
        button.title = label;
        button.setAttribute("aria-label", label);
      }
    },
  };
}

/** Four corners: all of it. */
function corners() {
  const svg = icon("reset", 14);
  svg.querySelector("path")?.setAttribute("d", "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5");
  return svg;
}
