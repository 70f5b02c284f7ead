/**
 * How every component here is mounted: Streamlit calls the default export again whenever the data or the
 * theme changes, with the same parent; the cleanup counts only when the element has left the page.
 */

import "./history.js";
import { watchTheme } from "./theme.js";

/**
 * @typedef {object} Component What Streamlit hands over at each call.
 * @property {any} data
 * @property {ShadowRoot} parentElement
 * @property {(name: string, value: unknown) => void} setStateValue
 *
 * @typedef {object} Instance
 * @property {HTMLElement} root
 * @property {(component: Component) => void} update
 * @property {() => void} [repaint] paint anew: another theme, zoom or width, or the style sheet has come
 * @property {() => void} [resized] instead of `repaint` where another width needs more
 * @property {() => void} [destroy]
 */

/**
 * Turn a factory into the default export that Streamlit expects; one instance lives per parent.
 * @param {(component: Component) => Instance} create
 */
export function mounted(create) {
  /** @type {WeakMap<ShadowRoot, {instance: Instance, forget: () => void}>} */
  const instances = new WeakMap();
  return (/** @type {Component} */ component) => {
    const parent = component.parentElement;
    if (!instances.has(parent)) {
      const instance = create(component);
      parent.appendChild(instance.root);
      instances.set(parent, { instance, forget: watchSurroundings(instance, parent) });
      hideUntilStyled(instance, () => giveBack(parent));
    }
    instances.get(parent)?.instance.update(component);
    return () => {
      // Streamlit also calls this when newer data came while it was still importing the module for the older:
      // the element is still there then, and somebody may be dragging it.
      if (parent.host.isConnected) return;
      const gone = instances.get(parent);
      gone?.forget();
      gone?.instance.destroy?.();
      gone?.instance.root.remove();
      instances.delete(parent);
    };
  };
}

/** A place that Python gave a height scrolls: it was only kept free, now it is as tall as what is in it. @param {ShadowRoot} parent */
function giveBack(parent) {
  const place = /** @type {HTMLElement | null} */ (parent.host.closest('[data-testid="stElementContainer"]'));
  if (place && getComputedStyle(place).overflowY !== "visible") Object.assign(place.style, { flex: "0 0 auto", height: "auto", overflow: "visible" });
}

/** @param {Instance} instance */
function refit(instance) {
  if (instance.resized) instance.resized();
  else instance.repaint?.();
}

/**
 * Paint anew when the place changes: the width that there is, the page's theme, the browser's zoom.
 * @param {Instance} instance
 * @param {ShadowRoot} parent
 * @returns {() => void} stop watching
 */
function watchSurroundings(instance, parent) {
  const { root } = instance;
  let width = root.clientWidth;
  const observer = new ResizeObserver(() => {
    if (root.clientWidth === width) return;
    width = root.clientWidth;
    refit(instance);
  });
  observer.observe(root);
  const repaint = () => instance.repaint?.();
  const forgetTheme = watchTheme(parent, repaint);
  window.addEventListener("resize", repaint);
  return () => {
    observer.disconnect();
    forgetTheme();
    window.removeEventListener("resize", repaint);
  };
}

/**
 * The style sheets arrive after the script: show nothing half dressed, and measure again when they are
 * here. `base.css`, the last of them, says so by its variable `--dressed`.
 * @param {Instance} instance
 * @param {() => void} drawn called when it is seen as it stays
 */
function hideUntilStyled(instance, drawn) {
  const { root } = instance;
  const dressed = () => getComputedStyle(root).getPropertyValue("--dressed") !== "";
  if (dressed()) {
    drawn();
    return;
  }
  root.style.visibility = "hidden";
  const deadline = performance.now() + 3000;
  const look = () => {
    if (!root.isConnected) return;
    if (!dressed() && performance.now() < deadline) {
      requestAnimationFrame(look);
      return;
    }
    root.style.removeProperty("visibility");
    refit(instance);
    drawn();
  };
  requestAnimationFrame(look);
}

/**
 * Make an element; `props` are attributes, functions are event listeners, children are nodes or text.
 * @param {string} tag
 * @param {Record<string, any>} [props]
 * @param {...(Node | string)} children
 * @returns {any}
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== undefined && value !== null && value !== false) {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  element.append(...children);
  return element;
}

/**
 * Set the text only if it changed, so that nothing is announced or laid out twice.
 * @param {Element} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Give a canvas its size in CSS pixels and a crisp bitmap; the context comes back scaled to CSS pixels.
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {number} height
 * @returns {CanvasRenderingContext2D}
 */
export function fit(canvas, width, height) {
  const dpr = window.devicePixelRatio || 1;
  const w = Math.max(1, Math.round(width * dpr));
  const hgt = Math.max(1, Math.round(height * dpr));
  if (canvas.width !== w) canvas.width = w;
  if (canvas.height !== hgt) canvas.height = hgt;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const ctx = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  ctx.setTransform(dpr, 0, 0, dpr, 0, 0);
  ctx.clearRect(0, 0, width, height);
  return ctx;
}
