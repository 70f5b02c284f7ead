/**
 * A row of linked grids of numbers. Pointing at a cell shows what it is made of and what it reaches, in the same
 * frame, without asking the server.
 */

import { Agreement } from "./agreement.js";
import { h, mounted, setText } from "./mount.js";
import { readTheme, withAlpha } from "./theme.js";
import { Scale } from "./colour.js";
import { decode, fitting } from "./cells.js";
import { Links, SIGN, arrange } from "./panels-layout.js";
import { sceneOf, tableOf } from "./panels-scene.js";
import { Sentence } from "./panels-sentence.js";
import { LABEL_SIZE, PanelView } from "./panels-view.js";
import { saveMenu } from "./saving.js";

const SIGNS = { times: "\u00d7", plus: "+", minus: "\u2212", equals: "=", arrow: "\u2192" };

/** Everything that one mounted row owns. */
class Panels {
  /** @param {import("./mount.js").Component} component */
  constructor(component) {
    this.component = component;
    /** @type {PanelView[]} */
    this.views = [];
    /** @type {{name: string, cell: number} | null} */
    this.at = null;
    this.pinned = false;
    this.agreed = new Agreement(null);
    this.width = 0;
    /** @type {any[]} the elements of each slot, and what they were built for */
    this.slots = [];
    this.plan = "";
    this.row = h("div", { class: "row" });
    this.sentence = new Sentence();
    this.hatched = h("span", { class: "key hidden" }, h("i", { class: "swatch" }), h("span"));
    this.help = h("span", { class: "key help" });
    this.saving = saveMenu({
      name: () => this.data.name,
      scene: () => sceneOf(this),
      table: () => tableOf(this.data.panels),
    });
    this.root = h("div", { class: "root panels", "data-testid": "panels" },
      this.row, this.sentence.root, h("div", { class: "foot" }, h("div", { class: "keys" }, this.hatched, this.help), this.saving.root));
  }

  /** @param {import("./mount.js").Component} component */
  update(component) {
    this.component = component;
    const { panels, links, labels } = component.data;
    this.data = { ...component.data, panels: panels.map((/** @type {any} */ panel) =>
      ({ ...panel, cells: { ...decode(panel.grid), hatched: new Set(panel.hatched) } })) };
    this.links = new Links(links, panels.map((/** @type {any} */ panel) => panel.name));
    while (this.views.length < panels.length) this.views.push(new PanelView(this, this.views.length));
    this.views.length = panels.length;
    this.data.panels.forEach((/** @type {any} */ panel, /** @type {number} */ i) => this.views[i].show(panel, labels));
    setText(this.help, labels.help);
    this.saving.label(labels);
    setText(this.hatched.lastChild, component.data.hatched);
    this.hatched.classList.toggle("hidden", !component.data.hatched);
    this.keepPlace();
    this.takePin(component.data.pinned);
    this.repaint();
    this.root.dataset.ready = "true";
  }

  /** The chosen cell stays where it still exists; at first it is one that has something to say. */
  keepPlace() {
    const { panels, start } = this.data;
    const known = panels.find((/** @type {any} */ panel) => panel.name === this.at?.name);
    if (known && this.at && this.at.cell < known.cells.values.length) return;
    this.pinned = false;
    const first = panels.find((/** @type {any} */ panel) => panel.name === start)
      ?? panels.findLast((/** @type {any} */ panel) => panel.sentence) ?? panels.at(-1);
    this.at = first?.cells.values.length ? { name: first.name, cell: 0 } : null;
  }

  /** Take over the pin that Python wants, if that is news: a link, an example. @param {[string, number] | null} pinned */
  takePin(pinned) {
    if (!this.agreed.news(pinned)) return;
    this.pinned = pinned !== null;
    if (pinned) this.at = { name: pinned[0], cell: pinned[1] };
  }

  /** Tell Python which cell is pinned, so that the link has it. */
  tellPin() {
    const pinned = this.pinned && this.at ? [this.at.name, this.at.cell] : null;
    if (!this.agreed.send(pinned)) return;
    this.component.setStateValue("pinned", { at: pinned });
  }

  /** Paint everything: after new data, a new width or a new theme. */
  repaint() {
    this.width = this.root.clientWidth;
    if (!this.width || !this.data) return;
    const theme = readTheme(this.component.parentElement);
    this.theme = { ...theme, muted: withAlpha(theme.text, 0.68) };
    const { panels } = this.data;
    const { slots, sizes } = arrange(panels, panels.map((/** @type {any} */ panel) => this.needs(panel)), this.width);
    const scales = this.scales();
    this.build(slots);
    slots.forEach((slot, i) => this.paintSlot(slot, sizes[i], scales));
    centre(this.slots);
    this.sentence.forget();
    this.highlight();
  }

  /** Room for a panel's row labels, the cells that its numbers fit into, and the width of title and legend. @param {any} panel */
  needs(panel) {
    const ctx = this.views[0].overlay.getContext("2d");
    ctx.font = `400 ${LABEL_SIZE}px ${this.theme.font}`;
    const labels = panel.row_labels.map((/** @type {string} */ text) => ctx.measureText(text).width);
    const side = labels.length ? Math.ceil(Math.max(...labels)) + 10 : 0;
    ctx.font = `600 14px ${this.theme.font}`;
    const title = ctx.measureText(`${panel.title} [0] 10 \u00d7 10`).width;
    // Longer titles wrap; a legend has about 100 pixels.
    return { side, cell: fitting(ctx, panel.cells, this.theme), width: Math.min(150, Math.max(100 + side, title)) };
  }

  /** Put the panels into their slots, unless they stand there: what has the keyboard keeps it. @param {import("./panels-layout.js").Slot[]} slots */
  build(slots) {
    const plan = JSON.stringify(slots.map((slot) => [slot.sign, slot.across, slot.members]));
    if (plan === this.plan) return;
    this.plan = plan;
    this.slots = slots.map((slot) => {
      const stack = h("div", { class: "stack", style: `--across: ${slot.across}` }, ...slot.members.map((i) => this.views[i].root));
      const sign = SIGNS[/** @type {keyof typeof SIGNS} */ (slot.sign)];
      const root = h("div", { class: "slot" }, ...(sign ? [h("span", { class: "sign", style: `flex-basis: ${SIGN}px` }, sign)] : []), stack);
      return { root, stack };
    });
    this.row.replaceChildren(...this.slots.map((slot) => slot.root));
  }

  /** Panels of one slot or one scale have one scale of colours. @returns {Map<any, Scale>} */
  scales() {
    const together = new Map();
    this.data.panels.forEach((/** @type {any} */ panel, /** @type {number} */ i) => {
      const key = scaleKey(panel, i);
      together.set(key, [...(together.get(key) ?? []), panel]);
    });
    for (const [key, members] of together) {
      const values = members.flatMap((/** @type {any} */ panel) => Array.from(panel.cells.values, (v) => (Number.isFinite(v) ? v : 0)));
      together.set(key, new Scale(values, this.theme.dark, members[0].style));
    }
    return together;
  }

  /** Paint the panels of a slot, with a legend below the last one of each scale that has more than one colour. @param {import("./panels-layout.js").Slot} slot @param {number} cell @param {Map<any, Scale>} scales */
  paintSlot(slot, cell, scales) {
    const keys = slot.members.map((i) => scaleKey(this.data.panels[i], i));
    slot.members.forEach((i, k) => {
      const scale = /** @type {Scale} */ (scales.get(keys[k]));
      this.views[i].draw(slot.side, cell, scale, this.theme);
      this.views[i].legend.classList.toggle("hidden", keys[k] === keys[k + 1] || scale.low === scale.high);
    });
  }

  /** Show the chosen cell: only the overlays and the sentence are touched. */
  highlight() {
    const position = this.data.panels.findIndex((/** @type {any} */ panel) => panel.name === this.at?.name);
    if (position < 0 || !this.at) return;
    const { cell } = this.at;
    const around = this.links.around(position, cell);
    this.views.forEach((view, i) =>
      view.highlight(around.get(i) ?? [], i === position ? cell : null, this.pinned, this.theme));
    const parts = this.links.made(position, cell).map(({ panel, cells, weights }) =>
      ({ weights, values: cells.map((/** @type {number} */ k) => this.data.panels[panel].cells.values[k]) }));
    this.sentence.show(this.data.panels[position], cell, parts, this.data.labels, this.pinned);
  }

  /** @param {PanelView} view @param {number} cell */
  go(view, cell) {
    this.at = { name: view.data.name, cell };
    this.highlight();
  }

  /** @param {PanelView} view @param {PointerEvent} event */
  hover(view, event) {
    const cell = view.locate(event);
    view.canvas.style.cursor = cell === null ? "default" : "crosshair";
    if (cell === null || this.pinned || (this.at?.name === view.data.name && this.at.cell === cell)) return;
    this.go(view, cell);
  }

  /** @param {PanelView} view @param {PointerEvent} event */
  press(view, event) {
    const cell = view.locate(event);
    if (cell === null) return;
    const same = this.at?.name === view.data.name && this.at?.cell === cell;
    this.pinned = !(same && this.pinned);
    this.go(view, cell);
    this.tellPin();
  }

  /** The keyboard comes into a panel: its first cell, unless one of it is chosen or one is pinned. @param {PanelView} view */
  enter(view) {
    if (!this.pinned && this.at?.name !== view.data.name && view.canvas.matches(":focus-visible")) this.go(view, 0);
  }

  /** @param {PanelView} view @param {KeyboardEvent} event */
  key(view, event) {
    const { rows, cols } = view.data.cells;
    const here = this.at?.name === view.data.name ? this.at.cell : 0;
    const [row, col] = [Math.floor(here / cols), here % cols];
    const jump = event.ctrlKey || event.metaKey;
    const target = {
      ArrowLeft: [row, col - 1], ArrowRight: [row, col + 1], ArrowUp: [row - 1, col], ArrowDown: [row + 1, col],
      Home: [jump ? 0 : row, 0], End: [jump ? rows - 1 : row, cols - 1],
    }[event.key];
    if (target) {
      const clamp = (/** @type {number} */ v, /** @type {number} */ count) => Math.max(0, Math.min(v, count - 1));
      this.go(view, clamp(target[0], rows) * cols + clamp(target[1], cols));
    } else if (event.key === "Enter" || event.key === " ") {
      this.pinned = !this.pinned;
      this.go(view, here);
    } else if (event.key === "Escape") {
      this.pinned = false;
      this.highlight();
    } else return;
    this.tellPin();
    event.preventDefault();
    event.stopPropagation();
  }
}

/** @param {any} panel @param {number} position */
function scaleKey(panel, position) {
  return panel.scale || (panel.slot === null ? `panel ${position}` : `slot ${panel.slot}`);
}

/**
 * Make room above or below slots that share a line, so that the middles of their grids are level and the signs too.
 * @param {{root: HTMLElement, stack: HTMLElement}[]} slots
 */
function centre(slots) {
  for (const { stack } of slots) stack.style.padding = "0";
  const lines = slots.map(({ root }) => Math.round(root.getBoundingClientRect().top + root.offsetHeight / 2));
  const lacking = slots.map(({ stack }, i) => {
    if (lines.filter((line) => Math.abs(line - lines[i]) < 3).length < 2) return 0;
    const box = stack.getBoundingClientRect();
    const grids = [...stack.querySelectorAll(".cells")].map((grid) => grid.getBoundingClientRect());
    return (grids[0].top - box.top) - (box.bottom - grids[grids.length - 1].bottom);
  });
  slots.forEach(({ stack }, i) => { stack.style.padding = lacking[i] > 0 ? `0 0 ${lacking[i]}px` : `${-lacking[i]}px 0 0`; });
}

export default mounted((component) => new Panels(component));
