/** The watched pictures: what each shows, what it is taken for now, and how surely. */

import { h, setText } from "./mount.js";
import { fill, percent } from "./format.js";
import { decoded, paintPicture } from "./pictures.js";
import { Title } from "./watching-title.js";

const TICK = "M5 12.5l4.5 4.5L19 7";
const CROSS = "M6 6l12 12M18 6L6 18";

/** @param {boolean} right */
function sign(right) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", width: 14, height: 14, "aria-hidden": "true" })) svg.setAttribute(key, String(value));
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  for (const [key, value] of Object.entries({ d: right ? TICK : CROSS, fill: "none", stroke: "currentColor", "stroke-width": 3, "stroke-linecap": "round", "stroke-linejoin": "round" })) path.setAttribute(key, String(value));
  svg.append(path);
  return svg;
}

export class AnswersView {
  constructor() {
    this.title = new Title();
    this.list = h("ul", { class: "answers", "data-testid": "watching-answers" });
    this.root = h("section", { class: "part" }, this.title.root, this.list);
    /** @type {any[]} */
    this.tiles = [];
    this.pictures = "";
  }

  /** @param {any} answers @param {Record<string, string>} labels @param {any} theme */
  update(answers, labels, theme) {
    this.root.classList.toggle("hidden", !answers?.truths.length);
    if (!answers?.truths.length) return;
    const { truths, predicted, classes } = answers;
    const right = predicted.filter((/** @type {number[]} */ p, /** @type {number} */ at) => p[0] === truths[at]).length;
    this.title.say(labels.answers, predicted.length ? fill(labels.right, { right, count: truths.length }) : "");
    this.title.root.title = labels.answers_help;
    while (this.tiles.length < truths.length) this.tiles.push(this.tile());
    if (this.list.children.length !== truths.length) this.list.replaceChildren(...this.tiles.slice(0, truths.length).map((tile) => tile.root));
    const looks = answers.pictures?.data ?? "";
    if (looks !== this.pictures) {
      this.pictures = looks;
      const all = decoded(answers.pictures);
      if (all) this.tiles.slice(0, truths.length).forEach((tile, at) => paintPicture(tile.canvas, all, at));
    }
    this.list.classList.toggle("blind", !looks);
    truths.forEach((/** @type {number} */ truth, /** @type {number} */ at) => this.show(this.tiles[at], truth, predicted[at], classes, labels, theme));
  }

  tile() {
    const canvas = h("canvas", { "aria-hidden": "true" });
    const badge = h("span", { class: "verdict", "aria-hidden": "true" });
    const bar = h("i");
    const name = h("span", { class: "guess" });
    const share = h("span", { class: "share" });
    const spoken = h("span", { class: "spoken" });
    const root = h("li", { class: "tile" }, h("span", { class: "look" }, canvas, badge), h("span", { class: "line" }, name, share),
      h("span", { class: "bar" }, bar), spoken);
    return { root, canvas, badge, bar, name, share, spoken, state: "" };
  }

  /** @param {any} tile @param {number} truth @param {[number, number] | undefined} answer @param {string[]} classes @param {Record<string, string>} labels @param {any} _theme */
  show(tile, truth, answer, classes, labels, _theme) {
    const name = (/** @type {number} */ at) => classes[at] ?? String(at);
    const state = answer ? (answer[0] === truth ? "right" : "wrong") : "none";
    if (tile.state !== state) {
      tile.state = state;
      tile.root.className = `tile ${state}`;
      tile.badge.replaceChildren(...(answer ? [sign(state === "right")] : []));
    }
    Object.assign(tile.root.dataset, { truth, predicted: answer?.[0] ?? "", share: answer?.[1] ?? "" });
    setText(tile.name, answer ? name(answer[0]) : name(truth));
    setText(tile.share, answer ? percent(answer[1]).replace(/\.\d/, "") : "");
    tile.bar.style.width = `${answer ? 100 * answer[1] : 0}%`;
    const verdict = state === "right" ? labels.is_right : fill(labels.is_wrong, { truth: name(truth) });
    const said = answer ? `${fill(labels.answer, { prediction: name(answer[0]), percent: percent(answer[1]) })}, ${verdict}` : `${name(truth)}: ${labels.none}`;
    if (tile.root.title !== said) tile.root.title = said;
    setText(tile.spoken, said);
  }
}
