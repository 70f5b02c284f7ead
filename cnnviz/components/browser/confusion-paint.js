/** A confusion matrix painted: blue where the answers are right, orange where they are wrong, by the share of the row. */

import { frame } from "./cells.js";
import { Scale } from "./colour.js";
import { withAlpha } from "./theme.js";

/** @typedef {import("./theme.js").Theme} Theme */

const GAP = 6;
const SMALLEST = { many: 10, few: 17 };
const LARGEST = 58;

/** Small shares matter and shall be seen: the colour grows with the root. @param {number} share @param {boolean} right */
export const weight = (share, right) => (right ? -1 : 1) * Math.sqrt(share);

/** Where everything of a matrix lies at one width. */
export class Layout {
  /**
   * @param {number[][]} counts
   * @param {string[]} classes
   * @param {number} width that there is
   * @param {any} ctx measures texts
   * @param {string} font
   * @param {{truth: string, prediction: string}} titles
   * @param {{least?: number, most?: number}} [cells] smallest and largest cell; where they are smaller than letters, pointing says the names
   */
  constructor(counts, classes, width, ctx, font, titles, { least, most = LARGEST } = {}) {
    this.counts = counts;
    this.classes = classes;
    this.font = font;
    this.titles = titles;
    this.size = classes.length;
    this.wholes = counts.map((row) => row.reduce((all, each) => all + each, 0));
    const letters = this.size > 40 ? 9 : this.size > 20 ? 10.5 : 12;
    this.letters = letters;
    ctx.font = `${letters}px ${font}`;
    const widest = Math.max(...classes.map((name) => ctx.measureText(name).width));
    const cell = (/** @type {number} */ names) => {
      this.nameWidth = names;
      this.left = 20 + names + GAP;
      const smallest = least ?? (this.size > 40 ? SMALLEST.many : SMALLEST.few);
      return Math.floor(Math.max(smallest, Math.min(most, (width - this.left - 3) / this.size)));
    };
    this.nameWidth = this.left = 0;
    this.cell = cell(Math.min(Math.ceil(widest), width < 480 ? 72 : 120));
    this.named = this.cell >= letters;
    if (!this.named) this.cell = cell(0);
    // Names that are wider than their column stand on end.
    this.upright = this.named && widest > this.cell - 4;
    this.top = 22 + (this.upright ? this.nameWidth : this.named ? letters + 2 : 0) + GAP;
    this.side = this.cell * this.size;
    this.width = this.left + this.side + 3;
    this.height = this.top + this.side + 3;
  }

  /** The share of the row that a cell has. @param {number} row @param {number} col */
  share(row, col) {
    return this.wholes[row] ? this.counts[row][col] / this.wholes[row] : 0;
  }

  /** The cell at a place in pixels, or null. @param {number} x @param {number} y @returns {[number, number] | null} */
  at(x, y) {
    const [row, col] = [Math.floor((y - this.top) / this.cell), Math.floor((x - this.left) / this.cell)];
    return row >= 0 && col >= 0 && row < this.size && col < this.size ? [row, col] : null;
  }
}

/**
 * @param {any} ctx
 * @param {Layout} at
 * @param {Theme} theme
 * @param {boolean} shares whether the cells say shares instead of counts
 */
export function paintMatrix(ctx, at, theme, shares) {
  const { cell, size, left, top } = at;
  const scale = new Scale([-1, 1], theme.dark);
  const muted = withAlpha(theme.text, 0.68);
  ctx.fillStyle = muted;
  ctx.font = `600 12px ${at.font}`;
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  ctx.fillText(`${at.titles.prediction} →`, left, 9);
  ctx.save();
  ctx.translate(9, top);
  ctx.rotate(-Math.PI / 2);
  ctx.textAlign = "right";
  ctx.fillText(`← ${at.titles.truth}`, 0, 0);
  ctx.restore();
  for (let i = 0; at.named && i < size; i++) paintNames(ctx, at, i, theme.text, 0.85, false);
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  const written = cell >= 22;
  for (let row = 0; row < size; row++) {
    for (let col = 0; col < size; col++) {
      const [x, y] = [left + col * cell, top + row * cell];
      const value = weight(at.share(row, col), row === col);
      ctx.fillStyle = scale.fill(value);
      ctx.fillRect(x, y, cell, cell);
      if (cell >= 8) {
        ctx.strokeStyle = withAlpha(theme.text, cell < 16 ? 0.05 : 0.1);
        ctx.lineWidth = 1;
        ctx.strokeRect(x + 0.5, y + 0.5, cell - 1, cell - 1);
      }
      if (!written || !at.counts[row][col]) continue;
      const text = shares ? shareText(at.share(row, col)) : String(at.counts[row][col]);
      const letters = Math.min(13, (cell - 4) / (0.62 * Math.max(text.length, 2)));
      if (letters < 7.5) continue;
      ctx.font = `${row === col ? 600 : 400} ${letters}px ${at.font}`;
      ctx.fillStyle = scale.ink(value);
      ctx.fillText(text, x + cell / 2, y + cell / 2 + 0.5);
    }
  }
}

/** A share in few letters: 98.2, 0.4, 100. @param {number} share */
function shareText(share) {
  const percent = share * 100;
  return percent >= 99.95 ? "100" : percent < 0.1 ? "<0.1" : percent.toFixed(1);
}

/**
 * The name of a class at its row and its column.
 * @param {any} ctx @param {Layout} at @param {number} i @param {string} colour @param {number} alpha @param {boolean} bold
 * @param {"both" | "row" | "col"} [which]
 */
function paintNames(ctx, at, i, colour, alpha, bold, which = "both") {
  const { cell, left, top, letters } = at;
  ctx.font = `${bold ? 700 : 400} ${letters}px ${at.font}`;
  ctx.fillStyle = withAlpha(colour, alpha);
  ctx.textBaseline = "middle";
  const name = cut(ctx, at.classes[i], at.nameWidth);
  if (which !== "col") {
    ctx.textAlign = "right";
    ctx.fillText(name, left - GAP, top + (i + 0.5) * cell + 0.5);
  }
  if (which === "row") return;
  const x = left + (i + 0.5) * cell;
  if (!at.upright) {
    ctx.textAlign = "center";
    ctx.fillText(name, x, top - GAP - letters / 2);
    return;
  }
  ctx.save();
  ctx.translate(x, top - GAP);
  ctx.rotate(-Math.PI / 2);
  ctx.textAlign = "left";
  ctx.fillText(name, 0, 0.5);
  ctx.restore();
}

/** @param {any} ctx @param {string} text @param {number} width */
function cut(ctx, text, width) {
  if (ctx.measureText(text).width <= width + 0.5) return text;
  let kept = text;
  while (kept.length > 1 && ctx.measureText(`${kept}…`).width > width) kept = kept.slice(0, -1);
  return `${kept.trimEnd()}…`;
}

/**
 * What is pointed at, and what is chosen.
 * @param {any} ctx @param {Layout} at @param {Theme} theme
 * @param {[number, number] | null} here @param {[number, number] | null} chosen
 */
export function paintMarks(ctx, at, theme, here, chosen) {
  const { cell, left, top, side } = at;
  if (here) {
    const [row, col] = here;
    ctx.fillStyle = withAlpha(theme.text, 0.09);
    ctx.fillRect(left, top + row * cell, side, cell);
    ctx.fillRect(left + col * cell, top, cell, side);
    if (at.named) standOut(ctx, at, theme, row, col);
    frame(ctx, left + col * cell, top + row * cell, cell, cell, theme, theme.text, 1.5);
  }
  if (chosen) frame(ctx, left + chosen[1] * cell, top + chosen[0] * cell, cell, cell, theme);
}

/** The names of the row and the column that are pointed at. @param {any} ctx @param {Layout} at @param {Theme} theme @param {number} row @param {number} col */
function standOut(ctx, at, theme, row, col) {
  const { cell, left, top } = at;
  // Where names stand closer than they are high, the one has a ground of its own.
  const narrow = cell < at.letters + 4;
  ctx.fillStyle = theme.background;
  if (narrow) ctx.fillRect(20, top + (row + 0.5) * cell - 8, left - 20, 16);
  if (narrow && at.upright) ctx.fillRect(left + (col + 0.5) * cell - 8, 20, 16, top - 20);
  paintNames(ctx, at, row, theme.primary, 1, true, "row");
  paintNames(ctx, at, col, theme.primary, 1, true, "col");
}
