/** Curves as Python sends them, made ready: against steps, epochs or seconds, smoothed, with their colours. */

/** As the charts begin, then more; neighbours differ in lightness too. */
const LIGHT = ["#2b6cb0", "#c2570c", "#2c7a51", "#7b45b5", "#b0336f", "#5f6b7a", "#0e7c86", "#7d6608"];
const DARK = ["#7ab8f0", "#f5a95c", "#6fce9b", "#bd9bf2", "#f08bb8", "#a9b4c2", "#62d2da", "#dcc65a"];

/**
 * @typedef {"step" | "epoch" | "time"} Axis
 * @typedef {{epoch: number, seconds: number[][]}} Clock
 *
 * @typedef {object} Line One curve, ready to be drawn.
 * @property {string} name
 * @property {string} plot
 * @property {boolean} dashed
 * @property {boolean} markers
 * @property {boolean} smooth
 * @property {number} colour
 * @property {(number | null)[][]} points [x, value]
 * @property {(number | null)[][]} means
 * @property {(number | null)[][]} strong what is drawn strongly: the points, or the smoothed ones
 * @property {number} lastStep
 */

/** x, y, x, y, ... as pairs. @param {(number | null)[]} flat */
function pairs(flat) {
  const found = [];
  for (let i = 0; i < flat.length; i += 2) found.push([flat[i], flat[i + 1]]);
  return found;
}

/** Where a step lies on an axis. @param {Clock} clock @param {Axis} axis @returns {(step: number) => number} */
export function place(clock, axis) {
  if (axis === "epoch" && clock.epoch) return (step) => step / clock.epoch;
  if (axis !== "time" || !clock.seconds.length) return (step) => step;
  const known = clock.seconds;
  return (step) => {
    let [low, high] = [0, known.length - 1];
    while (low < high) {
      const mid = (low + high) >> 1;
      if (known[mid][0] < step) low = mid + 1;
      else high = mid;
    }
    const [to, after] = known[low];
    const [from, before] = low ? known[low - 1] : [0, 0];
    if (step >= to || to === from) return after + (low && step > to ? ((step - to) * (after - before)) / (to - from) : 0);
    return before + ((step - from) * (after - before)) / (to - from);
  };
}

/** The axes that the data know. @param {any} data @returns {Axis[]} */
export function axes(data) {
  const used = new Set(data.curves.map((/** @type {any} */ c) => c.clock));
  const clocks = data.clocks.filter((/** @type {Clock} */ _, /** @type {number} */ at) => used.has(at));
  const every = (/** @type {(c: Clock) => boolean} */ has) => clocks.length > 0 && clocks.every(has);
  return /** @type {Axis[]} */ (["step", ...(every((c) => c.epoch > 0) ? ["epoch"] : []), ...(every((c) => c.seconds.length > 0) ? ["time"] : [])]);
}

/** The exponential mean of TensorBoard: begun without a bias towards 0. @param {(number | null)[][]} points @param {number} weight */
export function smoothed(points, weight) {
  let last = 0;
  let seen = 0;
  return points.map(([x, y]) => {
    if (y === null) return [x, y];
    last = last * weight + (1 - weight) * y;
    seen += 1;
    return [x, last / (1 - weight ** seen)];
  });
}

/**
 * The curves that are not hidden, and the marks, on an axis.
 * @param {any} data
 * @param {Axis} axis
 * @param {number} smoothing 0 to 1
 * @param {(name: string) => number} colourOf
 */
export function prepare(data, axis, smoothing, colourOf) {
  const clocks = data.clocks.map((/** @type {any} */ c) => ({ epoch: c.epoch, seconds: pairs(c.seconds) }));
  const places = clocks.map((/** @type {Clock} */ c) => place(c, axis));
  const lines = data.curves.map((/** @type {any} */ c) => {
    const at = places[c.clock];
    const put = (/** @type {(number | null)[]} */ flat) => pairs(flat).map(([step, y]) => [at(/** @type {number} */ (step)), y]);
    const points = put(c.points);
    const means = c.means.length ? put(c.means) : points;
    const strong = c.smooth && smoothing > 0 ? smoothed(means, smoothing) : points;
    return { ...c, points, means, strong, colour: c.colour ?? colourOf(c.name), lastStep: c.points.at(-2) ?? 0 };
  });
  const marks = data.marks.map((/** @type {any} */ m) => ({ ...m, x: places[m.clock](m.step) }));
  return { lines: /** @type {Line[]} */ (lines), marks };
}

/** Colours by name: a name keeps what it got, whoever comes and goes. */
export class Colours {
  constructor() {
    /** @type {Map<string, number>} */
    this.known = new Map();
  }

  /** @param {string} name */
  of(name) {
    const kept = this.known.get(name);
    if (kept !== undefined) return kept;
    let hash = 0;
    for (const c of name) hash = (hash * 31 + (c.codePointAt(0) ?? 0)) >>> 0;
    const taken = new Set(this.known.values());
    let at = hash % LIGHT.length;
    for (let tries = 0; tries < LIGHT.length && taken.has(at); tries++) at = (at + 1) % LIGHT.length;
    this.known.set(name, at);
    return at;
  }
}

/** @param {number} number @param {{dark: boolean}} theme */
export function colour(number, theme) {
  return (theme.dark ? DARK : LIGHT)[number % LIGHT.length];
}
