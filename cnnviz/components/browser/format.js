/** Numbers and texts as people read them. The texts themselves come translated from Python. */

const MINUS = "\u2212";

/**
 * Up to `digits` significant digits, without trailing zeros.
 * @param {number | null} value
 * @param {number} [digits]
 */
export function short(value, digits = 4) {
  if (value === null || !Number.isFinite(value)) return "\u2013";
  const rounded = Number(value.toPrecision(digits));
  return tidy(Math.abs(rounded) >= 1e6 || (rounded && Math.abs(rounded) < 1e-4)
    ? rounded.toExponential(Math.min(2, digits - 1)).replace("e+", "e")
    : String(rounded));
}

/**
 * Exact to 1e-5, for the line that can be checked with a calculator.
 * @param {number | null} value
 */
export function exact(value) {
  if (value === null || !Number.isFinite(value)) return "\u2013";
  const size = Math.abs(value);
  if (size > 0 && size < 1e-5) return size < 1e-9 ? "0" : tidy(value.toExponential(1));
  if (size < 0.01) return tidy(String(Number(value.toPrecision(4))));
  return tidy(String(Number(value.toFixed(5))));
}

/**
 * As `exact`, negative numbers in parentheses: 2×(−1).
 * @param {number | null} value
 */
export function term(value) {
  const text = exact(value);
  return text.startsWith(MINUS) ? `(${text})` : text;
}

/** @param {string} text */
function tidy(text) {
  return (text === "-0" ? "0" : text).replace(/-/g, MINUS);
}

/**
 * What somebody typed as a number: decimal comma or point, either minus, a fraction such as 1/9.
 * @param {string} text
 * @returns {number | null} null when it is no number
 */
export function parse(text) {
  const plain = text.trim().replace(/[\u2212\u2013\uff0d]/g, "-").replace(/[,\uff0c]/g, ".");
  const fraction = plain.match(/^([-+]?[\d.]+)\s*\/\s*([\d.]+)$/);
  if (fraction) return finite(Number(fraction[1]) / Number(fraction[2]));
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(plain) ? finite(Number(plain)) : null;
}

/** @param {number} value */
function finite(value) {
  return Number.isFinite(value) ? value : null;
}

/**
 * Put values into a translated template: fill("row {row}", {row: 2}).
 * @param {string | undefined} template
 * @param {Record<string, string | number>} values
 */
export function fill(template, values) {
  return (template ?? "").replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/** @param {number} share 0..1 */
export function percent(share) {
  return `${(share * 100).toFixed(share > 0 && share < 0.9995 ? 1 : 0)}%`;
}
