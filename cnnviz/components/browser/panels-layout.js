/** How large the cells of each slot are, and which cells belong together. No drawing here. */

/** Room that a sign takes, and the height of the column labels. */
export const SIGN = 40;
export const HEAD = 18;

const LARGEST = 50;
const COLUMN = 34;
const TALLEST = 520;
const GAP = 12;

/**
 * @typedef {object} Slot Panels below each other.
 * @property {number[]} members positions of its panels
 * @property {string} sign
 * @property {number} across how many panels stand beside each other, such as the channels of a picture
 * @property {number} cols of its widest panels beside each other
 * @property {number} rows of all its panels together
 * @property {number} side room for the row labels of one panel
 * @property {number} extra room for all row labels beside each other, and for the gaps
 * @property {number} fitting size of cells that its numbers fit into
 * @property {number} narrowest width that its titles and legends need
 */

/**
 * @typedef {{side: number, cell: number, width: number}} Needs Of a panel: room for row labels, cells that its numbers
 *   fit into, width of title and legend.
 */

/**
 * The slots of a row of panels and the size of each one's cells: all in one row if their numbers can be read then, with
 * three panels or more of a slot in two columns if there is room.
 * @param {any[]} panels
 * @param {Needs[]} needs of each panel
 * @param {number} width of the page
 * @returns {{slots: Slot[], sizes: number[]}}
 */
export function arrange(panels, needs, width) {
  const columns = slotsOf(panels, needs, () => 2);
  const stacks = slotsOf(panels, needs, () => 1);
  for (const slots of [columns, stacks]) {
    const sizes = inOneRow(slots, width);
    if (sizes) return { slots, sizes };
  }
  const slots = slotsOf(panels, needs, (i) => (most(columns[i], width) >= columns[i].fitting ? 2 : 1));
  return { slots, sizes: slots.map((s) => whole(Math.min(ideal(s, width), 46, most(s, width)))) };
}

/**
 * The slots of a row of panels, in their order.
 * @param {any[]} panels
 * @param {Needs[]} needs
 * @param {(slot: number) => number} beside so many panels of a slot stand beside each other, if it has three or more
 * @returns {Slot[]}
 */
function slotsOf(panels, needs, beside) {
  /** @type {Slot[]} */
  const slots = [];
  /** @type {Map<number, Slot>} */
  const named = new Map();
  panels.forEach((panel, i) => {
    let slot = panel.slot === null ? undefined : named.get(panel.slot);
    if (!slot) {
      slot = { members: [], sign: panel.sign, across: 1, cols: 0, rows: 0, side: 0, extra: 0, fitting: 0, narrowest: 0 };
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
  slots.forEach((slot, i) => {
    const count = slot.members.length;
    slot.across = count > 2 ? beside(i) : 1;
    slot.rows = (slot.rows / count) * Math.ceil(count / slot.across);
    slot.cols *= slot.across;
    slot.extra = slot.side * slot.across + GAP * (slot.across - 1);
    slot.narrowest = slot.narrowest * slot.across + GAP * (slot.across - 1);
  });
  return slots;
}

/** The largest cells with which a slot fits into the width. @param {Slot} slot @param {number} width */
function most(slot, width) {
  return (width - slot.extra - (slot.sign ? SIGN : 0)) / slot.cols;
}

/** The size that a slot's cells have where there is room. @param {Slot} slot @param {number} width */
function ideal(slot, width) {
  return Math.max(2, Math.min(LARGEST, TALLEST / slot.rows, (width - slot.extra) / slot.cols));
}

/**
 * The size of each slot's cells, so that all stand in one row and their numbers can be read; null if there is none.
 * @param {Slot[]} slots
 * @param {number} width of the page
 * @returns {number[] | null}
 */
function inOneRow(slots, width) {
  const room = (/** @type {number[]} */ sizes) => slots.reduce((sum, s, i) =>
    sum + Math.max(s.narrowest, sizes[i] * s.cols + s.extra) + (s.sign ? SIGN : i ? 20 : 0), 0);
  const within = (/** @type {number} */ largest) => slots.map((s) =>
    Math.min(ideal(s, width), Math.max(largest, s.fitting, s.cols === 1 ? COLUMN : 0)));
  for (let largest = LARGEST; largest >= 4; largest -= 1) {
    if (room(within(largest)) <= width) return within(largest).map(whole);
  }
  return null;
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
