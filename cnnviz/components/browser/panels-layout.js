/** How large the cells of each slot are, and which cells belong together. No drawing here. */

/** Room that a sign takes, and the height of the column labels. */
export const SIGN = 40;
export const HEAD = 18;

const LARGEST = 50;
const COLUMN = 34;
const TALLEST = 520;

/**
 * @typedef {object} Slot Panels below each other.
 * @property {number[]} members positions of its panels
 * @property {string} sign
 * @property {number} cols of its widest panel
 * @property {number} rows of all its panels together
 * @property {number} side room for row labels
 * @property {number} fitting size of cells that its numbers fit into
 * @property {number} narrowest width that its titles and legends need
 */

/**
 * The slots of a row of panels, in their order.
 * @param {any[]} panels
 * @param {{side: number, cell: number, width: number}[]} needs of each panel: room for row labels, cells that its
 *   numbers fit into, width of title and legend
 * @returns {Slot[]}
 */
export function slotsOf(panels, needs) {
  /** @type {Slot[]} */
  const slots = [];
  /** @type {Map<number, Slot>} */
  const named = new Map();
  panels.forEach((panel, i) => {
    let slot = panel.slot === null ? undefined : named.get(panel.slot);
    if (!slot) {
      slot = { members: [], sign: panel.sign, cols: 0, rows: 0, side: 0, fitting: 0, narrowest: 0 };
      slots.push(slot);
      if (panel.slot !== null) named.set(panel.slot, slot);
    }
    slot.members.push(i);
    slot.cols = Math.max(slot.cols, panel.grid.cols);
    slot.rows += panel.grid.rows;
    slot.side = Math.max(slot.side, needs[i].side);
    slot.narrowest = Math.max(slot.narrowest, needs[i].width);
    slot.fitting = Math.max(slot.fitting, needs[i].cell);
  });
  return slots;
}

/**
 * The size of each slot's cells, so that all stand in one row if their numbers can be read then, else in several.
 * @param {Slot[]} slots
 * @param {number} width of the page
 * @returns {number[]}
 */
export function arrange(slots, width) {
  const ideal = slots.map((s) => Math.max(2, Math.min(LARGEST, TALLEST / s.rows, (width - s.side) / s.cols)));
  const room = (/** @type {number[]} */ sizes) => slots.reduce((sum, s, i) =>
    sum + Math.max(s.narrowest, sizes[i] * s.cols + s.side) + (s.sign ? SIGN : i ? 20 : 0), 0);
  const within = (/** @type {number} */ most) => ideal.map((size, i) =>
    Math.min(size, Math.max(most, slots[i].fitting, slots[i].cols === 1 ? COLUMN : 0)));
  for (let most = LARGEST; most >= 4; most -= 1) {
    if (room(within(most)) <= width) return within(most).map(whole);
  }
  return slots.map((s, i) => whole(Math.min(ideal[i], 46, (width - s.side - (s.sign ? SIGN : 0)) / s.cols)));
}

/** Whole pixels where cells are large: their lines stay crisp. */
function whole(/** @type {number} */ size) {
  return size > 8 ? Math.floor(size) : size;
}

/**
 * @typedef {object} Part The cells of one panel that belong to the pointed one.
 * @property {number[]} cells
 * @property {number[] | null} weights of the cells, where they have some
 * @property {"made" | "reached"} how the pointed cell is made of them, or reaches them
 */

/** The links of a row of panels, both ways. */
export class Links {
  /** @param {any[]} links @param {string[]} names of the panels */
  constructor(links, names) {
    this.links = links.map((link) => ({ ...link, of: names.indexOf(link.of), source: names.indexOf(link.source) }));
  }

  /**
   * What a cell is made of, link by link.
   * @param {number} panel
   * @param {number} cell
   * @returns {{panel: number, cells: number[], weights: number[] | null}[]}
   */
  made(panel, cell) {
    return this.links.filter((link) => link.of === panel).map((link) => {
      const [from, to] = [link.starts[cell], link.starts[cell + 1]];
      return { panel: link.source, cells: link.cells.slice(from, to), weights: link.weights?.slice(from, to) ?? null };
    });
  }

  /**
   * The cells that a cell reaches, link by link.
   * @param {number} panel
   * @param {number} cell
   */
  reached(panel, cell) {
    return this.links.filter((link) => link.source === panel).map((link) => {
      link.reach ??= inverse(link);
      return { panel: link.of, cells: link.reach.get(cell) ?? [] };
    });
  }

  /**
   * Everything to be shown for a cell, by panel.
   * @param {number} panel
   * @param {number} cell
   * @returns {Map<number, Part[]>}
   */
  around(panel, cell) {
    /** @type {Map<number, Part[]>} */
    const found = new Map();
    const add = (/** @type {number} */ at, /** @type {Part} */ part) => {
      if (part.cells.length) found.set(at, [...(found.get(at) ?? []), part]);
    };
    for (const { panel: at, cells } of this.reached(panel, cell)) add(at, { cells, weights: null, how: "reached" });
    for (const { panel: at, cells, weights } of this.made(panel, cell)) add(at, { cells, weights, how: "made" });
    return found;
  }
}

/** @param {any} link @returns {Map<number, number[]>} cell of the source -> cells that it reaches */
function inverse(link) {
  const reach = new Map();
  for (let of = 0; of + 1 < link.starts.length; of++) {
    for (let k = link.starts[of]; k < link.starts[of + 1]; k++) {
      const known = reach.get(link.cells[k]);
      if (known) known.push(of);
      else reach.set(link.cells[k], [of]);
    }
  }
  return reach;
}
