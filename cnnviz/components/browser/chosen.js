/**
 * The layer that is chosen, as one component knows it: the page says it, its reader chooses it, its neighbours choose it.
 *
 *     this.chosen = new Chosen(component, (path) => this.mark(path));
 *     this.chosen.update(component);   // at each update: follows what the page says
 *     this.chosen.choose(path);        // the reader did: the neighbours follow at once, the page is told
 */

import { choose, hearChoice } from "./selection.js";

/** Somebody who holds an arrow key down goes through many layers; the page is told where they stop (ms). */
const REST = 150;

/** An answer of the page to an older choice arrives within this time (ms), and is passed over. */
const STALE = 2000;

export class Chosen {
  /**
   * @param {import("./mount.js").Component} component
   * @param {(path: string, mine: boolean) => void} show marks it; `mine`: the reader chose it here
   */
  constructor(component, show) {
    this.component = component;
    this.show = show;
    this.path = "";
    this.told = "";
    this.since = -STALE;
    this.serial = Date.now();
    this.timer = 0;
    this.stop = hearChoice(() => this.component.data.group, this, (path) => this.follow(path, false));
  }

  /** @param {import("./mount.js").Component} component */
  update(component) {
    this.component = component;
    const { selected } = component.data;
    if (selected === this.path) this.since = -STALE;
    const newer = selected !== this.told && performance.now() - this.since >= STALE;
    this.told = selected;
    if (newer) this.path = selected;
  }

  /** @param {string} path */
  choose(path) {
    this.follow(path, true);
    choose(this.component.data.group, path, this);
    clearTimeout(this.timer);
    // A number makes it a choice of its own: the same layer may be chosen again after a neighbour chose another.
    this.timer = setTimeout(() => this.component.setStateValue("selected", { path, serial: ++this.serial }), REST);
  }

  /** @param {string} path @param {boolean} mine */
  follow(path, mine) {
    if (!mine) clearTimeout(this.timer);
    this.path = path;
    this.since = performance.now();
    this.show(path, mine);
  }

  destroy() {
    clearTimeout(this.timer);
    this.stop();
  }
}

/**
 * Scroll an element into view inside its own frame; the page stays where it is.
 * @param {HTMLElement} frame
 * @param {HTMLElement} element
 * @param {{top?: number, bottom?: number}} [covered] by what sticks to the frame's edges, in pixels
 */
export function reveal(frame, element, { top = 0, bottom = 0 } = {}) {
  const [outer, inner] = [frame.getBoundingClientRect(), element.getBoundingClientRect()];
  const above = inner.top - outer.top - top;
  const below = inner.bottom - outer.bottom + bottom;
  if (above >= 0 && below <= 0) return;
  const middle = (outer.height - top - bottom - inner.height) / 2;
  frame.scrollTop += above - Math.max(0, middle);
}
