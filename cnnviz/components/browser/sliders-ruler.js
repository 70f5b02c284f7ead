/** Where a value lies on a slider, and which value lies at a place: evenly, or each power of ten alike. */

/** Places of a logarithmic slider. */
const PLACES = 240;

/** Digits that a value read off a logarithmic slider has. */
const DIGITS = 2;

/** The scale of one slider. */
export class Ruler {
  /** @param {{least: number, most: number, step: number, scale: string}} control */
  constructor({ least, most, step, scale }) {
    this.least = least;
    this.most = most;
    this.step = step;
    this.log = scale === "log" && most > least;
    this.whole = Number.isInteger(least) && Number.isInteger(step);
  }

  /** What the native range is told. */
  ends() {
    return this.log ? { min: 0, max: PLACES, step: 1 } : { min: this.least, max: this.most, step: this.step };
  }

  /** The value at a place of the native range. @param {number} place */
  value(place) {
    if (!this.log) return this.fitted(rounded(place));
    const value = this.least * (this.most / this.least) ** (place / PLACES);
    return this.fitted(place === PLACES ? this.most : place === 0 ? this.least : Number(value.toPrecision(DIGITS)));
  }

  /** The place of a value on the native range. @param {number} value */
  position(value) {
    return this.log ? Math.round(this.share(value) * PLACES) : value;
  }

  /** How far along a value lies, 0 to 1. @param {number} value */
  share(value) {
    if (this.most === this.least) return 0;
    const share = this.log
      ? Math.log(value / this.least) / Math.log(this.most / this.least)
      : (value - this.least) / (this.most - this.least);
    return Math.max(0, Math.min(1, share));
  }

  /** The nearest value that the slider can have, as Python's `Control.fitted` says it. @param {number} value */
  fitted(value) {
    const inside = Math.max(this.least, Math.min(this.most, value));
    if (!this.whole) return inside;
    const steps = Math.min(Math.round((inside - this.least) / this.step), Math.floor((this.most - this.least) / this.step));
    return this.least + steps * this.step;
  }

  /** The value one step up or down. @param {number} value @param {number} by 1 or -1 */
  next(value, by) {
    if (!this.log) return this.fitted(rounded(value + by * this.step));
    let place = this.position(value);
    let next = value;
    // Neighbouring places may round to the same value.
    while (next === value && place + by >= 0 && place + by <= PLACES) next = this.value((place += by));
    return next;
  }
}

/** Without the dust of binary fractions. @param {number} value */
export function rounded(value) {
  return Number(value.toPrecision(12));
}

/**
 * As many decimals as the step has, so that the text does not jump while it is dragged.
 * @param {string} text
 * @param {{step: number, scale: string} | undefined} control
 */
export function decimals(text, control) {
  if (!control || control.scale === "log" || text.includes("e")) return text;
  const wanted = (String(control.step).split(".")[1] ?? "").length;
  const has = (text.split(".")[1] ?? "").length;
  return has < wanted ? `${text}${has ? "" : "."}${"0".repeat(wanted - has)}` : text;
}
