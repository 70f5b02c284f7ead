/** The stage as one picture and one table, for files. */

import { fit, h } from "./mount.js";
import { short } from "./format.js";
import { paintPicture } from "./stage-paint.js";

const EDGE = 16;
const CAPTION = 26;
const LEGEND = 24;
const SIGN = 40;
const TITLES = 20;
const LINE = 19;
const RAMP = 56;

const TEXT = "400 13px";
const SMALL = "400 11px";

/**
 * @typedef {object} Shown One grid as it stands on the page.
 * @property {string} title
 * @property {import("./stage-paint.js").Picture} picture
 * @property {import("./colour.js").Scale} scale
 * @property {(ctx: CanvasRenderingContext2D) => void} mark paints the highlight
 * @property {string[]} [rows] names of its rows
 * @property {string[]} [cols] names of its columns
 *
 * @typedef {Shown & {grow: number, left: number, wide: number, tall: number, high: number}} Placed A grid with its
 *   size in the picture: `left` is the room for names of rows; `tall` is the grid, `high` the grid with what goes with it
 */

/**
 * The whole stage: input × kernel = output in one row, or one below the other, and the sum below.
 * @param {Shown[]} grids
 * @param {string[]} lines
 * @param {import("./theme.js").Theme} theme
 * @param {boolean} stacked
 * @returns {import("./saving.js").Scene}
 */
export function scene(grids, lines, theme, stacked) {
  const measure = measuring(theme);
  const placed = grids.map((grid) => place(grid, measure));
  const gaps = SIGN * (grids.length - 1);
  const wides = placed.map((grid) => grid.left + grid.wide);
  const highs = placed.map((grid) => grid.high);
  const sum = (/** @type {number[]} */ each) => each.reduce((a, b) => a + b, 0) + gaps;
  const width = Math.max(stacked ? Math.max(...wides) : sum(wides), 300) + 2 * EDGE;
  const room = stacked ? sum(highs) : Math.max(...highs);
  const text = lines.filter(Boolean).flatMap((line) => wrap(line, width - 2 * EDGE, (part) => measure(part, TEXT)));
  return {
    width: Math.ceil(width),
    height: Math.ceil(2 * EDGE + room + 8 + LINE * text.length),
    background: theme.background,
    paint: (ctx) => {
      const write = writing(ctx, theme);
      let at = EDGE + (stacked ? 0 : (width - 2 * EDGE - sum(wides)) / 2);
      placed.forEach((grid, k) => {
        const x = stacked ? (width - wides[k]) / 2 : at;
        const y = stacked ? at : EDGE + (room - highs[k]) / 2;
        paintGrid(ctx, grid, x + grid.left, y + CAPTION, theme);
        at += (stacked ? highs[k] : wides[k]) + SIGN;
        if (k === grids.length - 1) return;
        const sign = k < grids.length - 2 ? "\u00d7" : grids.length > 2 ? "=" : stacked ? "\u2193" : "\u2192";
        if (stacked) write(sign, width / 2, at - SIGN / 2, "400 20px", "center");
        else write(sign, at - SIGN / 2, EDGE + room / 2, "400 20px", "center");
      });
      text.forEach((line, k) => write(line, EDGE, EDGE + room + 18 + LINE * k, TEXT, "left"));
    },
  };
}

/** Cells too small for numbers get whole pixels in a file of twice the size. @param {Shown} grid @param {Measure} measure @returns {Placed} */
function place(grid, measure) {
  const { picture: p, rows = [], cols = [] } = grid;
  const grow = p.cell < 5 && !p.bars ? Math.max(1.5, Math.ceil(2 * p.cell) / 2) / p.cell : 1;
  const [wide, tall] = [p.cols * p.cell * grow, p.rows * p.height * grow];
  const left = rows.length ? Math.max(...rows.map((name) => measure(name, SMALL))) + 8 : 0;
  const high = CAPTION + tall + (cols.length ? TITLES : 0) + LEGEND;
  return { ...grid, grow, left, wide: Math.max(wide, 90, measure(grid.title, "600 13px")), tall, high };
}

/** One grid with its title, names and legend; its cells begin at (x, y). @param {any} ctx @param {Placed} grid */
function paintGrid(ctx, grid, /** @type {number} */ x, /** @type {number} */ y, /** @type {import("./theme.js").Theme} */ theme) {
  const { picture: p, scale, grow, rows = [], cols = [] } = grid;
  const write = writing(ctx, theme);
  const middle = Math.round(x + grid.wide / 2);
  const left = middle - (p.cols * p.cell * grow) / 2;
  write(grid.title, middle, y - CAPTION / 2, "600 13px", "center");
  ctx.save();
  ctx.translate(left, y);
  ctx.scale(grow, grow);
  paintPicture(ctx, p, scale, theme);
  grid.mark(ctx);
  ctx.restore();
  rows.forEach((name, k) => write(name, left - 8, y + (k + 0.5) * p.height, SMALL, "right"));
  cols.forEach((name, k) => write(name, left + (k + 0.5) * p.cell, y + grid.tall + TITLES / 2, SMALL, "center"));
  const below = Math.round(y + grid.tall + (cols.length ? TITLES : 0) + LEGEND / 2);
  for (let k = 0; k < RAMP; k++) {
    ctx.fillStyle = scale.fill(scale.low + ((scale.high - scale.low) * (k + 0.5)) / RAMP);
    ctx.fillRect(middle - RAMP / 2 + k, below - 3, 1, 6);
  }
  write(short(scale.low, 3), middle - RAMP / 2 - 6, below, SMALL, "right");
  write(short(scale.high, 3), middle + RAMP / 2 + 6, below, SMALL, "left");
}

/** @typedef {(text: string, font: string) => number} Measure */

/** @param {import("./theme.js").Theme} theme @returns {Measure} */
function measuring(theme) {
  const ctx = fit(h("canvas"), 1, 1);
  return (text, font) => {
    ctx.font = `${font} ${theme.font}`;
    return ctx.measureText(text).width;
  };
}

/** @param {CanvasRenderingContext2D} ctx @param {import("./theme.js").Theme} theme */
function writing(ctx, theme) {
  return (/** @type {string} */ what, /** @type {number} */ x, /** @type {number} */ y, /** @type {string} */ font, /** @type {CanvasTextAlign} */ align) => {
    ctx.font = `${font} ${theme.font}`;
    ctx.textAlign = align;
    ctx.textBaseline = "middle";
    ctx.fillStyle = theme.text;
    ctx.fillText(what, x, y);
  };
}

/** Break a long line at spaces. @param {string} line @param {number} most pixels @param {(text: string) => number} measure */
function wrap(line, most, measure) {
  const out = [];
  let now = "";
  for (const word of line.split(" ")) {
    const longer = now ? `${now} ${word}` : word;
    if (now && measure(longer) > most) {
      out.push(now);
      now = word;
    } else now = longer;
  }
  return [...out, now];
}

/**
 * All numbers, one a line.
 * @param {import("./stage-layer.js").Layer} layer
 */
export function table(layer) {
  const rows = [["grid", "channel", "input_channel", "row", "column", "value"]];
  const list = (/** @type {string} */ name, /** @type {import("./stage-layer.js").Tensor} */ { shape, values }) => {
    const [height, width] = shape.slice(-2);
    for (let at = 0; at < values.length; at++) {
      const plane = Math.floor(at / (height * width));
      const deep = shape.length === 4;
      rows.push(/** @type {any} */ ([name, deep ? Math.floor(plane / shape[1]) : plane, deep ? plane % shape[1] : "",
        Math.floor(at / width) % height, at % width, values[at]]));
    }
  };
  list("input", layer.input);
  if (layer.kernel) list("kernel", layer.kernel);
  layer.bias.forEach((/** @type {number} */ b, /** @type {number} */ o) => rows.push(/** @type {any} */ (["bias", o, "", "", "", b])));
  list("output", layer.output);
  return rows;
}
