/** A headline with a few muted words beside it. */

import { h, setText } from "./mount.js";

export class Title {
  constructor() {
    this.name = h("span", { class: "title" });
    this.beside = h("span", { class: "beside" });
    this.root = h("div", { class: "caption" }, this.name, this.beside);
  }

  /** @param {string} name @param {string} beside */
  say(name, beside) {
    setText(this.name, name);
    setText(this.beside, beside);
  }
}
