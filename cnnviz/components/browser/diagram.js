/** A network as nested boxes. Blocks open and close here; pointing never asks the server. */

import { h, mounted, setText } from "./mount.js";
import { layout } from "./diagram-layout.js";
import { costs, describe, layers, shareText, spoken } from "./diagram-detail.js";
import { box, colours, KINDS, lines, s } from "./diagram-paint.js";
import { fill } from "./format.js";
import { replay, table } from "./diagram-save.js";
import { saveMenu } from "./saving.js";
import { readTheme, watchTheme } from "./theme.js";

/** Smaller than this the words are not read any more: then the frame scrolls. */
const SMALLEST = 0.78;

const probe = /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d"));

/** @typedef {import("./diagram-layout.js").Node} Node @typedef {import("./diagram-layout.js").Placed} Placed */

class Diagram {
  /** @param {import("./mount.js").Component} component */
  constructor(component) {
    this.component = component;
    /** @type {Map<string, boolean>} what the reader opened or closed */
    this.chosen = new Map();
    /** @type {"params" | "macs"} */
    this.by = "macs";
    /** @type {string} the box that the keyboard is on */
    this.current = "";
    /** @type {{placed: Placed, group: SVGElement, id: string, share: string}[]} */
    this.boxes = [];
    /** @type {Set<string>} the paths of what opens and closes */
    this.foldable = new Set();
    this.legend = h("ul", { class: "legend" });
    this.shareLabel = h("span", { class: "share-label", id: "diagram-share" });
    this.switch = h("div", { class: "switch", role: "radiogroup", "aria-labelledby": "diagram-share" }, ...["params", "macs"].map((by) =>
      h("button", { type: "button", role: "radio", class: "choice", "data-by": by, "data-testid": `diagram-by-${by}`, click: () => this.measureBy(by), keydown: (/** @type {KeyboardEvent} */ e) => this.switchKey(e) })));
    this.toggleAll = h("button", { type: "button", class: "button small", "data-testid": "diagram-all", click: () => this.openAll() });
    this.menu = saveMenu({
      name: () => this.component.data.box.title,
      scene: () => {
        const { background, font } = readTheme(this.component.parentElement);
        const { width, height } = /** @type {import("./diagram-layout.js").Layout} */ (this.laid);
        return { width, height, background, paint: (ctx) => replay(this.svg, ctx, font) };
      },
      table: () => table(this.component.data.box, this.component.data.labels),
    });
    this.svg = s("svg", { role: "tree", class: "picture", "data-testid": "diagram-picture" });
    this.frame = h("div", { class: "scroll" }, this.svg);
    this.panel = h("div", { class: "panel", role: "status", "data-testid": "diagram-detail" });
    this.help = h("p", { class: "help" });
    this.root = h("div", { class: "root diagram", "data-testid": "diagram" },
      h("div", { class: "top" }, this.legend, h("div", { class: "tools" }, this.shareLabel, this.switch, this.toggleAll, this.menu.root)),
      this.frame, this.panel, this.help);
    this.svg.addEventListener("pointerover", (event) => this.tell(this.found(event) ?? this.at(this.current)));
    this.svg.addEventListener("pointerleave", () => this.tell(this.at(this.current)));
    this.svg.addEventListener("click", (event) => this.click(event));
    this.svg.addEventListener("keydown", (event) => this.key(event));
    this.svg.addEventListener("focusin", (event) => {
      const found = this.found(event);
      if (found) this.select(found.id);
    });
    this.observer = new ResizeObserver(() => this.scale());
    this.observer.observe(this.root);
    this.stopTheme = watchTheme(component.parentElement, () => this.repaint());
    // Words are wider or narrower in the page's own font, which may arrive late.
    document.fonts.ready.then(() => this.root.isConnected && this.repaint());
  }

  /** @param {import("./mount.js").Component} component */
  update(component) {
    this.component = component;
    this.repaint();
  }

  styled() {
    this.repaint();
  }

  destroy() {
    this.observer.disconnect();
    this.stopTheme();
  }

  /** @param {Node} node */
  open(node) {
    return this.chosen.get(node.path) ?? node.path.split(".").length <= this.component.data.open_depth;
  }

  /** The named blocks and paths that can be opened, from outside inwards. @param {Node} [node] @returns {Node[]} */
  openable(node = this.component.data.box) {
    const inner = node.parts.flatMap((part) => this.openable(part));
    return node.path && node.named && node.parts.length ? [node, ...inner] : inner;
  }

  repaint() {
    const { box: root, labels } = this.component.data;
    const theme = readTheme(this.component.parentElement);
    const width = (/** @type {string} */ words, /** @type {number} */ size, weight = 400) => {
      probe.font = `${weight} ${size}px ${theme.font}`;
      return probe.measureText(words).width;
    };
    this.laid = layout(root, {
      open: (node) => this.open(node), width, costs: (node) => costs(node, labels), identity: labels.identity,
      layers: (node) => fill(labels.few_layers, { count: layers(node) }),
    });
    const style = { theme, labels, share: (/** @type {Placed} */ placed) => this.share(placed), open: (/** @type {Node} */ node) => this.open(node) };
    const focused = this.svg.contains(/** @type {ShadowRoot} */ (this.root.getRootNode()).activeElement);
    this.foldable = new Set(this.openable().map((node) => node.path));
    const groups = this.laid.boxes.map((placed) => box(placed, style));
    // What stands in a closed lane is a picture of it, not a box of its own.
    this.boxes = this.laid.boxes.map((placed, i) => this.entry(placed, groups[i])).filter(({ placed }) => placed.form !== "summary");
    this.svg.replaceChildren(...groups, lines(this.laid, theme));
    this.svg.setAttribute("viewBox", `0 0 ${this.laid.width} ${this.laid.height}`);
    this.svg.setAttribute("font-family", theme.font);
    this.svg.setAttribute("aria-label", labels.diagram);
    this.scale();
    this.tools(theme, labels);
    const stays = this.at(this.current) ?? this.boxes[0];
    this.select(stays.id);
    if (focused) stays.group.focus({ preventScroll: true });
    this.root.dataset.ready = "true";
  }

  /** A lane's part of what its branches cost together. @param {Placed} placed */
  share({ node, parent }) {
    const total = parent?.[this.by] ?? 0;
    return total ? node[this.by] / total : 0;
  }

  /**
   * One box: what a screen reader and a test read of it stands on its group.
   * @param {Placed} placed
   * @param {SVGElement} group
   */
  entry(placed, group) {
    const { node, form } = placed;
    const { labels } = this.component.data;
    const id = form === "end" ? `end:${placed.lines[0]}` : `${form === "merge" ? "merge" : "box"}:${node.path}`;
    const share = form === "lane" ? shareText(this.share(placed), this.by, labels) : "";
    const openable = form !== "merge" && form !== "end" && this.foldable.has(node.path);
    const about = form === "summary" ? { "aria-hidden": "true", "data-path": node.path } : {
      role: "treeitem", tabindex: -1, "aria-level": placed.level, "aria-label": spoken(placed, labels, share),
      "aria-expanded": openable ? String(this.open(node)) : undefined, "data-testid": "diagram-box", "data-id": id,
      "data-form": form, "data-path": node.path, "data-title": node.title, "data-input": node.input.join("x"),
      "data-output": node.output.join("x"), "data-params": node.params, "data-macs": node.macs,
      "data-share": form === "lane" ? this.share(placed) : undefined,
    };
    for (const [name, value] of Object.entries(about)) if (value !== undefined) group.setAttribute(name, String(value));
    return { placed, group, id, share };
  }

  /** Legend, switch, buttons. @param {import("./theme.js").Theme} theme @param {Record<string, string>} labels */
  tools(theme, labels) {
    const kinds = new Set();
    const collect = (/** @type {Node} */ node) => {
      if (node.form === "layer") kinds.add(node.kind);
      node.parts.forEach(collect);
    };
    collect(this.component.data.box);
    this.legend.replaceChildren(...KINDS.filter((kind) => kinds.has(kind)).map((kind) => {
      const swatch = h("i");
      swatch.style.background = colours(theme)[kind];
      return h("li", {}, swatch, labels[kind]);
    }));
    setText(this.shareLabel, labels.bars);
    for (const button of this.switch.children) {
      const chosen = button.dataset.by === this.by;
      setText(button, labels[button.dataset.by]);
      button.setAttribute("aria-checked", String(chosen));
      button.tabIndex = chosen ? 0 : -1;
    }
    const blocks = this.openable();
    this.toggleAll.classList.toggle("hidden", !blocks.length);
    setText(this.toggleAll, blocks.every((node) => this.open(node)) ? labels.close_all : labels.open_all);
    setText(this.help, labels.help);
    this.menu.label(labels);
  }

  /** Shrink to the frame as far as the words stay readable. */
  scale() {
    if (!this.laid || !this.frame.clientWidth) return;
    const scale = Math.max(SMALLEST, Math.min(1, this.frame.clientWidth / this.laid.width));
    this.svg.setAttribute("width", String(Math.floor(this.laid.width * scale)));
    this.svg.setAttribute("height", String(Math.ceil(this.laid.height * scale)));
  }

  /** @param {string} by */
  measureBy(by) {
    this.by = /** @type {"params" | "macs"} */ (by);
    this.repaint();
  }

  /** @param {KeyboardEvent} event */
  switchKey(event) {
    if (!event.key.startsWith("Arrow")) return;
    event.preventDefault();
    this.measureBy(this.by === "params" ? "macs" : "params");
    this.switch.querySelector('[aria-checked="true"]')?.focus();
  }

  openAll() {
    const blocks = this.openable();
    const open = !blocks.every((node) => this.open(node));
    for (const node of blocks) this.chosen.set(node.path, open);
    this.repaint();
  }

  /** @param {Node} node */
  toggle(node) {
    if (!this.foldable.has(node.path)) return;
    const open = !this.open(node);
    this.chosen.set(node.path, open);
    this.current = `box:${node.path}`;
    this.repaint();
  }

  /** @param {Event} event */
  found(event) {
    const group = /** @type {SVGElement | null} */ (/** @type {Element} */ (event.target).closest?.("[data-path]"));
    return group?.classList.contains("summary") ? this.at(`box:${group.dataset.path}`) : this.boxes.find((each) => each.group === group);
  }

  /** @param {string} id */
  at(id) {
    return this.boxes.find((each) => each.id === id);
  }

  /** @param {MouseEvent} event */
  click(event) {
    const target = /** @type {Element} */ (event.target);
    const found = this.found(event);
    if (!found) return;
    this.select(found.id);
    found.group.focus({ preventScroll: true });
    if (target.closest(".head, .closed, .summary")) this.toggle(found.placed.node);
  }

  /** Make a box the one that the keyboard is on. @param {string} id */
  select(id) {
    this.current = id;
    for (const each of this.boxes) {
      each.group.setAttribute("tabindex", each.id === id ? "0" : "-1");
      each.group.setAttribute("aria-selected", String(each.id === id));
    }
    this.tell(this.at(id));
  }

  /** @param {{placed: Placed, group: SVGElement, id: string, share: string} | undefined} one */
  tell(one) {
    if (!one) return;
    for (const each of this.boxes) each.group.classList.toggle("told", each === one);
    if (this.panel.dataset.about === one.id && this.panel.dataset.said === one.group.getAttribute("aria-label")) return;
    this.panel.dataset.about = one.id;
    this.panel.dataset.said = one.group.getAttribute("aria-label") ?? "";
    describe(this.panel, one.placed, this.component.data.labels, one.share);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const here = this.at(this.current);
    if (!here || event.ctrlKey || event.metaKey || event.altKey) return;
    let next;
    if (event.key === "Enter" || event.key === " ") this.toggle(here.placed.node);
    else if (event.key === "Home") next = this.boxes[0];
    else if (event.key === "End") next = this.boxes.at(-1);
    else if (event.key.startsWith("Arrow")) next = this.neighbour(here, event.key);
    else return;
    event.preventDefault();
    event.stopPropagation();
    next?.group.focus();
  }

  /**
   * Up and down go through the boxes as they run; left and right to the path beside.
   * @param {{placed: Placed, id: string}} here
   * @param {string} key
   */
  neighbour(here, key) {
    const index = this.boxes.findIndex((each) => each.id === here.id);
    if (key === "ArrowDown") return this.boxes[index + 1];
    if (key === "ArrowUp") return this.boxes[index - 1];
    const sign = key === "ArrowRight" ? 1 : -1;
    const middle = ({ x, w }) => x + w / 2;
    const top = here.placed.y;
    return this.boxes
      .filter(({ placed }) => placed.form !== "frame" && sign * (middle(placed) - middle(here.placed)) > 1
        && placed.y < top + here.placed.h && placed.y + placed.h > top && placed.form === here.placed.form)
      .sort((a, b) => sign * (middle(a.placed) - middle(b.placed)))[0];
  }
}

export default mounted((component) => new Diagram(component));
