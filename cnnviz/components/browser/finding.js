/** One problem as a card: what is wrong, where, and a button for each way to mend it. */

import { h } from "./mount.js";
import { fill } from "./format.js";
import { reducedMotion } from "./theme.js";

/**
 * @typedef {{path: string, name: string, severity: "error" | "todo" | "advice", text: string, fixes: string[]}} Finding
 */

const SHOW = "cnnviz:findings";

/** Ask the findings, wherever they are on the page, to come into view. */
export function showFindings() {
  window.dispatchEvent(new Event(SHOW));
}

/**
 * @param {HTMLElement} element comes into view when somebody asks for the findings
 * @returns {() => void} stops it
 */
export function heedCalls(element) {
  const come = () => element.scrollIntoView({ block: "center", behavior: reducedMotion() ? "auto" : "smooth" });
  window.addEventListener(SHOW, come);
  return () => window.removeEventListener(SHOW, come);
}

/**
 * A sentence whose `words in backticks` are code; the first of them that `named` knows is what it returns.
 * @param {string} text
 * @param {(word: string) => Node | undefined} [named]
 * @returns {(Node | string)[]}
 */
export function said(text, named = () => undefined) {
  return text.split("`").map((part, i) => (i % 2 ? named(part) ?? h("code", {}, part) : part));
}

/**
 * @param {Finding} finding
 * @param {Record<string, string>} labels
 * @param {{mend: (fix: number) => void, go?: (path: string) => void}} answers
 */
export function card(finding, labels, { mend, go }) {
  const { path, name, severity, text, fixes } = finding;
  // The layer's own name in the sentence leads to it; where the sentence does not have it, it goes before.
  const link = go && name ? h("button", {
    type: "button", class: "where", title: fill(labels.go, { name }), "data-testid": "finding-go", click: () => go(path),
  }, name) : undefined;
  let named = false;
  const words = said(text, (word) => {
    if (!link || named || (word !== path && word !== name)) return undefined;
    named = true;
    link.textContent = word;
    return link;
  });
  return h("article", { class: `finding ${severity}`, "data-testid": "finding", "data-severity": severity, "data-path": path },
    h("p", { class: "why" }, ...(link && !named ? [link, " "] : []), ...words),
    ...(fixes.length ? [h("div", { class: "fixes" },
      h("span", { class: "mend" }, labels.fixes),
      ...fixes.map((title, i) => h("button", {
        type: "button", class: `button small${i === 0 && severity !== "advice" ? " primary" : ""}`, "data-testid": "fix",
        click: () => mend(i),
      }, ...said(title))))] : []));
}
