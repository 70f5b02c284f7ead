/** One picture's probabilities as lines over the epochs; where only the answers are known, as points. */

import { fit } from "./mount.js";
import { withAlpha } from "./theme.js";

const LIGHT = ["#2b6cb0", "#c2570c", "#2c7a51", "#7b45b5", "#b0336f"];
const DARK = ["#7ab8f0", "#f5a95c", "#6fce9b", "#bd9bf2", "#f08bb8"];
const HEIGHT = 170;
const EDGE = { left: 34, right: 12, top: 8, bottom: 26 };

/** Lines that can be told apart. */
const MOST = 5;

/** @param {number} width @param {number} count @param {number} place */
const across = (width, count, place) => EDGE.left + (place / Math.max(1, count - 1)) * (width - EDGE.left - EDGE.right);

/** The epoch at a place in pixels. @param {number} width @param {number} count @param {number} x */
export function placeOf(width, count, x) {
  return Math.round(((x - EDGE.left) / (width - EDGE.left - EDGE.right)) * Math.max(1, count - 1));
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {{followed: any, classes: string[], epochs: number[], at: number, theme: import("./theme.js").Theme}} what
 */
export function paintAnswers(canvas, width, { followed, classes, epochs, at, theme }) {
  const lines = followed.probabilities.length ? likeliest(followed) : [];
  const legend = Math.ceil(lines.length / 2) * 18;
  const ctx = fit(canvas, width, HEIGHT + legend);
  const x = (/** @type {number} */ place) => across(width, epochs.length, place);
  const y = (/** @type {number} */ share) => HEIGHT - EDGE.bottom - share * (HEIGHT - EDGE.top - EDGE.bottom);
  const palette = theme.dark ? DARK : LIGHT;
  axes(ctx, width, epochs, x, y, theme);
  ctx.strokeStyle = withAlpha(theme.text, 0.45);
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.moveTo(x(at), y(0));
  ctx.lineTo(x(at), y(1));
  ctx.stroke();
  lines.forEach((number, i) => {
    ctx.strokeStyle = palette[i];
    ctx.lineWidth = number === followed.truth ? 3 : 1.75;
    ctx.setLineDash(number === followed.truth ? [] : [5, 3]);
    ctx.beginPath();
    followed.probabilities.forEach((/** @type {number[]} */ row, /** @type {number} */ place) => ctx.lineTo(x(place), y(row[number])));
    ctx.stroke();
    ctx.setLineDash([]);
    dot(ctx, x(at), y(followed.probabilities[at][number]), palette[i], theme);
    const [left, top] = [EDGE.left + (i % 2) * ((width - EDGE.left) / 2), HEIGHT + Math.floor(i / 2) * 18 + 9];
    ctx.fillStyle = palette[i];
    ctx.fillRect(left, top - 1.5, 16, 3);
    ctx.fillStyle = theme.text;
    ctx.font = `${number === followed.truth ? 600 : 400} 12px ${theme.font}`;
    ctx.textAlign = "left";
    ctx.textBaseline = "middle";
    ctx.fillText(`${classes[number]} ${(100 * followed.probabilities[at][number]).toFixed(1)}%`, left + 22, top);
  });
  if (lines.length) return;
  ctx.strokeStyle = withAlpha(theme.text, 0.3);
  ctx.lineWidth = 1.25;
  ctx.beginPath();
  followed.confidence.forEach((/** @type {number} */ share, /** @type {number} */ place) => ctx.lineTo(x(place), y(share)));
  ctx.stroke();
  followed.confidence.forEach((/** @type {number} */ share, /** @type {number} */ place) => {
    const right = followed.predicted[place] === followed.truth;
    // Right and wrong differ by their form too.
    if (right) dot(ctx, x(place), y(share), palette[0], theme, place === at ? 6 : 4);
    else cross(ctx, x(place), y(share), palette[1], place === at ? 6 : 4);
  });
}

/** The truth and the classes that were ever likely, the truth first. @param {any} followed @returns {number[]} */
function likeliest(followed) {
  const most = followed.probabilities[0].map((/** @type {number} */ _, /** @type {number} */ c) => Math.max(...followed.probabilities.map((/** @type {number[]} */ row) => row[c])));
  const others = most.map((/** @type {number} */ _, /** @type {number} */ c) => c).filter((/** @type {number} */ c) => c !== followed.truth)
    .sort((/** @type {number} */ a, /** @type {number} */ b) => most[b] - most[a]);
  return [followed.truth, ...others.slice(0, MOST - 1).filter((/** @type {number} */ c) => most[c] > 0.02)];
}

/**
 * @param {CanvasRenderingContext2D} ctx @param {number} width @param {number[]} epochs
 * @param {(place: number) => number} x @param {(share: number) => number} y @param {import("./theme.js").Theme} theme
 */
function axes(ctx, width, epochs, x, y, theme) {
  ctx.font = `11px ${theme.font}`;
  ctx.lineWidth = 1;
  ctx.textBaseline = "middle";
  ctx.textAlign = "right";
  for (const share of [0, 0.5, 1]) {
    ctx.strokeStyle = withAlpha(theme.text, share ? 0.1 : 0.3);
    ctx.beginPath();
    ctx.moveTo(EDGE.left, y(share));
    ctx.lineTo(width - EDGE.right, y(share));
    ctx.stroke();
    ctx.fillStyle = withAlpha(theme.text, 0.68);
    ctx.fillText(`${share * 100}%`, EDGE.left - 5, y(share));
  }
  ctx.textAlign = "center";
  const every = Math.ceil(epochs.length / Math.max(2, (width - 60) / 34));
  epochs.forEach((epoch, place) => {
    if (place % every === 0) ctx.fillText(String(epoch), x(place), HEIGHT - 8);
  });
}

/**
 * @param {CanvasRenderingContext2D} ctx @param {number} x @param {number} y @param {string} colour
 * @param {import("./theme.js").Theme} theme @param {number} [radius]
 */
function dot(ctx, x, y, colour, theme, radius = 4.5) {
  ctx.beginPath();
  ctx.arc(x, y, radius, 0, 2 * Math.PI);
  ctx.fillStyle = colour;
  ctx.fill();
  ctx.strokeStyle = theme.background;
  ctx.lineWidth = 1.25;
  ctx.stroke();
}

/** @param {CanvasRenderingContext2D} ctx @param {number} x @param {number} y @param {string} colour @param {number} radius */
function cross(ctx, x, y, colour, radius) {
  ctx.strokeStyle = colour;
  ctx.lineWidth = 2.25;
  ctx.beginPath();
  ctx.moveTo(x - radius, y - radius);
  ctx.lineTo(x + radius, y + radius);
  ctx.moveTo(x + radius, y - radius);
  ctx.lineTo(x - radius, y + radius);
  ctx.stroke();
}
