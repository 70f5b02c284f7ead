/**
 * The menu "Save" of a component: its picture as PNG (twice the size) and SVG, its numbers as CSV. The files are
 * made here, in the browser; nothing is asked of the server.
 *
 *     const menu = saveMenu({
 *       name: () => "pooling",                          // file name without its ending; a plain string will do
 *       scene: () => ({
 *         width: 640, height: 280,                      // CSS pixels
 *         background: theme.background,                 // painted below; "" for none
 *         paint: (ctx) => {...},                        // ctx: a canvas's 2d context or an SvgContext
 *       }),
 *       table: () => [["x", "f"], [0, 0.5]],            // first row: headings; null or no table at all: no CSV
 *     });
 *     somewhere.append(menu.root);
 *     menu.label(data.labels);                          // at each update; Python: cnnviz.ui.labels.saving()
 *
 * `scene` and `table` are called when a file is asked for; without a scene there are no pictures to save. `paint` draws
 * in CSS pixels from (0, 0), must not resize or clear, and keeps to what `svg-context.js` lists. The style sheet needs `@import url("saving.css");`, which brings
 * base.css along; Python's labels type extends `cnnviz.components.saving.SavingLabels`.
 * For tests: data-testid save, save-png, save-svg, save-csv.
 */

import { h, setText } from "./mount.js";
import { icon } from "./icons.js";
import { SvgContext } from "./svg-context.js";

/** Pixels of a saved PNG for each CSS pixel. */
const SHARPNESS = 2;

const KINDS = /** @type {const} */ (["png", "svg", "csv"]);

/**
 * @typedef {object} Scene
 * @property {number} width
 * @property {number} height
 * @property {string} background
 * @property {(ctx: any) => void} paint
 *
 * @typedef {(string | number | null | undefined)[][]} Table
 */

/**
 * @param {{name: string | (() => string), scene?: () => Scene, table?: (() => Table | null)}} what
 * @returns {{root: HTMLElement, label: (labels: Record<string, string>) => void}}
 */
export function saveMenu({ name, scene, table }) {
  const makers = {
    png: () => png(/** @type {() => Scene} */ (scene)()),
    svg: () => new Blob([svg(/** @type {() => Scene} */ (scene)())], { type: "image/svg+xml" }),
    csv: () => new Blob([csv(table?.() ?? [])], { type: "text/csv;charset=utf-8" }),
  };
  const items = KINDS.filter((kind) => (kind === "csv" ? table : scene)).map((kind) => h("button", {
    type: "button", role: "menuitem", tabindex: -1, class: "save-item", "data-testid": `save-${kind}`, "data-kind": kind,
    click: async () => {
      close(true);
      download(await makers[kind](), `${typeof name === "function" ? name() : name}.${kind}`);
    },
  }));
  const list = h("div", { class: "save-list hidden", role: "menu" }, ...items);
  const button = h("button", {
    type: "button", class: "button save-button", "aria-haspopup": "menu", "aria-expanded": "false", "data-testid": "save",
    click: () => (list.classList.contains("hidden") ? open() : close(true)),
  }, icon("save", 15), h("span"));
  const root = h("div", {
    class: "save",
    keydown: (/** @type {KeyboardEvent} */ event) => key(event),
    // Where a pressed button gets no focus (Safari), nothing has it: only somebody who went elsewhere closes it.
    focusout: (/** @type {FocusEvent} */ event) => {
      if (event.relatedTarget && !root.contains(/** @type {Node} */ (event.relatedTarget))) close(false);
    },
  }, button, list);
  // A press elsewhere closes it, also where nothing takes the focus.
  const elsewhere = (/** @type {PointerEvent} */ event) => { if (!event.composedPath().includes(root)) close(false); };

  function open() {
    // Without numbers there is nothing for a CSV.
    items.forEach((item) => item.classList.toggle("hidden", item.dataset.kind === "csv" && !table?.()));
    list.classList.remove("hidden");
    button.setAttribute("aria-expanded", "true");
    document.addEventListener("pointerdown", elsewhere, true);
    items[0].focus();
  }

  /** @param {boolean} back whether the focus goes back to the button */
  function close(back) {
    if (list.classList.contains("hidden")) return;
    list.classList.add("hidden");
    button.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", elsewhere, true);
    if (back) button.focus();
  }

  /** @param {KeyboardEvent} event */
  function key(event) {
    if (list.classList.contains("hidden")) return;
    const shown = items.filter((item) => !item.classList.contains("hidden"));
    const here = shown.indexOf(/** @type {ShadowRoot} */ (root.getRootNode()).activeElement);
    const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: -1 }[event.key];
    if (event.key === "Escape") close(true);
    else if (to !== undefined) shown.at(to % shown.length)?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return {
    root,
    label: (labels) => {
      setText(/** @type {Element} */ (button.lastChild), labels.save);
      items.forEach((item) => setText(item, labels[`save_${item.dataset.kind}`]));
    },
  };
}

/** @param {Scene} scene @returns {Promise<Blob>} */
function png(scene) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(scene.width * SHARPNESS);
  canvas.height = Math.round(scene.height * SHARPNESS);
  const ctx = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  ctx.scale(SHARPNESS, SHARPNESS);
  paint(scene, ctx);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the picture is too large for a PNG"))), "image/png");
  });
}

/** @param {Scene} scene */
function svg(scene) {
  const ctx = new SvgContext(scene.width, scene.height);
  paint(scene, ctx);
  return ctx.toString();
}

/** @param {Scene} scene @param {any} ctx */
function paint(scene, ctx) {
  if (scene.background) {
    ctx.fillStyle = scene.background;
    ctx.fillRect(0, 0, scene.width, scene.height);
  }
  ctx.save();
  scene.paint(ctx);
  ctx.restore();
}

/** As RFC 4180 has it; the byte order mark tells Excel that it is UTF-8. @param {Table} rows */
function csv(rows) {
  const cell = (/** @type {string | number | null | undefined} */ value) => {
    if (value === null || value === undefined || (typeof value === "number" && !Number.isFinite(value))) return "";
    const text = String(value);
    return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
  };
  return `\ufeff${rows.map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}

/** @param {Blob} blob @param {string} name */
function download(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser reads the address a moment later.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
