/** The layers of a network as a table: sorted, filtered, chosen by click or arrow keys; the neighbours follow. */

import { h, mounted, setText } from "./mount.js";
import { Chosen, reveal } from "./chosen.js";
import { colours } from "./diagram-paint.js";
import { fill, percent } from "./format.js";
import { cells, COLUMNS, fits, grouped, numeric, plainInput, rank, SHARED, size, table } from "./rows-cells.js";
import { saveMenu } from "./saving.js";
import { readTheme } from "./theme.js";

/** Rows that PageUp and PageDown go over. */
const PAGE = 10;

/** @typedef {import("./rows-cells.js").Layer} Layer @typedef {import("./rows-cells.js").Column} Column */

class Rows {
  /** @param {import("./mount.js").Component} component */
  constructor(component) {
    this.component = component;
    /** @type {{column: Column, sign: 1 | -1} | null} null: as the layers run */
    this.order = null;
    /** @type {Map<string, HTMLElement>} */
    this.lines = new Map();
    /** @type {Layer[]} those that are shown, from top to bottom */
    this.shown = [];
    this.made = "";
    this.dark = false;
    this.filter = h("input", { type: "search", class: "filter", "data-testid": "rows-filter", autocomplete: "off", spellcheck: "false", input: () => this.arrange() });
    this.reset = h("button", { type: "button", class: "button small", "data-testid": "rows-reset", click: () => this.unsort() });
    this.count = h("span", { class: "count", role: "status", "data-testid": "rows-count" });
    this.menu = saveMenu({ name: () => `${this.component.data.name} layers`, table: () => table(this.shown, this.component.data.labels) });
    this.heads = COLUMNS.map((column) => h("th", { scope: "col", class: numeric(column) ? "number" : "", "data-column": column },
      h("button", { type: "button", "data-testid": `rows-by-${column}`, click: () => this.sort(column) }, h("span"), h("span", { class: "sign", "aria-hidden": "true" }))));
    this.body = h("tbody", { click: (/** @type {MouseEvent} */ event) => this.click(event), keydown: (/** @type {KeyboardEvent} */ event) => this.key(event) });
    this.wrong = h("tbody", { class: "wrong" });
    this.total = h("tr", { "data-testid": "rows-total" });
    this.caption = h("caption", { class: "spoken" });
    this.head = h("thead", {}, h("tr", {}, ...this.heads));
    this.foot = h("tfoot", {}, this.total);
    this.columns = COLUMNS.map(() => h("col"));
    this.table = h("table", {}, this.caption, h("colgroup", {}, ...this.columns), this.head, this.body, this.wrong, this.foot);
    this.frame = h("div", { class: "frame" }, this.table);
    this.root = h("div", { class: "root rows", "data-testid": "rows" },
      h("div", { class: "top" }, this.filter, this.count, h("div", { class: "tools" }, this.reset, this.menu.root)), this.frame);
    // Words are wider or narrower in the page's own font, which may arrive late.
    document.fonts.ready.then(() => this.root.isConnected && this.repaint());
    this.chosen = new Chosen(component, (_path, mine) => this.mark(!mine || "focus"));
  }

  /** @param {import("./mount.js").Component} component */
  update(component) {
    this.component = component;
    const before = this.chosen.path;
    this.chosen.update(component);
    const { layers, problem, labels, height } = component.data;
    this.root.style.setProperty("--height", `${height}px`);
    const made = JSON.stringify([layers, problem, labels]);
    if (made !== this.made) {
      this.made = made;
      this.label();
      this.fill();
      this.frame.scrollTop = 0;
      this.mark(true);
    } else if (this.chosen.path !== before) this.mark(true);
    this.root.dataset.ready = "true";
  }

  /** Another theme wants other colours; with the style sheet or at another width the columns have other widths. */
  repaint() {
    if (this.dark !== readTheme(this.component.parentElement).dark) this.fill();
    else this.settle();
    this.mark(true);
  }

  /** Measure the columns once with all rows: then sorting is quick, and no column jumps while somebody filters. */
  settle() {
    this.table.style.removeProperty("table-layout");
    this.table.style.removeProperty("width");
    this.columns.forEach((column) => column.style.removeProperty("width"));
    const widths = this.heads.map((head) => head.getBoundingClientRect().width);
    if (!widths[0]) return;
    this.columns.forEach((column, i) => { column.style.width = `${widths[i]}px`; });
    this.table.style.width = `${sum(widths)}px`;
    this.table.style.setProperty("--first", `${widths[0]}px`);
    this.table.style.tableLayout = "fixed";
  }

  destroy() {
    this.chosen.destroy();
  }

  label() {
    const { labels } = this.component.data;
    this.filter.placeholder = labels.filter;
    this.filter.setAttribute("aria-label", labels.filter);
    setText(this.reset, labels.reset);
    this.reset.title = labels.reset_help;
    setText(this.caption, labels.rows);
    this.menu.label(labels);
    COLUMNS.forEach((column, i) => {
      setText(this.heads[i].querySelector("span"), labels[column]);
      this.heads[i].title = labels[`${column}_help`] ?? "";
    });
  }

  /** Make all rows anew, as the layers run. */
  fill() {
    const { layers, labels, problem } = this.component.data;
    const theme = readTheme(this.component.parentElement);
    const of = (/** @type {(values: number[]) => number} */ how) =>
      Object.fromEntries(SHARED.map((column) => [column, how(layers.map((/** @type {Layer} */ layer) => layer[column]))]));
    const about = { labels, colours: colours(theme), totals: of(sum), most: of((values) => Math.max(1, ...values)) };
    this.lines = new Map(layers.map((/** @type {Layer} */ layer) => [layer.path, h("tr", {
      tabindex: -1, "data-testid": "rows-row", "data-path": layer.path, "data-kind": layer.kind, "data-input": plainInput(layer),
      "data-output": layer.output.join("x"), "data-params": layer.params, "data-macs": layer.macs, "data-memory": layer.memory,
      "data-field": layer.field.join("x"),
    }, ...cells(layer, about))]));
    this.dark = theme.dark;
    this.root.dataset.theme = theme.dark ? "dark" : "light";
    this.wrong.replaceChildren(...(problem ? [this.error(problem)] : []));
    this.body.replaceChildren(...this.lines.values());
    this.settle();
    this.arrange();
  }

  /** @param {{path: string, kind: string, sentence: string}} problem */
  error({ path, kind, sentence }) {
    return h("tr", { "data-testid": "rows-problem", "data-path": path, click: () => this.chosen.choose(path) },
      h("th", { scope: "row", class: "path", title: path }, h("b", {}, path)),
      h("td", { colspan: COLUMNS.length - 1 }, h("span", { class: "sentence" }, h("b", {}, kind), ` ${sentence}`)));
  }

  /** @param {Column} column */
  sort(column) {
    // Of numbers the largest are looked for, of names the first; a third click is the order of execution again.
    const first = numeric(column) ? -1 : 1;
    if (this.order?.column !== column) this.order = { column, sign: first };
    else this.order = this.order.sign === first ? { column, sign: /** @type {1 | -1} */ (-first) } : null;
    this.arrange();
    this.mark(true);
  }

  unsort() {
    this.order = null;
    this.filter.value = "";
    this.arrange();
    this.mark(true);
    this.filter.focus({ preventScroll: true });
  }

  /** Put the rows in order, leave out what the filter does, and sum up the rest. */
  arrange() {
    const { layers, labels } = this.component.data;
    const words = this.filter.value.trim();
    this.shown = layers.filter((/** @type {Layer} */ layer) => !words || fits(layer, words));
    if (this.order) {
      const { column, sign } = this.order;
      const text = new Intl.Collator("en", { numeric: true });
      this.shown = [...this.shown].sort((a, b) => {
        const [x, y] = [rank(a, column), rank(b, column)];
        return sign * (typeof x === "number" && typeof y === "number" ? x - y : text.compare(String(x), String(y)));
      });
    }
    const focused = /** @type {ShadowRoot} */ (this.root.getRootNode()).activeElement;
    this.body.replaceChildren(...this.shown.map((layer) => /** @type {HTMLElement} */ (this.lines.get(layer.path))));
    if (focused && this.body.contains(focused)) focused.focus({ preventScroll: true });
    this.root.classList.toggle("plain", !this.order);
    this.reset.disabled = !this.order && !words;
    COLUMNS.forEach((column, i) => {
      const sign = this.order?.column === column ? this.order.sign : 0;
      if (sign) this.heads[i].setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
      else this.heads[i].removeAttribute("aria-sort");
      setText(this.heads[i].querySelector(".sign"), sign > 0 ? "▲" : sign ? "▼" : "");
    });
    setText(this.count, fill(words ? labels.some : labels.all, { shown: this.shown.length, count: layers.length }));
    this.sumUp(words !== "");
    this.tab();
  }

  /** @param {boolean} some whether the filter left something out */
  sumUp(some) {
    const { layers, labels } = this.component.data;
    const sums = SHARED.map((column) => {
      const [part, all] = [this.shown, layers].map((rows) => sum(rows.map((/** @type {Layer} */ layer) => layer[column])));
      const cell = h("td", { class: "number", "data-column": column, "data-value": part }, column === "memory" ? size(part) : grouped(part));
      if (some && all) cell.append(h("small", {}, percent(part / all)));
      return cell;
    });
    this.total.replaceChildren(h("th", { scope: "row", class: "path" }, labels.total), h("td"), h("td"), h("td"), ...sums, h("td"), h("td"), h("td"));
  }

  /** Mark the chosen row, or those inside the chosen block. @param {boolean | "focus"} look whether to scroll to it */
  mark(look) {
    const { path } = this.chosen;
    let first = null;
    for (const layer of this.shown) {
      const line = /** @type {HTMLElement} */ (this.lines.get(layer.path));
      const [self, within] = [layer.path === path, path !== "" && layer.path.startsWith(`${path}.`)];
      line.classList.toggle("chosen", self);
      line.classList.toggle("within", within);
      if (self) line.setAttribute("aria-current", "true");
      else line.removeAttribute("aria-current");
      first = self || (within && !first) ? line : first;
    }
    const broken = /** @type {HTMLElement | null} */ (this.wrong.firstElementChild);
    broken?.classList.toggle("chosen", path !== "" && broken.dataset.path === path);
    first ??= broken?.classList.contains("chosen") ? broken : null;
    this.tab();
    if (!first || !look) return;
    reveal(this.frame, first, { top: this.head.offsetHeight, bottom: this.foot.offsetHeight });
    if (look === "focus") first.focus({ preventScroll: true });
  }

  /** The Tab key comes to the chosen row, else to the first. */
  tab() {
    const stop = this.shown.find((layer) => layer.path === this.chosen.path) ?? this.shown[0];
    for (const [path, line] of this.lines) line.tabIndex = path === stop?.path ? 0 : -1;
  }

  /** @param {MouseEvent} event */
  click(event) {
    const line = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("tr"));
    if (line && window.getSelection()?.type !== "Range") this.chosen.choose(line.dataset.path ?? "");
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const line = /** @type {HTMLElement} */ (/** @type {Element} */ (event.target).closest("tr"));
    const here = this.shown.findIndex((layer) => layer.path === line.dataset.path);
    const last = this.shown.length - 1;
    const to = { ArrowDown: here + 1, ArrowUp: here - 1, PageDown: here + PAGE, PageUp: here - PAGE, Home: 0, End: last, Enter: here, " ": here }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.chosen.choose(this.shown[Math.min(Math.max(to, 0), last)].path);
  }
}

/** @param {number[]} values */
const sum = (values) => values.reduce((all, each) => all + each, 0);

export default mounted((component) => new Rows(component));
