/** Strokes as values: how they are painted, exported, undone. Coordinates are those of a 280 x 280 box. */

/** The side of the drawing in its own units. */
export const SIDE = 280;

/**
 * @typedef {{size: number, points: number[][]}} Stroke each point [x, y] or, from a pen, [x, y, pressure]
 */

/**
 * Paint strokes with round ends, smoothed through the middles between points.
 * @param {CanvasRenderingContext2D} ctx scaled so that the box is 280 wide
 * @param {Stroke[]} strokes
 * @param {string} ink
 */
export function paintStrokes(ctx, strokes, ink) {
  ctx.strokeStyle = ink;
  ctx.fillStyle = ink;
  ctx.lineCap = "round";
  ctx.lineJoin = "round";
  for (const stroke of strokes) paintFrom(ctx, stroke, 0);
}

/**
 * Paint a stroke from its point number `start` on; painting over what is there already does no harm.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Stroke} stroke
 * @param {number} start
 */
export function paintFrom(ctx, { size, points }, start) {
  if (!points.length) return;
  if (points.length === 1) {
    ctx.beginPath();
    ctx.arc(points[0][0], points[0][1], width(size, points[0]) / 2, 0, 2 * Math.PI);
    ctx.fill();
    return;
  }
  let [x, y] = start > 0 ? middle(points[start - 1], points[start]) : points[0];
  const even = points.every((p) => p[2] === undefined);
  ctx.lineWidth = size;
  ctx.beginPath();
  ctx.moveTo(x, y);
  for (let i = Math.max(1, start); i < points.length; i++) {
    const last = i === points.length - 1;
    const [mx, my] = last ? points[i] : middle(points[i], points[i + 1]);
    if (!even) {
      ctx.lineWidth = width(size, points[i]);
      ctx.beginPath();
      ctx.moveTo(x, y);
    }
    ctx.quadraticCurveTo(points[i][0], points[i][1], mx, my);
    if (!even) ctx.stroke();
    [x, y] = [mx, my];
  }
  if (even) ctx.stroke();
}

/** @param {number[]} a @param {number[]} b */
function middle(a, b) {
  return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
}

/** A pen that is pressed harder draws a wider line. @param {number} size @param {number[]} point */
function width(size, point) {
  return point[2] === undefined ? size : size * (0.45 + 0.9 * point[2]);
}

/** The picture as PNG in base64: always white on black, 280 x 280, whatever the theme. */
export class Exporter {
  constructor() {
    this.canvas = document.createElement("canvas");
    this.canvas.width = SIDE;
    this.canvas.height = SIDE;
    this.ctx = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
  }

  /** @param {Stroke[]} strokes @returns {string} empty when nothing is drawn */
  png(strokes) {
    if (!strokes.length) return "";
    this.ctx.fillStyle = "#000";
    this.ctx.fillRect(0, 0, SIDE, SIDE);
    paintStrokes(this.ctx, strokes, "#fff");
    return this.canvas.toDataURL("image/png").split(",")[1];
  }
}

/** The drawing with everything that can be undone; clearing is a step like any other. */
export class History {
  /** @param {Stroke[]} strokes */
  constructor(strokes) {
    /** @type {Stroke[][]} */
    this.states = [strokes];
    this.at = 0;
  }

  get strokes() {
    return this.states[this.at];
  }

  get canUndo() {
    return this.at > 0;
  }

  get canRedo() {
    return this.at < this.states.length - 1;
  }

  /** @param {Stroke[]} strokes */
  push(strokes) {
    this.states = [...this.states.slice(0, this.at + 1), strokes];
    this.at += 1;
  }

  undo() {
    if (this.canUndo) this.at -= 1;
  }

  redo() {
    if (this.canRedo) this.at += 1;
  }
}
