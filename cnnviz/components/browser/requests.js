/**
 * What the reader asks for, in order, each once: two quick clicks are two requests, also where Streamlit reads only the
 * second message. `cnnviz/components/requests.py` is the other end.
 */

export class Requests {
  /** @param {import("./mount.js").Component} component */
  constructor(component) {
    this.component = component;
    this.serial = component.data.serial;
    /** @type {Record<string, any>[]} not answered yet */
    this.waiting = [];
  }

  /** @param {import("./mount.js").Component} component */
  update(component) {
    this.component = component;
    this.serial = Math.max(this.serial, component.data.serial);
    this.waiting = this.waiting.filter(({ serial }) => serial > component.data.serial);
  }

  /** @param {Record<string, any>} request */
  ask(request) {
    this.serial += 1;
    // Whoever goes through many layers with an arrow key wants the last one.
    if (request.do === "select") this.waiting = this.waiting.filter((each) => each.do !== "select");
    this.waiting.push({ serial: this.serial, ...request });
    this.component.setStateValue("asked", { requests: this.waiting });
  }
}
