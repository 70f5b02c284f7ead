/** A chart's painting: the same strokes for the screen, a PNG and an SVG (see svg-context.js). */

import { withAlpha } from "./theme.js";
import { barEnds, joined } from "./chart-layout.js";

/** As the live curves begin, then more that differ in lightness too; index by series. */
const LIGHT = ["#2b6cb0", "#c2570c", "#2c7a51", "#7b45b5", "#b0336f", "#5f6b7a"];
const DARK = ["#7ab8f0", "#f5a95c", "#6fce9b", "#bd9bf2", "#f08bb8", "#a9b4c2"];

/**
 * @typedef {import("./chart-layout.js").Layout} Layout
 * @typedef {import("./chart-layout.js").Series} Series
 * @typedef {import("./theme.js").Theme} Theme
 */

/** @param {import("./chart-layout.js").ChartData} data @param {Series} s @param {Theme} theme */
export function colourOf(data, s, theme) {
  if (s.quiet) return withAlpha(theme.text, 0.26);
  const palette = theme.dark ? DARK : LIGHT;
  const loud = data.series.filter((each) => !each.quiet);
  return palette[(s.colour ?? loud.indexOf(s)) % palette.length];
}

/** Everything but the crosshair. @param {any} ctx @param {Layout} at @param {Theme} theme */
export function paintChart(ctx, at, theme) {
  paintAxes(ctx, at, theme);
  ctx.save();
  ctx.beginPath();
  ctx.rect(at.left, at.top - 4, at.right - at.left + 4, at.bottom - at.top + 5);
  ctx.clip();
  for (const s of at.data.series.filter((each) => each.quiet)) paintSeries(ctx, at, s, theme);
  for (const s of at.data.series.filter((each) => !each.quiet)) paintSeries(ctx, at, s, theme);
  ctx.restore();
  for (const mark of at.data.marks) paintMark(ctx, at, mark, theme);
  paintLegend(ctx, at, theme);
}

/** @param {any} ctx @param {Layout} at @param {Theme} theme */
function paintAxes(ctx, at, theme) {
  const muted = withAlpha(theme.text, 0.68);
  ctx.font = at.font;
  ctx.lineWidth = 1;
  ctx.setLineDash([]);
  ctx.textBaseline = "middle";
  ctx.textAlign = "right";
  for (const tick of at.yTicks) {
    const y = Math.round(at.level(tick.at)) + 0.5;
    const zero = tick.at === 0 && !at.data.y_log;
    segment(ctx, at.left, y, at.right, y, withAlpha(theme.text, zero ? 0.3 : 0.09));
    ctx.fillStyle = muted;
    ctx.fillText(tick.text, at.left - 8, y);
  }
  ctx.textBaseline = "alphabetic";
  ctx.textAlign = "center";
  for (const tick of at.xTicks) {
    const x = Math.round(at.px(tick.at)) + 0.5;
    const zero = tick.at === 0 && at.x[0] < 0 && !at.data.x_names.length;
    if (zero) segment(ctx, x, at.top, x, at.bottom, withAlpha(theme.text, 0.3));
    segment(ctx, x, at.bottom, x, at.bottom + 4, withAlpha(theme.text, 0.35));
    ctx.fillStyle = muted;
    const half = ctx.measureText(tick.text).width / 2;
    ctx.fillText(tick.text, Math.max(half + 1, Math.min(x, at.width - half - 1)), at.bottom + 17);
  }
  const line = Math.round(at.bottom) + 0.5;
  segment(ctx, at.left, line, at.right, line, withAlpha(theme.text, 0.35));
  ctx.textAlign = "right";
  ctx.fillStyle = muted;
  ctx.fillText(at.data.x_title, at.right, at.height - 6);
}

/** @param {any} ctx @param {Layout} at @param {Theme} theme */
function paintLegend(ctx, at, theme) {
  ctx.font = at.font;
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  for (const { text, series, x, line } of at.legend) {
    const y = 14 + line * 20;
    if (series) {
      const colour = colourOf(at.data, series, theme);
      if (series.kind === "bars") {
        ctx.fillStyle = withAlpha(colour, 0.55);
        ctx.fillRect(x + 4, y - 6, 12, 12);
      } else {
        ctx.lineWidth = 2.25;
        ctx.setLineDash(series.dashed ? [6, 4] : []);
        if (series.kind !== "points") segment(ctx, x, y, x + 20, y, colour);
        ctx.setLineDash([]);
        if (series.kind === "points" || series.kind === "path") dot(ctx, x + 10, y, 3.5, colour, theme.background);
      }
    }
    ctx.fillStyle = withAlpha(theme.text, series ? 0.92 : 0.68);
    ctx.fillText(text, x + (series ? 26 : 0), y);
  }
}

/** @param {any} ctx @param {Layout} at @param {Series} s @param {Theme} theme */
function paintSeries(ctx, at, s, theme) {
  const colour = colourOf(at.data, s, theme);
  if (s.kind === "bars") {
    paintBars(ctx, at, s, colour);
    return;
  }
  const points = s.x.map((x, i) => ({ x, y: s.y[i] }));
  const there = (/** @type {number | null} */ y) => y !== null && (!at.data.y_log || y > 0);
  if (s.kind !== "points") {
    ctx.strokeStyle = colour;
    ctx.lineWidth = s.quiet ? 1 : s.kind === "path" ? 1.5 : 2;
    ctx.lineJoin = "round";
    ctx.setLineDash(s.dashed ? [6, 4] : []);
    ctx.beginPath();
    let pen = false;
    points.forEach((p, i) => {
      if (there(p.y)) {
        const [x, y] = [far(at.px(p.x)), far(at.py(/** @type {number} */ (p.y)))];
        if (!pen) ctx.moveTo(x, y);
        else {
          if (s.kind === "step") ctx.lineTo(x, far(at.py(/** @type {number} */ (s.y[i - 1]))));
          ctx.lineTo(x, y);
        }
      }
      pen = there(p.y);
    });
    ctx.stroke();
    ctx.setLineDash([]);
  }
  if ((s.kind === "points" || s.kind === "path") && !s.quiet) {
    for (const p of points) {
      if (there(p.y)) dot(ctx, far(at.px(p.x)), far(at.py(/** @type {number} */ (p.y))), s.kind === "path" ? 3 : 3.5, colour, theme.background);
    }
  }
}

/** @param {any} ctx @param {Layout} at @param {Series} s @param {string} colour */
function paintBars(ctx, at, s, colour) {
  const base = Math.max(at.top, Math.min(at.bottom, at.data.y_log ? at.bottom : at.py(0)));
  ctx.fillStyle = withAlpha(colour, 0.5);
  const ends = barEnds(at.data, s).map((pair) => pair.map((x) => Math.round(at.px(x))));
  s.y.forEach((value, i) => {
    if (value === null || (at.data.y_log && value <= 0)) return;
    const y = far(at.py(value));
    ctx.fillRect(ends[i][0], Math.min(y, base), ends[i][1] - ends[i][0], Math.abs(base - y));
  });
  if (!joined(s)) return;
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.5;
  ctx.lineJoin = "miter";
  ctx.beginPath();
  ctx.moveTo(ends[0]?.[0] ?? at.left, base);
  s.y.forEach((value, i) => {
    const y = value === null ? base : far(at.py(value));
    ctx.lineTo(ends[i][0], y);
    ctx.lineTo(ends[i][1], y);
  });
  ctx.lineTo(ends.at(-1)?.[1] ?? at.left, base);
  ctx.stroke();
}

/** @param {any} ctx @param {Layout} at @param {{x: number | null, y: number | null, text: string}} mark @param {Theme} theme */
function paintMark(ctx, at, mark, theme) {
  const x = mark.x === null ? null : at.px(mark.x);
  const y = mark.y === null ? null : at.py(mark.y);
  if ((x !== null && (x < at.left - 1 || x > at.right + 1)) || (y !== null && (y < at.top - 1 || y > at.bottom + 1))) return;
  ctx.lineWidth = 1.25;
  ctx.setLineDash([3, 3]);
  const colour = withAlpha(theme.text, 0.6);
  if (y === null && x !== null) segment(ctx, x, at.top, x, at.bottom, colour);
  if (x === null && y !== null) segment(ctx, at.left, y, at.right, y, colour);
  ctx.setLineDash([]);
  if (x !== null && y !== null) dot(ctx, x, y, 5, theme.text, theme.background);
  if (!mark.text) return;
  ctx.font = at.font;
  ctx.textBaseline = "middle";
  const width = ctx.measureText(mark.text).width;
  const beside = x ?? at.right - width - 8;
  const turned = beside + 9 + width > at.right;
  const where = turned && x !== null ? beside - 9 - width : beside + (x === null ? 0 : 9);
  const level = y === null ? at.top + 8 : Math.max(at.top + 8, y - 11);
  // A ground of the page's own colour keeps it legible over lines.
  ctx.fillStyle = withAlpha(theme.background, 0.82);
  ctx.fillRect(where - 3, level - 8, width + 6, 16);
  ctx.fillStyle = theme.text;
  ctx.textAlign = "left";
  ctx.fillText(mark.text, where, level);
}

/**
 * The crosshair: a line at x, unless a point of a path is read, and a ring on each value that is read.
 * @param {any} ctx @param {Layout} at @param {Theme} theme
 * @param {import("./chart-reading.js").Reading} reading
 */
export function paintReading(ctx, at, theme, reading) {
  if (reading.path === null) {
    const x = Math.round(at.px(reading.x)) + 0.5;
    ctx.lineWidth = 1;
    segment(ctx, x, at.top, x, at.bottom, withAlpha(theme.text, 0.4));
  }
  for (const value of reading.values) {
    const [x, y] = [at.px(value.x), at.py(value.y)];
    // On a logarithmic axis what is not positive has no place.
    if (!(y >= at.top - 2 && y <= at.bottom + 2 && x >= at.left - 2 && x <= at.right + 2)) continue;
    dot(ctx, x, y, 5, colourOf(at.data, value.series, theme), theme.background);
  }
}

/** @param {any} ctx @param {number} x @param {number} y @param {number} toX @param {number} toY @param {string} colour */
function segment(ctx, x, y, toX, toY, colour) {
  ctx.strokeStyle = colour;
  ctx.beginPath();
  ctx.moveTo(x, y);
  ctx.lineTo(toX, toY);
  ctx.stroke();
}

/** @param {any} ctx @param {number} x @param {number} y @param {number} radius @param {string} colour @param {string} ground */
function dot(ctx, x, y, radius, colour, ground) {
  ctx.beginPath();
  ctx.arc(x, y, radius, 0, 2 * Math.PI);
  ctx.fillStyle = colour;
  ctx.fill();
  ctx.lineWidth = 1.25;
  ctx.strokeStyle = ground;
  ctx.stroke();
}

/** Pixels far outside are as good as near ones, and no painter stumbles over them. @param {number} pixel */
function far(pixel) {
  return Math.max(-1e5, Math.min(1e5, pixel));
}
