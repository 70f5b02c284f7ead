/**
 * How every component here is mounted: Streamlit calls the default export again whenever the data or the
 * theme changes, with the same parent, and runs the cleanup only when the element leaves the page.
 */

import "./history.js";

/**
 * @typedef {object} Component What Streamlit hands over at each call.
 * @property {any} data
 * @property {ShadowRoot} parentElement
 * @property {(name: string, value: unknown) => void} setStateValue
 *
 * @typedef {object} Instance
 * @property {HTMLElement} root
 * @property {(component: Component) => void} update
 * @property {() => void} destroy
 * @property {() => void} styled called once the style sheet is in force
 */

/**
 * Turn a factory into the default export that Streamlit expects; one instance lives per parent.
 * @param {(component: Component) => Instance} create
 */
export function mounted(create) {
  /** @type {WeakMap<ShadowRoot, Instance>} */
  const instances = new WeakMap();
  return (/** @type {Component} */ component) => {
    const parent = component.parentElement;
    let instance = instances.get(parent);
    if (!instance) {
      instance = create(component);
      instances.set(parent, instance);
      parent.appendChild(instance.root);
      hideUntilStyled(instance);
    }
    instance.update(component);
    return () => {
      instances.get(parent)?.destroy();
      instances.get(parent)?.root.remove();
      instances.delete(parent);
    };
  };
}

/**
 * The style sheets arrive after the script: show nothing half dressed, and measure again when they are
 * here. `base.css`, the last of them, says so by its variable `--dressed`.
 * @param {Instance} instance
 */
function hideUntilStyled(instance) {
  const { root } = instance;
  const dressed = () => getComputedStyle(root).getPropertyValue("--dressed") !== "";
  if (dressed()) return;
  root.style.visibility = "hidden";
  const deadline = performance.now() + 3000;
  const look = () => {
    if (!root.isConnected) return;
    if (!dressed() && performance.now() < deadline) {
      requestAnimationFrame(look);
      return;
    }
    root.style.removeProperty("visibility");
    instance.styled();
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
