/** What is to be said of the network that is built: figures, whether it fits, problems with their ways out. */

import { h, mounted } from "./mount.js";
import { card, heedCalls, said } from "./finding.js";
import { Requests } from "./requests.js";

/** @typedef {import("./finding.js").Finding} Finding */

class Findings {
  /** @param {import("./mount.js").Component} component */
  constructor(component) {
    this.requests = new Requests(component);
    this.facts = h("dl", { class: "facts", "data-testid": "facts" });
    this.list = h("div", { "aria-live": "polite" });
    this.root = h("div", { class: "root findings", "data-testid": "findings" }, this.facts, this.list);
    this.shown = "";
    this.stop = heedCalls(this.root);
  }

  /** @param {import("./mount.js").Component} component */
  update(component) {
    this.requests.update(component);
    const { facts, found, fine, starts, welcome, labels, version } = component.data;
    this.facts.replaceChildren(...facts.map((/** @type {any} */ fact) =>
      h("div", { title: fact.help, "data-testid": "fact", "data-label": fact.label, "data-value": fact.value },
        h("dt", {}, fact.label), h("dd", {}, fact.value))));
    // A screen reader reads what is new; a button under the hand stays the same.
    const now = JSON.stringify([found, fine, starts, welcome, labels]);
    this.version = version;
    if (now !== this.shown) {
      this.shown = now;
      const ask = (/** @type {Record<string, any>} */ request) => this.requests.ask(request);
      this.list.replaceChildren(
        ...(welcome ? [h("div", { class: "welcome", "data-testid": "welcome" }, h("p", {}, ...said(welcome)),
          h("div", { class: "starts" }, ...starts.map((/** @type {string[]} */ [what, title]) =>
            h("button", { type: "button", class: "button", "data-testid": `start-${what}`, click: () => ask({ do: "start", what }) }, title))))] : []),
        ...(fine ? [h("p", { class: "fine", "data-testid": "fine" }, fine)] : []),
        ...found.map((/** @type {Finding} */ finding, /** @type {number} */ index) => card(finding, labels, {
          mend: (fix) => ask({ do: "fix", finding: index, fix, version: this.version }),
          go: (path) => ask({ do: "select", path }),
        })));
    }
    this.root.dataset.ready = "true";
  }

  destroy() {
    this.stop();
  }
}

export default mounted((component) => new Findings(component));
