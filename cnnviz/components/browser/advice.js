/** The doctor's findings: the gravest in a line that is always there; what to try, and the others, on request. */

import { h, mounted, setText } from "./mount.js";
import { fill } from "./format.js";

/** Signs that differ in shape too, on a grid of 24. */
const SIGNS = {
  error: "M12 3l9.5 17h-19zM12 9.5v5M12 17.3v.2",
  warning: "M12 3l9.5 17h-19zM12 9.5v5M12 17.3v.2",
  advice: "M9 18h6M10 21h4M12 3a6 6 0 0 0-3.6 10.8c.7.6 1 1.2 1 2.2h5.2c0-1 .3-1.6 1-2.2A6 6 0 0 0 12 3z",
  good: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M7.8 12.2l2.9 2.9 5.600-6",
  none: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M8.5 12h7",
};

/** @param {keyof typeof SIGNS} name */
function sign(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", width: 20, height: 20, "aria-hidden": "true", class: "sign" })) svg.setAttribute(key, String(value));
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  for (const [key, value] of Object.entries({ d: SIGNS[name], fill: "none", stroke: "currentColor", "stroke-width": 1.9, "stroke-linecap": "round", "stroke-linejoin": "round" })) path.setAttribute(key, String(value));
  svg.append(path);
  return svg;
}

class Advice {
  constructor() {
    this.open = false;
    this.known = "";
    this.head = h("button", { type: "button", class: "head", "data-testid": "advice-head", "aria-expanded": "false", click: () => this.toggle() });
    this.body = h("div", { class: "body hidden", "data-testid": "advice-body" });
    this.spoken = h("div", { class: "spoken", role: "status", "aria-live": "polite" });
    this.root = h("div", { class: "root advice", "data-testid": "advice" }, this.head, this.body, this.spoken);
  }

  toggle() {
    this.open = !this.open;
    this.arrange();
  }

  arrange() {
    this.head.setAttribute("aria-expanded", String(this.open && !this.head.disabled));
    this.body.classList.toggle("hidden", !this.open || this.head.disabled);
  }

  /** @param {import("./mount.js").Component} component */
  update({ data }) {
    const text = JSON.stringify([data.found, data.labels]);
    if (text === this.known) return;
    this.known = text;
    const { found, labels } = data;
    const first = found[0];
    const severity = first?.severity ?? "none";
    this.root.dataset.severity = severity;
    this.root.dataset.count = String(found.length);
    const more = found.length > 1 ? [h("span", { class: "more" }, fill(labels.more, { count: found.length - 1 }))] : [];
    this.head.replaceChildren(sign(severity), h("span", { class: "who" }, first ? labels[severity] : labels.doctor),
      h("span", { class: "text" }, ...words(first?.text ?? labels.nothing)), ...more, h("span", { class: "chevron", "aria-hidden": "true" }));
    this.head.disabled = !found.some((/** @type {any} */ each, /** @type {number} */ at) => at || each.advice.length);
    this.body.replaceChildren(...found.map((/** @type {any} */ each, /** @type {number} */ at) => h("section", { class: "finding", "data-severity": each.severity },
      ...(at ? [h("p", { class: "message" }, sign(each.severity), h("span", {}, h("b", {}, `${labels[each.severity]}: `), ...words(each.text)))] : []),
      ...(each.advice.length ? [h("p", { class: "try" }, labels.attempt), h("ul", {}, ...each.advice.map((/** @type {string} */ one) => h("li", {}, ...words(one))))] : []))));
    // Said aloud when it is another finding, not at each new number in it.
    if (this.said !== severity) setText(this.spoken, first ? `${labels[severity]}: ${first.text}` : "");
    this.said = severity;
    this.arrange();
  }
}

/** What stands between backticks is code. @param {string} text @returns {(Node | string)[]} */
function words(text) {
  return text.split("`").map((part, at) => (at % 2 ? h("code", {}, part) : part));
}

export default mounted(() => new Advice());
