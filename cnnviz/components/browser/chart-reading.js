/** What a chart says where it is pointed at, and its numbers as a table. */

import { barEnds, joined } from "./chart-layout.js";

/**
 * @typedef {import("./chart-layout.js").ChartData} ChartData
 * @typedef {import("./chart-layout.js").Series} Series
 * @typedef {{x: number, high?: number, path: number | null, values: {series: Series, x: number, y: number}[]}} Reading
 *   `high` is the right edge of a joined bar, `path` the number of a path's point
 */

/** The series that pointing reads. @param {ChartData} data */
const loud = (data) => data.series.filter((s) => !s.quiet && s.y.length);

/** The path that pointing walks along, if there is one. @param {ChartData} data */
export const pathOf = (data) => loud(data).find((s) => s.kind === "path");

/** The index of the value that a series has at x. @param {Series} s @param {number} x */
function index(s, x) {
  let low = 0;
  let high = s.x.length - 1;
  while (low < high) {
    const mid = (low + high + 1) >> 1;
    if (s.x[mid] <= x) low = mid;
    else high = mid - 1;
  }
  if (joined(s)) return Math.min(low, s.y.length - 1);
  if (s.kind === "step") return low;
  return low + 1 < s.x.length && s.x[low + 1] - x < x - s.x[low] ? low + 1 : low;
}

/**
 * What all series say at x: each its own nearest value, so that every number is one that was computed.
 * @param {ChartData} data
 * @param {number} x
 * @returns {Reading | null}
 */
export function readAt(data, x) {
  const series = loud(data);
  if (!series.length) return null;
  const first = series.reduce((best, s) => (distance(s, x) < distance(best, x) ? s : best));
  const i = index(first, x);
  const where = joined(first) ? (first.x[i] + first.x[i + 1]) / 2 : first.x[i];
  const values = series.flatMap((s) => {
    const k = index(s, where);
    const y = s.y[k];
    const [low, high] = s.kind === "bars" ? barEnds(data, s)[k] : [s.x[k], s.x[k]];
    return y === null || y === undefined ? [] : [{ series: s, x: (low + high) / 2, y }];
  });
  return joined(first)
    ? { x: where, high: first.x[i + 1], path: null, values }
    : { x: where, path: null, values };
}

/** @param {Series} s @param {number} x */
function distance(s, x) {
  return Math.abs(s.x[index(s, x)] - x);
}

/** @param {Series} path @param {number} i @returns {Reading | null} */
export function readPoint(path, i) {
  const y = path.y[i];
  return y === null || y === undefined ? null : { x: path.x[i], path: i, values: [{ series: path, x: path.x[i], y }] };
}

/** The places that the arrow keys visit. @param {ChartData} data @param {number} low @param {number} high */
export function stops(data, low, high) {
  const all = loud(data).flatMap((s) => (joined(s) ? s.y.map((_, i) => (s.x[i] + s.x[i + 1]) / 2) : s.x));
  return [...new Set(all)].filter((x) => x >= low && x <= high).sort((a, b) => a - b);
}

/**
 * The numbers for a CSV: series with the same x share its column. The edges of joined bars are one more than their values.
 * @param {ChartData} data
 */
export function tableOf(data) {
  /** @type {{x: number[], series: Series[]}[]} */
  const groups = [];
  for (const s of loud(data)) {
    const same = groups.find((g) => g.x.length === s.x.length && g.x.every((v, i) => v === s.x[i]));
    if (same) same.series.push(s);
    else groups.push({ x: s.x, series: [s] });
  }
  const heads = groups.flatMap((g) => [data.x_title, ...g.series.map((s) => (s.kind === "path" ? data.y_title : s.name || data.y_title))]);
  const rows = Array.from({ length: Math.max(0, ...groups.map((g) => g.x.length)) }, (_, i) =>
    groups.flatMap((g) => [data.x_names[g.x[i]] ?? g.x[i], ...g.series.map((s) => s.y[i])]));
  return [heads, ...rows];
}
