/** Axes: from values to pixels, with ticks that people like to read. */

/** Two numbers that differ by less than this share of them are one on an axis: a step between them may be too small to count by. */
const CLOSE = 1e-9;

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
  if (!Number.isFinite(low) || !Number.isFinite(high)) return []; // an axis without an end would have no end of ticks
  if (!(rough > CLOSE * Math.max(Math.abs(low), Math.abs(high)))) return [low];
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
  const size = Math.max(Math.abs(low), Math.abs(high));
  const air = (high - low > CLOSE * size ? high - low : size || 1) * 0.06;
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

/**
 * Round places on a logarithmic axis, as powers: every power of ten, or 1, 2, 5 where there are few of them.
 * @param {number} low exponent of the lower end
 * @param {number} high exponent of the upper end
 * @param {number} count
 * @returns {number[]} exponents
 */
export function logTicks(low, high, count) {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return [];
  const whole = ticks(low, high, count, true);
  if (whole.length > 2) return whole;
  const found = [];
  for (let power = Math.floor(low); power <= Math.ceil(high); power++) {
    for (const digit of [1, 2, 5]) {
      const at = power + Math.log10(digit);
      if (at >= low && at <= high) found.push(at);
    }
  }
  return found.length > 1 ? found : ticks(10 ** low, 10 ** high, count).filter((v) => v > 0).map(Math.log10);
}

/** Seconds to tick at, so that labels read as clocks do. @param {number} low @param {number} high @param {number} count */
export function timeTicks(low, high, count) {
  const rough = (high - low) / Math.max(1, count);
  if (!(rough >= 1)) return ticks(low, high, count);
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200];
  const step = steps.find((s) => s >= rough * 0.8) ?? 86400 * Math.ceil(rough / 86400);
  const found = [];
  for (let at = Math.ceil(low / step - 1e-9) * step; at <= high + step * 1e-9; at += step) found.push(at);
  return found;
}

/** 7.5 s, 1:05, 2:00:10. @param {number} seconds @param {boolean} [fine] with tenths below a minute */
export function clock(seconds, fine = false) {
  if (seconds < 60) return `${Number(seconds.toFixed(fine || seconds % 1 ? 1 : 0))} s`;
  const whole = Math.round(seconds);
  const pad = (/** @type {number} */ v) => String(v).padStart(2, "0");
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return hours ? `${hours}:${pad(minutes)}:${pad(rest)}` : `${minutes}:${pad(rest)}`;
}
