/** Which cell is looked at, in the input, the kernel or the output: by pointer, touch or keyboard. */

/** @typedef {"input" | "kernel" | "output"} Side */

/** The selected cell and everything that moves it, but for the walk. */
export class Cursor {
  /** @param {{moved: () => void, pinned: () => void, held: (held: boolean) => void, typed: (text: string) => void}} on */
  constructor(on) {
    this.on = on;
    /** @type {Side} */
    this.side = "output";
    this.row = 0;
    this.col = 0;
    this.pinned = false;
    /** @type {Record<Side, [number, number]>} rows and columns of each grid */
    this.bounds = { input: [0, 0], kernel: [0, 0], output: [0, 0] };
  }

  /**
   * Follow pointer and keys on a grid.
   * @param {Side} side
   * @param {HTMLCanvasElement} canvas
   */
  follow(side, canvas) {
    let dragging = false;
    const locate = (/** @type {PointerEvent} */ event) => {
      const box = canvas.getBoundingClientRect();
      const [rows, cols] = this.bounds[side];
      const row = Math.floor(((event.clientY - box.top) / box.height) * rows);
      const col = Math.floor(((event.clientX - box.left) / box.width) * cols);
      return row >= 0 && col >= 0 && row < rows && col < cols ? { row, col } : null;
    };
    canvas.addEventListener("pointermove", (event) => {
      const at = locate(event);
      if (!at || (this.pinned && !dragging)) return;
      this.on.held(true);
      if (dragging && !this.is(side, at.row, at.col)) this.pinned = false;
      this.go(side, at.row, at.col);
    });
    canvas.addEventListener("pointerdown", (event) => {
      const at = locate(event);
      if (!at || event.button > 0) return;
      dragging = event.pointerType !== "mouse";
      this.on.held(true);
      this.pin(side, at.row, at.col);
    });
    for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, () => { dragging = false; });
    canvas.addEventListener("pointerleave", () => this.on.held(false));
    canvas.addEventListener("focus", () => {
      if (canvas.matches(":focus-visible") && this.side !== side && !this.pinned) this.go(side, 0, 0);
    });
    canvas.addEventListener("keydown", (event) => this.key(event, side));
  }

  /** @param {Side} side @param {number} row @param {number} col */
  is(side, row, col) {
    return this.side === side && this.row === row && this.col === col;
  }

  /** Pin a cell, or release it if it is the pinned one. @param {Side} side @param {number} row @param {number} col */
  pin(side, row, col) {
    this.pinned = !(this.pinned && this.is(side, row, col));
    this.go(side, row, col);
    this.on.pinned();
  }

  release() {
    if (!this.pinned) return;
    this.pinned = false;
    this.on.moved();
    this.on.pinned();
  }

  /** @param {KeyboardEvent} event @param {Side} side */
  key(event, side) {
    const [rows, cols] = this.bounds[side];
    if (!rows || !cols) return;
    const here = this.side === side ? this : { row: 0, col: 0 };
    const jump = event.ctrlKey || event.metaKey;
    const target = {
      ArrowLeft: [here.row, here.col - 1],
      ArrowRight: [here.row, here.col + 1],
      ArrowUp: [here.row - 1, here.col],
      ArrowDown: [here.row + 1, here.col],
      Home: [jump ? 0 : here.row, 0],
      End: [jump ? rows - 1 : here.row, cols - 1],
    }[event.key];
    if (target) {
      this.on.held(true);
      this.go(side, Math.max(0, Math.min(target[0], rows - 1)), Math.max(0, Math.min(target[1], cols - 1)));
    } else if (event.key === "Enter" || event.key === " ") this.pin(side, here.row, here.col);
    else if (event.key === "Escape") this.release();
    else if (side === "input" && !jump && /^[-+.,\d\u2212]$/.test(event.key)) {
      if (!(this.pinned && this.side === side)) this.pin(side, here.row, here.col);
      this.on.typed(event.key);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {Side} side @param {number} row @param {number} col */
  go(side, row, col) {
    this.side = side;
    this.row = row;
    this.col = col;
    this.on.moved();
  }

  /** New shapes: keep the place where it still exists. @param {Record<Side, [number, number]>} bounds */
  bound(bounds) {
    this.bounds = bounds;
    const [rows, cols] = bounds[this.side];
    if (!rows || !cols) this.side = "output";
    this.row = Math.max(0, Math.min(this.row, bounds[this.side][0] - 1));
    this.col = Math.max(0, Math.min(this.col, bounds[this.side][1] - 1));
  }
}
