/** Axes: from values to pixels, with ticks that people like to read. */

/**
 * About `count` round numbers between low and high.
 * @param {number} low
 * @param {number} high
 * @param {number} count
 * @param {boolean} [whole] steps of one at least
 * @returns {number[]}
 */
export function ticks(low, high, count, whole = false) {
  const rough = (high - low) / Math.max(1, count);
  if (!(rough > 0)) return [low];
  const power = 10 ** Math.floor(Math.log10(rough));
  let step = power * ([1, 2, 5, 10].find((s) => s * power >= rough * 0.8) ?? 10);
  if (whole) step = Math.max(1, Math.round(step));
  const result = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) {
    result.push(Number((i * step).toPrecision(12)));
  }
  return result;
}

/**
 * The vertical range that shows all points with a little air.
 * @param {number[]} values
 * @param {boolean} share whether values are shares of one
 * @returns {[number, number]}
 */
export function range(values, share) {
  let low = Infinity;
  let high = -Infinity;
  for (const v of values) {
    if (v < low) low = v;
    if (v > high) high = v;
  }
  if (low > high) return share ? [0, 1] : [0, 2.5];
  if (low >= 0 && low < 0.45 * high) low = 0;
  const air = (high - low || Math.abs(high) || 1) * 0.06;
  const bottom = low === 0 ? 0 : low - air;
  return share ? [Math.max(0, bottom), Math.min(1, high + air)] : [low >= 0 ? Math.max(0, bottom) : bottom, high + air];
}

/**
 * The point nearest to x; points are ordered by x.
 * @param {number[][]} points
 * @param {number} x
 * @returns {number[] | null}
 */
export function nearest(points, x) {
  if (!points.length) return null;
  let low = 0;
  let high = points.length - 1;
  while (low < high) {
    const mid = (low + high) >> 1;
    if (points[mid][0] < x) low = mid + 1;
    else high = mid;
  }
  return low > 0 && x - points[low - 1][0] <= points[low][0] - x ? points[low - 1] : points[low];
}
