/** The page's theme, read from Streamlit's CSS variables; works in light, dark and custom themes. */

/**
 * @typedef {object} Theme
 * @property {boolean} dark
 * @property {string} text
 * @property {string} background
 * @property {string} secondary
 * @property {string} primary
 * @property {string} border
 * @property {string} font
 */

const probe = /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d"));

/**
 * Any CSS colour as [red, green, blue], 0..255.
 * @param {string} colour
 * @returns {[number, number, number]}
 */
export function rgb(colour) {
  probe.fillStyle = "#000";
  probe.fillStyle = colour;
  const value = String(probe.fillStyle);
  if (value.startsWith("#")) {
    return [1, 3, 5].map((i) => parseInt(value.slice(i, i + 2), 16)).slice(0, 3);
  }
  return (value.match(/[\d.]+/g) ?? ["0", "0", "0"]).slice(0, 3).map(Number);
}

/**
 * Relative luminance after WCAG, 0 black to 1 white.
 * @param {number[]} colour
 */
export function luminance([r, g, b]) {
  const linear = (/** @type {number} */ v) => {
    const s = v / 255;
    return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
}

/**
 * A colour with some transparency.
 * @param {string} colour
 * @param {number} alpha
 */
export function withAlpha(colour, alpha) {
  const [r, g, b] = rgb(colour);
  return `rgba(${r}, ${g}, ${b}, ${alpha})`;
}

/**
 * Read the theme in force at an element inside a component.
 * @param {ShadowRoot | Element} parent
 * @returns {Theme}
 */
export function readTheme(parent) {
  const host = parent instanceof ShadowRoot ? parent.host : parent;
  const style = getComputedStyle(host);
  const read = (/** @type {string} */ name, /** @type {string} */ otherwise) => {
    const value = style.getPropertyValue(`--st-${name}`).trim();
    return value && value !== "unset" ? value : otherwise;
  };
  const background = read("background-color", "#ffffff");
  const dark = luminance(rgb(background)) < 0.3;
  const text = read("text-color", dark ? "#fafafa" : "#31333f");
  return {
    dark,
    text,
    background,
    secondary: read("secondary-background-color", dark ? "#262730" : "#f0f2f6"),
    primary: read("primary-color", "#ff4b4b"),
    border: read("border-color", withAlpha(text, 0.2)),
    font: read("font", "sans-serif"),
  };
}

/**
 * Call back when the page switches its theme without new data.
 * @param {ShadowRoot} parent
 * @param {() => void} callback
 * @returns {() => void} stop watching
 */
export function watchTheme(parent, callback) {
  const wrapper = parent.host?.parentElement;
  if (!wrapper) return () => {};
  const observer = new MutationObserver(callback);
  observer.observe(wrapper, { attributes: true, attributeFilter: ["class", "style"] });
  return () => observer.disconnect();
}

/** Whether the reader asked the system for less motion. */
export function reducedMotion() {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}
