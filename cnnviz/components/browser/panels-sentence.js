/** The sentence below the panels: the pointed cell's formula with its numbers. */

import { h, setText } from "./mount.js";
import { exact, fill, term } from "./format.js";
import { received, written } from "./cells.js";
import { icon } from "./icons.js";

/** More terms than this are shortened. */
const LONGEST = 16;

/** The line below the panels. */
export class Sentence {
  constructor() {
    this.place = h("span", { class: "place" });
    this.pin = h("span", { class: "pin hidden" }, icon("pin", 14));
    this.formula = h("div", { class: "formula" });
    this.root = h("div", { class: "explain", "data-testid": "panels-sentence", role: "status", "aria-live": "polite" },
      h("div", { class: "where" }, this.place, this.pin), this.formula);
    this.tallest = 0;
  }

  /**
   * @param {any} panel
   * @param {number} cell
   * @param {{values: ArrayLike<number | null>, weights: number[] | null}[]} parts what the cell is made of
   * @param {Record<string, string>} labels
   * @param {boolean} pinned
   */
  show(panel, cell, parts, labels, pinned) {
    const { rows, cols, values } = panel.cells;
    const [row, column] = [Math.floor(cell / cols), cell % cols];
    const numbers = Object.fromEntries(Object.entries(panel.numbers).map(([name, given]) =>
      [name, received(Array.isArray(given) ? given[cell] : given)]));
    const products = parts.filter((part) => part.weights)
      .flatMap((part) => (part.weights ?? []).map((w, i) => [part.values[i], w]));
    const plain = parts.filter((part) => !part.weights).flatMap((part) => Array.from(part.values));
    const { dataset } = this.root;
    Object.assign(dataset, {
      panel: panel.name, row: String(row), col: String(column), value: String(values[cell]),
      numbers: JSON.stringify(numbers), terms: JSON.stringify(products), taps: JSON.stringify(plain),
    });
    const place = panel.channel !== null ? [panel.channel, row, column] : rows === 1 ? [column] : cols === 1 ? [row] : [row, column];
    const index = place.join(", ");
    const named = [panel.row_labels[row], panel.column_labels[column]].filter(Boolean).join(", ");
    setText(this.place, `${panel.title} [${index}]${named && named !== index ? ` \u00b7 ${named}` : ""}`);
    this.pin.classList.toggle("hidden", !pinned);
    this.pin.title = labels.pinned;
    const said = fill(panel.sentence || "{value}", {
      ...Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, written(value, term)])),
      row, column, value: written(values[cell], exact),
      terms: joined(products.map(([x, w]) => `${written(x, term)}\u00d7${term(w)}`), " + ", labels),
      sum: joined(plain.map((v) => written(v, term)), " + ", labels),
      list: joined(plain.map((v) => written(v, exact)), ", ", labels),
    });
    setText(this.formula, said);
    // Longer sums make room once; the page below never jumps back and forth.
    const height = this.root.scrollHeight;
    if (height > this.tallest) {
      this.tallest = height;
      this.root.style.minHeight = `${height}px`;
    }
  }

  /** Forget the room that was kept, after a change of shape or width. */
  forget() {
    this.tallest = 0;
    this.root.style.minHeight = "";
  }
}

/** @param {string[]} terms @param {string} sign @param {Record<string, string>} labels */
function joined(terms, sign, labels) {
  if (terms.length <= LONGEST) return terms.join(sign);
  const left = terms.length - LONGEST + 2;
  return [...terms.slice(0, LONGEST - 4), `\u2026 (${fill(labels.more, { count: left })}) \u2026`, ...terms.slice(-2)].join(sign);
}
