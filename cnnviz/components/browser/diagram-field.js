/** The receptive field drawn on the input: which pixels of the picture the middle value of an output sees. */

import { fit, h } from "./mount.js";
import { fill } from "./format.js";
import { withAlpha } from "./theme.js";

/** The largest side of the drawing, and how far beyond the picture it goes (pixels). */
const SIDE = 132;
const MARGIN = 16;

/** @typedef {{input: number[], picture: ImageData | null, theme: import("./theme.js").Theme}} Scene */

/**
 * @param {import("./diagram-layout.js").Node} node with what it sees
 * @param {Scene} scene
 * @param {Record<string, string>} labels
 */
export function field(node, { input, picture, theme }, labels) {
  const [, height, width] = input;
  const [top, left, bottom, right] = /** @type {number[]} */ (node.sees);
  const canvas = h("canvas", { role: "img", "data-testid": "diagram-field", "data-sees": node.sees?.join(","), "data-input": `${height}x${width}` });
  const scale = SIDE / Math.max(height, width);
  const [w, tall] = [width * scale, height * scale];
  const ctx = fit(canvas, w + 2 * MARGIN, tall + 2 * MARGIN);
  ctx.translate(MARGIN, MARGIN);
  ctx.fillStyle = withAlpha(theme.text, 0.08);
  ctx.fillRect(0, 0, w, tall);
  if (picture) paint(ctx, picture, w, tall);
  // What reaches further than the margin is cut there, and its edge stays open.
  const inside = (/** @type {number} */ pixels, /** @type {number} */ size) => Math.max(-MARGIN - 2, Math.min(size + MARGIN + 2, pixels * scale));
  const [x, y] = [inside(left, w), inside(top, tall)];
  const [far, low] = [Math.max(x + 2, inside(right, w)), Math.max(y + 2, inside(bottom, tall))];
  const outside = top < 0 || left < 0 || bottom > height || right > width;
  if (outside) hatch(ctx, x, y, far, low, w, tall, theme);
  ctx.fillStyle = withAlpha(theme.primary, picture ? 0.28 : 0.34);
  const [cx, cy] = [Math.max(0, x), Math.max(0, y)];
  ctx.fillRect(cx, cy, Math.min(w, far) - cx, Math.min(tall, low) - cy);
  ctx.strokeStyle = theme.primary;
  ctx.lineWidth = 1.5;
  ctx.strokeRect(x, y, far - x, low - y);
  ctx.strokeStyle = withAlpha(theme.text, 0.55);
  ctx.lineWidth = 1;
  ctx.strokeRect(-0.5, -0.5, w + 1, tall + 1);
  const place = node.output.length === 3 ? `${Math.floor(node.output[1] / 2)}, ${Math.floor(node.output[2] / 2)}` : "";
  const said = fill(place && place !== "0, 0" ? labels.field_middle : labels.field_value, { place, top, bottom: bottom - 1, left, right: right - 1 });
  canvas.setAttribute("aria-label", said);
  return h("figure", { class: "field" }, canvas, h("figcaption", {}, said, outside ? ` ${labels.field_outside}` : ""));
}

/** @param {CanvasRenderingContext2D} ctx @param {ImageData} picture @param {number} w @param {number} h */
function paint(ctx, picture, w, h) {
  const small = document.createElement("canvas");
  [small.width, small.height] = [picture.width, picture.height];
  small.getContext("2d")?.putImageData(picture, 0, 0);
  ctx.imageSmoothingEnabled = false;
  ctx.drawImage(small, 0, 0, w, h);
}

/**
 * Lines over what lies outside the picture.
 * @param {CanvasRenderingContext2D} ctx @param {number} x @param {number} y @param {number} far @param {number} low
 * @param {number} w @param {number} h @param {import("./theme.js").Theme} theme
 */
function hatch(ctx, x, y, far, low, w, h, theme) {
  ctx.save();
  ctx.beginPath();
  ctx.rect(x, y, far - x, low - y);
  ctx.clip();
  ctx.beginPath();
  ctx.rect(-MARGIN * 2, -MARGIN * 2, w + 4 * MARGIN, h + 4 * MARGIN);
  ctx.rect(0, 0, w, h);
  ctx.clip("evenodd");
  ctx.strokeStyle = withAlpha(theme.primary, 0.6);
  ctx.lineWidth = 1;
  ctx.beginPath();
  for (let at = x - (low - y); at < far; at += 5) {
    ctx.moveTo(at, low);
    ctx.lineTo(at + (low - y), y);
  }
  ctx.stroke();
  ctx.restore();
}

/**
 * The grey bytes of the input as a picture; null for none.
 * @param {string} base64
 * @param {number[]} input
 */
export function grey(base64, input) {
  if (!base64) return null;
  const [, height, width] = input;
  const bytes = atob(base64);
  const data = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    data.data.fill(bytes.charCodeAt(i), 4 * i, 4 * i + 3);
    data.data[4 * i + 3] = 255;
  }
  return data;
}
