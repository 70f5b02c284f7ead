/** A network as nested boxes or as slabs. Opening, finding, zooming and pointing never ask the server; choosing tells it. */

import { Chosen } from "./chosen.js";
import { describe, shareText, spoken } from "./diagram-detail.js";
import { grey } from "./diagram-field.js";
import { find, MANY } from "./diagram-find.js";
import { neighbour } from "./diagram-keys.js";
import { Overview } from "./diagram-overview.js";
import { s } from "./diagram-paint.js";
import { onPaper, scene, table } from "./diagram-save.js";
import { Tools, zoomButtons } from "./diagram-tools.js";
import { broken, holds, layers, openable, walk } from "./diagram-tree.js";
import { boxes, glimpse, slabs } from "./diagram-views.js";
import { Zoom } from "./diagram-zoom.js";
import { h, mounted, setText } from "./mount.js";
import { saveMenu } from "./saving.js";
import { readTheme } from "./theme.js";

/** Smaller than this the words are not read any more: the picture begins no smaller, and is moved. */
const SMALLEST = 0.78;
/** Networks with more layers begin with their blocks closed. */
const SMALL = 30;
/** A block with so few layers opens with all that is in it. */
const HANDFUL = 16;

const probe = /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d"));

/** @typedef {import("./diagram-layout.js").Node} Node @typedef {{placed: any, group: SVGElement, id: string, share: string}} Entry */

class Diagram {
  /** @param {import("./mount.js").Component} component */
  constructor(component) {
    this.component = component;
    /** @type {Map<string, boolean>} what the reader opened or closed */
    this.fold = new Map();
    this.view = "boxes";
    /** @type {import("./diagram-size.js").By} */
    this.by = "none";
    /** What the bars of paths are a share of. @type {"params" | "macs"} */
    this.cost = "macs";
    /** @type {string} the box that the keyboard is on */
    this.current = "";
    /** @type {Entry[]} */
    this.boxes = [];
    /** @type {Set<string>} the paths of what opens and closes */
    this.foldable = new Set();
    /** @type {Node[]} */
    this.matches = [];
    this.match = 0;
    this.title = "";
    /** Where the network breaks; "" if it does not. */
    this.problem = "";
    this.fitted = "";
    /** @type {Map<string, number>} */
    this.widths = new Map();
    this.menu = saveMenu({
      name: () => `${this.component.data.box.title}${this.view === "boxes" ? "" : " perspective"}`,
      scene: () => {
        const theme = onPaper(readTheme(this.component.parentElement));
        return scene(this.draw(theme), this.component.data, theme, (words, font) => this.measure(words, font));
      },
      table: () => table(this.component.data.box, this.component.data.labels),
    });
    this.tools = new Tools({
      view: (view) => this.look(view), size: (by) => this.measureBy(by), all: () => this.openAll(),
      find: (query) => this.search(query), next: (step) => this.go(step),
    }, this.menu.root);
    this.svg = s("svg", { role: "tree", class: "picture", "data-testid": "diagram-picture" });
    this.frame = h("div", { class: "scroll", "data-testid": "diagram-frame" }, this.svg);
    this.zoom = new Zoom(this.frame, this.svg, () => this.overview?.follow());
    this.overview = new Overview(this.zoom);
    this.buttons = zoomButtons(this.zoom);
    this.panel = h("div", { class: "panel", role: "status", "data-testid": "diagram-detail" });
    this.help = h("p", { class: "help" });
    this.root = h("div", { class: "root diagram", "data-testid": "diagram" }, this.tools.root,
      h("div", { class: "both" }, h("div", { class: "window" }, this.frame, this.overview.root, this.buttons.root), this.panel), this.help);
    this.chosen = new Chosen(component, () => this.follow());
    this.svg.addEventListener("pointerover", (event) => this.tell(this.found(event) ?? this.at(this.current)));
    this.svg.addEventListener("pointerleave", () => this.tell(this.at(this.current)));
    this.frame.addEventListener("click", (/** @type {MouseEvent} */ event) => this.click(event));
    this.svg.addEventListener("keydown", (event) => this.key(event));
    this.svg.addEventListener("focusin", (event) => {
      const found = this.found(event);
      if (found) this.stand(found.id);
    });
    // Words are wider or narrower in the page's own font, which may arrive late.
    document.fonts.ready.then(() => this.root.isConnected && this.resized());
  }

  /** @param {import("./mount.js").Component} component */
  update(component) {
    const { box, picture } = component.data;
    const before = this.chosen.path;
    this.component = component;
    this.chosen.update(component);
    if (this.title !== box.title) {
      this.title = box.title;
      // Whether all is open at first is decided once, or a network that grows would close under one's hand.
      this.small = layers(box) <= SMALL;
    }
    const wrong = this.problem;
    this.problem = broken(box);
    this.picture = grey(picture, box.input);
    this.matches = find(box, this.tools.field.value);
    this.match = Math.min(this.match, Math.max(0, this.matches.length - 1));
    if (this.chosen.path !== before) this.unfold(this.chosen.path);
    this.repaint();
    if (this.chosen.path !== before) this.show(this.chosen.path);
    else if (this.problem !== wrong) this.show(this.problem);
  }

  resized() {
    this.widths.clear();
    this.fitted = "";
    this.repaint();
  }

  destroy() {
    this.chosen.destroy();
  }

  /** @param {Node} node */
  open(node) {
    if (this.matches.length && this.wanted().some((match) => holds(node, match.path))) return true;
    return this.fold.get(node.path) ?? this.atFirst(node);
  }

  /** The matches that must be seen: all, or of many the one that is looked at. */
  wanted() {
    return this.matches.length <= MANY ? this.matches : this.matches.slice(this.match, this.match + 1);
  }

  /** @param {Node} node */
  atFirst(node) {
    if (holds(node, this.problem)) return true;
    const { open_depth: depth } = this.component.data;
    if (depth !== null) return node.path.split(".").length <= depth;
    if (this.view === "boxes" || this.small) return this.small;
    // Slabs are small: a chain may stand open, such as a block of VGG; what branches is one slab.
    return node.form !== "branches" && !(node.block && [...walk(node)].some(({ form }) => form === "branches"));
  }

  /** @param {import("./theme.js").Theme} theme */
  draw(theme) {
    const { box: root, labels } = this.component.data;
    return (this.view === "boxes" ? boxes : slabs)({
      root, labels, theme, by: this.by, open: (node) => this.open(node), share: (placed) => this.share(placed), drawn: (node) => this.alone(node),
      width: (words, size, weight = 400) => this.measure(words, `${weight} ${size}px ${theme.font}`),
    });
  }

  repaint() {
    const { box: root, labels } = this.component.data;
    const theme = readTheme(this.component.parentElement);
    const open = (/** @type {Node} */ node) => this.open(node);
    this.foldable = new Set(openable(root).map((node) => node.path));
    const focused = this.svg.contains(/** @type {ShadowRoot} */ (this.root.getRootNode()).activeElement);
    this.drawn = this.draw(theme);
    // What stands in a closed lane is a picture of it, not a box of its own.
    this.boxes = this.drawn.boxes.map(({ placed, group }) => this.entry(placed, group)).filter(({ placed }) => placed.form !== "summary");
    const { width, height } = this.drawn;
    this.svg.replaceChildren(...this.drawn.all);
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.svg.setAttribute("font-family", theme.font);
    this.svg.setAttribute("aria-label", labels.diagram);
    this.zoom.resize(width, height);
    this.begin();
    this.overview.paint(this.drawn, this.boxes.map(({ placed }) => glimpse(placed, theme)).filter((each) => each !== null));
    this.tools.show({ root, labels, theme, view: this.view, by: this.by, open, matches: this.matches.length, match: this.match });
    setText(this.help, `${labels.help} ${this.rule(labels)}`);
    this.buttons.label(labels);
    this.menu.label(labels);
    this.mark();
    const stays = this.at(this.current) ?? this.atPath(this.chosen.path || this.problem) ?? this.boxes[0];
    this.stand(stays.id);
    if (focused) stays.group.focus({ preventScroll: true });
    this.root.dataset.ready = "true";
  }

  /** Another network or view begins as large as it can be read, from its start. */
  begin() {
    const now = `${this.title} ${this.view}`;
    if (this.fitted === now || !this.frame.clientWidth) return;
    this.fitted = now;
    this.zoom.begin(SMALLEST);
    if (this.view !== "boxes") this.zoom.reveal(this.boxes[0].placed);
  }

  /** @param {string} words @param {string} font */
  measure(words, font) {
    const name = `${font} ${words}`;
    let width = this.widths.get(name);
    if (width === undefined) {
      probe.font = font;
      width = probe.measureText(words).width;
      this.widths.set(name, width);
    }
    return width;
  }

  /** Whether a node is drawn as one box; what holds it may be closed, that does not matter. @param {Node} node */
  alone(node) {
    return node.form === "layer" || (this.foldable.has(node.path) && !this.open(node));
  }

  /** What the chosen sizes mean. @param {Record<string, string>} labels */
  rule(labels) {
    if (this.view !== "boxes") return labels.rule_perspective;
    if (this.by === "none") return "";
    return `${labels[`rule_${this.by}`]} ${labels.rule_floor}`;
  }

  /** A lane's part of what its branches cost together. @param {{node: Node, parent: Node | null}} placed */
  share({ node, parent }) {
    const total = parent?.[this.cost] ?? 0;
    return total ? node[this.cost] / total : 0;
  }

  /**
   * One box: what a screen reader and a test read of it stands on its group.
   * @param {any} placed
   * @param {SVGElement} group
   * @returns {Entry}
   */
  entry(placed, group) {
    const { node, form } = placed;
    const { labels } = this.component.data;
    const id = form === "end" ? `end:${placed.lines[0]}` : `${form === "merge" ? "merge" : "box"}:${node.path}`;
    const share = form === "lane" ? shareText(this.share(placed), this.cost, labels) : "";
    const openable = form !== "merge" && form !== "end" && this.foldable.has(node.path);
    const about = form === "summary" ? { "aria-hidden": "true", "data-path": node.path } : {
      role: "treeitem", tabindex: -1, "aria-level": placed.level, "aria-label": spoken(placed, labels, share),
      "aria-expanded": openable ? String(this.open(node)) : undefined, "data-testid": "diagram-box", "data-id": id,
      "data-form": form, "data-path": node.path, "data-title": node.title, "data-input": node.input.join("x"),
      "data-output": node.output.join("x"), "data-params": node.params, "data-macs": node.macs, "data-state": node.state,
      "data-share": form === "lane" ? this.share(placed) : undefined,
    };
    for (const [name, value] of Object.entries(about)) if (value !== undefined) group.setAttribute(name, String(value));
    return { placed, group, id, share };
  }

  /** @param {string} view */
  look(view) {
    this.view = view;
    this.repaint();
    this.show(this.chosen.path);
  }

  /** @param {string} by */
  measureBy(by) {
    this.by = /** @type {import("./diagram-size.js").By} */ (by);
    if (by === "params" || by === "macs") this.cost = by;
    this.repaint();
  }

  openAll() {
    const blocks = openable(this.component.data.box);
    const open = !blocks.every((node) => this.open(node));
    for (const node of blocks) this.fold.set(node.path, open);
    this.stay(this.current);
  }

  /** @param {Node} node */
  toggle(node) {
    if (!this.foldable.has(node.path)) return;
    const open = !this.open(node);
    this.fold.set(node.path, open);
    if (open && layers(node) <= HANDFUL) for (const inner of openable(node)) this.fold.set(inner.path, true);
    this.current = `box:${node.path}`;
    this.stay(this.current);
  }

  /** Paint anew, and let a box stay under the pointer though all around it moves. @param {string} id */
  stay(id) {
    const place = () => this.at(id)?.group.getBoundingClientRect();
    const before = place();
    this.repaint();
    const after = place();
    if (!before || !after) return;
    this.frame.scrollLeft += after.left + Math.min(40, after.width / 2) - before.left - Math.min(40, before.width / 2);
    this.frame.scrollTop += after.top - before.top;
  }

  /** @param {string} query */
  search(query) {
    this.matches = find(this.component.data.box, query);
    this.match = 0;
    this.repaint();
    this.look_at(this.matches[0]);
  }

  /** @param {number} step */
  go(step) {
    const count = this.matches.length;
    if (!count) return;
    this.match = (this.match + step + count) % count;
    this.repaint();
    this.look_at(this.matches[this.match]);
  }

  /** @param {Node | undefined} node */
  look_at(node) {
    if (!node) return;
    const found = this.atPath(node.path);
    if (!found) return;
    this.stand(found.id);
    this.zoom.reveal(found.placed);
  }

  /** Open what holds a box. @param {string} path */
  unfold(path) {
    for (const node of openable(this.component.data.box)) if (holds(node, path)) this.fold.set(node.path, true);
  }

  /** Somebody chose a layer, here or in another component. */
  follow() {
    this.unfold(this.chosen.path);
    this.repaint();
    this.show(this.chosen.path);
  }

  /** @param {string} path */
  show(path) {
    const found = path ? this.atPath(path) : undefined;
    if (!found) return;
    this.stand(found.id);
    this.zoom.reveal(found.placed);
  }

  /** Mark what is chosen and what is found. */
  mark() {
    const found = new Set(this.matches.map(({ path }) => path));
    const now = this.matches[this.match]?.path;
    const chosen = this.chosen.path ? this.atPath(this.chosen.path) : undefined;
    for (const each of this.boxes) {
      const paths = each.placed.form === "end" || each.placed.form === "merge" ? [] : [each.placed.node, ...(each.placed.folded ?? [])].map(({ path }) => path);
      each.group.classList.toggle("match", paths.some((path) => found.has(path)));
      each.group.classList.toggle("now", paths.includes(now));
      each.group.classList.toggle("chosen", each === chosen);
      each.group.setAttribute("aria-selected", String(each === chosen));
    }
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

  /** The box of a path; of what is folded into a slab, the slab; of a merge without a name, its sign. @param {string} path */
  atPath(path) {
    if (!path) return undefined;
    return this.at(`box:${path}`) ?? this.at(`merge:${path}`) ?? this.boxes.find(({ placed }) => placed.folded?.some((/** @type {Node} */ node) => node.path === path));
  }

  /** @param {MouseEvent} event */
  click(event) {
    const target = /** @type {Element} */ (event.target);
    const found = this.found(event);
    if (!found) {
      if (this.chosen.path) this.choose("");
      return;
    }
    this.stand(found.id);
    found.group.focus({ preventScroll: true });
    if (target.closest(".head, .closed, .summary") || found.placed.block) this.toggle(found.placed.node);
    this.choose(found.placed.form === "end" ? "" : found.placed.node.path);
  }

  /** @param {string} path */
  choose(path) {
    if (path !== this.chosen.path) this.chosen.choose(path);
  }

  /** Make a box the one that the keyboard is on. @param {string} id */
  stand(id) {
    this.current = id;
    for (const each of this.boxes) each.group.setAttribute("tabindex", each.id === id ? "0" : "-1");
    this.tell(this.at(id));
  }

  /** @param {Entry | undefined} one */
  tell(one) {
    if (!one) return;
    for (const each of this.boxes) each.group.classList.toggle("told", each === one);
    const { box: root, labels } = this.component.data;
    const theme = readTheme(this.component.parentElement);
    const said = `${one.id} ${one.group.getAttribute("aria-label")} ${theme.background} ${this.cost}`;
    if (this.panel.dataset.said === said) return;
    this.panel.dataset.said = said;
    this.panel.dataset.about = one.id;
    describe(this.panel, one.placed, labels, one.share, { input: root.input, picture: this.picture ?? null, theme, root });
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const here = this.at(this.current);
    if (!here || event.ctrlKey || event.metaKey || event.altKey) return;
    const { node, form } = here.placed;
    if (event.key === "Enter" || event.key === " ") {
      if (form !== "merge" && form !== "end") this.toggle(node);
      this.choose(form === "end" ? "" : node.path);
    } else if (event.key === "+" || event.key === "=") this.zoom.in();
    else if (event.key === "-") this.zoom.out();
    else if (event.key === "0") this.zoom.fit();
    else if (event.key === "Escape") this.choose("");
    else if (/^Arrow|^Home$|^End$/.test(event.key)) {
      const next = neighbour(this.boxes, here, event.key, this.view);
      next?.group.focus({ preventScroll: true });
      if (next) this.zoom.reveal(next.placed);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

export default mounted((component) => new Diagram(component));
