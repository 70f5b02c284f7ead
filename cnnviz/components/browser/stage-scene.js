/** The stage as one picture and one table, for files. */

import { paintPicture } from "./stage-paint.js";

const EDGE = 16;
const CAPTION = 26;
const SIGN = 40;

/**
 * @typedef {object} Shown One grid as it stands on the page.
 * @property {string} title
 * @property {import("./stage-paint.js").Picture} picture
 * @property {import("./colour.js").Scale} scale
 * @property {(ctx: CanvasRenderingContext2D) => void} mark paints the highlight
 */

/**
 * The whole stage in one row: input × kernel = output, and the sum below.
 * @param {Shown[]} grids
 * @param {string[]} lines
 * @param {import("./theme.js").Theme} theme
 * @returns {import("./saving.js").Scene}
 */
export function scene(grids, lines, theme) {
  const tallest = Math.max(...grids.map(({ picture: p }) => p.rows * p.height));
  const width = grids.reduce((sum, { picture: p }) => sum + Math.max(p.cols * p.cell, 90), 0) + SIGN * (grids.length - 1) + 2 * EDGE;
  const text = wrap(lines, Math.max(28, Math.floor((width - 2 * EDGE) / 7.4)));
  const height = EDGE * 2 + CAPTION + tallest + (text.length ? 14 + 19 * text.length : 0);
  return { width, height, background: theme.background, paint: (ctx) => paint(ctx, grids, text, tallest, theme) };
}

/** @param {CanvasRenderingContext2D} ctx @param {Shown[]} grids @param {string[]} text @param {number} tallest @param {import("./theme.js").Theme} theme */
function paint(ctx, grids, text, tallest, theme) {
  const write = (/** @type {string} */ what, /** @type {number} */ x, /** @type {number} */ y, /** @type {string} */ font, /** @type {CanvasTextAlign} */ align) => {
    ctx.font = `${font} ${theme.font}`;
    ctx.textAlign = align;
    ctx.textBaseline = "middle";
    ctx.fillStyle = theme.text;
    ctx.fillText(what, x, y);
  };
  let x = EDGE;
  grids.forEach(({ title, picture, scale, mark }, k) => {
    const room = Math.max(picture.cols * picture.cell, 90);
    const left = x + (room - picture.cols * picture.cell) / 2;
    const top = EDGE + CAPTION + (tallest - picture.rows * picture.height) / 2;
    write(title, x + room / 2, top - CAPTION / 2, "600 13px", "center");
    ctx.save();
    ctx.translate(left, top);
    paintPicture(ctx, picture, scale, theme);
    mark(ctx);
    ctx.restore();
    x += room + SIGN;
    const sign = k === grids.length - 2 ? (grids.length === 2 ? "\u2192" : "=") : "\u00d7";
    if (k < grids.length - 1) write(sign, x - SIGN / 2, EDGE + CAPTION + tallest / 2, "400 20px", "center");
  });
  text.forEach((line, k) => write(line, EDGE, EDGE + CAPTION + tallest + 20 + 19 * k, "400 13px", "left"));
}

/** Break long lines at spaces. @param {string[]} lines @param {number} most letters in a line */
function wrap(lines, most) {
  const out = [];
  for (const line of lines.filter(Boolean)) {
    let now = "";
    for (const word of line.split(" ")) {
      if (now && now.length + word.length + 1 > most) {
        out.push(now);
        now = word;
      } else now = now ? `${now} ${word}` : word;
    }
    out.push(now);
  }
  return out;
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
