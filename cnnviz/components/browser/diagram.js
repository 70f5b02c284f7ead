/** A network as nested boxes or as slabs. Opening, finding, zooming and pointing never ask the server; choosing tells it. */

import { Chosen } from "./chosen.js";
import { describe } from "./diagram-detail.js";
import { entry, mark } from "./diagram-entry.js";
import { grey } from "./diagram-field.js";
import { find, MANY } from "./diagram-find.js";
import { neighbour } from "./diagram-keys.js";
import { Overview } from "./diagram-overview.js";
import { s } from "./diagram-paint.js";
import { onPaper, scene, table } from "./diagram-save.js";
import { rule, Tools, zoomButtons } from "./diagram-tools.js";
import { branching, broken, holds, layers, openable, units } from "./diagram-tree.js";
import { boxes, glimpse, slabs } from "./diagram-views.js";
import { forget, measure } from "./diagram-width.js";
import { Zoom } from "./diagram-zoom.js";
import { h, mounted, setText } from "./mount.js";
import { saveMenu } from "./saving.js";
import { readTheme } from "./theme.js";

/** Smaller than this the words are not read any more: the picture begins no smaller, and is moved. */
const SMALLEST = 0.78;
/** Networks with more layers begin with their blocks closed. */
const SMALL = 30;
/** Of more blocks that branch not each is drawn. */
const MANY_UNITS = 20;
/** A block with so few layers opens with all that is in it. */
const HANDFUL = 16;

/** @typedef {import("./diagram-layout.js").Node} Node @typedef {import("./diagram-entry.js").Entry} Entry */

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
    /** @type {Node[]} what the paper draws as one */
    this.units = [];
    this.match = 0;
    this.title = this.made = "";
    /** Where the network breaks; "" if it does not. */
    this.problem = "";
    this.fitted = "";
    this.menu = saveMenu({
      name: () => `${this.component.data.box.title}${this.view === "boxes" ? "" : " perspective"}`,
      scene: () => {
        const theme = onPaper(readTheme(this.component.parentElement));
        return scene(this.draw(theme), this.component.data, theme);
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
    // Only another choice: the picture stays, it is large.
    const made = JSON.stringify([box, component.data.labels, picture, component.data.open_depth]);
    if (made === this.made) {
      if (this.chosen.path !== before) this.follow();
      return;
    }
    this.made = made;
    if (this.title !== box.title) {
      this.title = box.title;
      // Whether all is open at first is decided once, or a network that grows would close under one's hand.
      this.small = layers(box) <= SMALL;
    }
    const wrong = this.problem;
    this.problem = broken(box);
    this.units = units(box);
    this.picture = grey(picture, box.input);
    this.matches = find(box, this.tools.field.value);
    this.match = Math.min(this.match, Math.max(0, this.matches.length - 1));
    if (this.chosen.path !== before) this.unfold(this.chosen.path);
    this.repaint();
    if (this.chosen.path !== before) this.show(this.chosen.path);
    else if (this.problem !== wrong) this.show(this.problem);
  }

  resized() {
    forget();
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
    // Slabs are small: a block of VGG may stand open; Inception and the like are one slab, and what holds many of them too.
    if (!branching(node)) return true;
    return node.form !== "branches" && this.units.length <= MANY_UNITS && this.units.some(({ path }) => holds(node, path));
  }

  /** @param {import("./theme.js").Theme} theme */
  draw(theme) {
    const { box: root, labels } = this.component.data;
    return (this.view === "boxes" ? boxes : slabs)({
      root, labels, theme, by: this.by, open: (node) => this.open(node), share: (placed) => this.share(placed), drawn: (node) => this.alone(node),
      width: (words, size, weight = 400) => measure(words, `${weight} ${size}px ${theme.font}`),
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
    const share = (/** @type {any} */ placed) => (placed.form === "lane" ? this.share(placed) : undefined);
    this.boxes = this.drawn.boxes.map(({ placed, group }) => entry(placed, group, { labels, share: share(placed), cost: this.cost, open: this.foldable.has(placed.node.path) ? this.open(placed.node) : undefined })).filter(({ placed }) => placed.form !== "summary");
    const { width, height } = this.drawn;
    this.svg.replaceChildren(...this.drawn.all);
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.svg.setAttribute("font-family", theme.font);
    this.svg.setAttribute("aria-label", labels.diagram);
    this.zoom.resize(width, height);
    this.begin();
    this.overview.paint(this.drawn, this.boxes.map(({ placed }) => glimpse(placed, theme)).filter((each) => each !== null));
    this.tools.show({ root, labels, theme, view: this.view, by: this.by, open, matches: this.matches.length, match: this.match });
    setText(this.help, `${labels.help} ${rule(labels, this.view, this.by)}`);
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
    const wanted = this.atPath(this.chosen.path || this.problem) ?? (this.view === "boxes" ? undefined : this.boxes[0]);
    if (wanted) this.zoom.settle(wanted.placed);
  }

  /** Whether a node is drawn as one box; what holds it may be closed, that does not matter. @param {Node} node */
  alone(node) {
    return node.form === "layer" || (this.foldable.has(node.path) && !this.open(node));
  }

  /** A lane's part of what its branches cost together. @param {{node: Node, parent: Node | null}} placed */
  share({ node, parent }) {
    const total = parent?.[this.cost] ?? 0;
    return total ? node[this.cost] / total : 0;
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
    this.lookAt(this.matches[0]);
  }

  /** @param {number} step */
  go(step) {
    const count = this.matches.length;
    if (!count) return;
    this.match = (this.match + step + count) % count;
    this.repaint();
    this.lookAt(this.matches[this.match]);
  }

  /** @param {Node | undefined} node */
  lookAt(node) {
    if (!node) return;
    const found = this.atPath(node.path);
    if (!found) return;
    this.stand(found.id);
    this.zoom.reveal(found.placed);
  }

  /** Open what holds a box; whether anything was closed. @param {string} path */
  unfold(path) {
    const closed = openable(this.component.data.box).filter((node) => holds(node, path) && !this.open(node));
    for (const node of closed) this.fold.set(node.path, true);
    return closed.length > 0;
  }

  /** Somebody chose a layer, here or in another component. */
  follow() {
    if (this.unfold(this.chosen.path)) this.repaint();
    else this.mark();
    this.show(this.chosen.path);
  }

  mark() {
    mark(this.boxes, { matches: this.matches, match: this.matches[this.match], chosen: this.atPath(this.chosen.path) });
  }

  /** @param {string} path */
  show(path) {
    const found = path ? this.atPath(path) : undefined;
    if (!found) return;
    this.stand(found.id);
    this.zoom.reveal(found.placed);
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
    const ids = [`box:${path}`, `merge:${path}`];
    if (path === this.problem) ids.reverse();
    return this.at(ids[0]) ?? this.at(ids[1]) ?? this.boxes.find(({ placed }) => placed.folded?.some((/** @type {Node} */ node) => node.path === path));
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
