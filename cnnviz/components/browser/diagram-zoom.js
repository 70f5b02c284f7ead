/**
 * The window onto a picture that may be larger: drag to move, Ctrl and the wheel or two fingers to zoom. The plain
 * wheel belongs to the page; where fingers are the main pointer, the frame scrolls as any other does.
 */

const LEAST = 0.05;
const MOST = 3;
const STEP = 1.25;
/** So far a press is a click (pixels). */
const CLICK = 4;
/** Streamlit's bar lies over so much of the window's top (pixels). */
const BAR = 60;
/** A page that has stood for so long is put together; longer than the second nobody waits for it (milliseconds). */
const [STANDS, LONGEST] = [1000, 6000];
/** How somebody takes hold of the page. */
const HOLDS = ["pointerdown", "wheel", "keydown", "touchstart"];
/** Less of the frame than this shows nothing. */
const SLIVER = 80;

/** From where to where the window shows a frame; all of it if that is next to nothing. @param {DOMRect} outer */
function onScreen({ top, bottom }) {
  const seen = { top: Math.max(top, BAR), bottom: Math.min(bottom, window.innerHeight) };
  return seen.bottom - seen.top < SLIVER ? { top, bottom } : seen;
}

export class Zoom {
  /**
   * @param {HTMLElement} frame scrolls, unseen
   * @param {SVGElement} picture inside
   * @param {() => void} changed called when another part is seen
   */
  constructor(frame, picture, changed) {
    Object.assign(this, { frame, picture, changed, width: 1, height: 1, scale: 1, dragged: false });
    /** @type {{x: number, y: number, left: number, top: number} | null} */
    this.grip = null;
    /** Ends what ``settle`` began. */
    this.stand = () => {};
    frame.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    frame.addEventListener("pointerdown", (event) => this.grasp(event));
    frame.addEventListener("pointermove", (event) => this.drag(event));
    for (const name of ["pointerup", "pointercancel"]) frame.addEventListener(name, () => this.release());
    frame.addEventListener("click", (event) => this.dragged && event.stopPropagation(), true);
    frame.addEventListener("touchstart", (event) => this.pinch(event), { passive: false });
    frame.addEventListener("scroll", changed, { passive: true });
  }

  /** Give the picture its size. @param {number} width @param {number} height */
  resize(width, height) {
    this.width = width;
    this.height = height;
    this.apply();
  }

  apply() {
    this.picture.setAttribute("width", String(Math.max(1, Math.floor(this.width * this.scale))));
    this.picture.setAttribute("height", String(Math.max(1, Math.ceil(this.height * this.scale))));
    this.frame.dataset.zoom = String(this.scale);
    this.changed();
  }

  /** Where the picture's corner is seen, in the page's pixels. */
  corner() {
    const box = this.picture.getBoundingClientRect();
    return { x: box.left, y: box.top };
  }

  /**
   * Zoom, and keep what is at a place of the page where it is.
   * @param {number} scale
   * @param {{x: number, y: number}} [at] the frame's middle if not given
   */
  to(scale, at) {
    const outer = this.frame.getBoundingClientRect();
    const { x, y } = at ?? { x: outer.left + outer.width / 2, y: outer.top + outer.height / 2 };
    const before = this.corner();
    const [px, py] = [(x - before.x) / this.scale, (y - before.y) / this.scale];
    this.scale = Math.max(LEAST, Math.min(MOST, scale));
    this.apply();
    const after = this.corner();
    this.frame.scrollLeft += after.x + px * this.scale - x;
    this.frame.scrollTop += after.y + py * this.scale - y;
    this.changed();
  }

  in() {
    this.to(this.scale * STEP);
  }

  out() {
    this.to(this.scale / STEP);
  }

  /** The whole picture. */
  fit() {
    this.spare(0);
    const [w, h] = this.room();
    this.scale = Math.max(LEAST, Math.min(1, w / this.width, h / this.height));
    this.apply();
  }

  /** The whole picture if it can be read, else its start, as wide as can be. @param {number} least the smallest scale */
  begin(least) {
    this.spare(0);
    const [w, h] = this.room();
    const [wide, whole] = [Math.min(1, w / this.width), Math.min(1, h / this.height)];
    this.scale = Math.max(least, whole > 0.85 ? Math.min(wide, whole) : wide);
    this.apply();
    this.frame.scrollTo(Math.max(0, (this.width * this.scale - w) / 2), 0);
    this.changed();
  }

  /** What the frame has for a picture; its height is its greatest. */
  room() {
    const style = getComputedStyle(this.frame);
    const padding = parseFloat(style.paddingLeft) + parseFloat(style.paddingRight);
    const tallest = parseFloat(style.maxHeight) || this.frame.clientHeight;
    return [this.frame.clientWidth - padding, tallest - padding];
  }

  /**
   * Move a part of the picture to where the window shows the frame; the page stays where it is.
   * @param {{x: number, y: number, w: number, h: number}} part in the picture's own pixels
   */
  reveal({ x, y, w, h }) {
    const { scrollLeft, scrollTop } = this.frame;
    this.spare(0);
    const outer = this.frame.getBoundingClientRect();
    const { top, bottom } = onScreen(outer);
    this.spare(outer.bottom - bottom);
    this.frame.scrollTo(scrollLeft, scrollTop);
    const corner = this.corner();
    /** @type {(from: number, size: number, low: number, room: number) => number} */
    const shift = (from, size, low, room) => {
      const gap = Math.min(24, Math.max(0, (room - size) / 2));
      if (from >= low + gap && from + size <= low + room - gap) return 0;
      return size > room ? from - low - 8 : from + size / 2 - low - room / 2;
    };
    this.frame.scrollLeft += shift(corner.x + x * this.scale, w * this.scale, outer.left, outer.width);
    this.frame.scrollTop += shift(corner.y + y * this.scale, h * this.scale, top, bottom - top);
    this.changed();
  }

  /**
   * Reveal a part, and again whenever the frame moves while the page is still being put together: until it has stood
   * for a second, or somebody takes hold of the page.
   * @param {{x: number, y: number, w: number, h: number}} part
   */
  settle(part) {
    this.stand();
    this.reveal(part);
    const began = performance.now();
    let [place, since] = [this.frame.getBoundingClientRect().top, began];
    const timer = setInterval(() => {
      const [now, found] = [performance.now(), this.frame.getBoundingClientRect().top];
      if (found !== place) {
        [place, since] = [found, now];
        this.reveal(part);
      } else if (!this.frame.isConnected || now - since > STANDS || now - began > LONGEST) this.stand();
    }, 100);
    const held = () => this.stand();
    this.stand = () => {
      clearInterval(timer);
      for (const name of HOLDS) window.removeEventListener(name, held, true);
    };
    for (const name of HOLDS) window.addEventListener(name, held, true);
  }

  /** Below the window nothing is seen: room below the picture, so that its end can be moved up. @param {number} hidden */
  spare(hidden) {
    this.frame.style.height = hidden ? `${this.frame.offsetHeight}px` : "";
    this.picture.style.marginBottom = hidden ? `${hidden}px` : "";
  }

  /** The part that is seen, in the picture's own pixels. */
  seen() {
    const outer = this.frame.getBoundingClientRect();
    const corner = this.corner();
    return {
      x: (outer.left - corner.x) / this.scale, y: (outer.top - corner.y) / this.scale,
      w: outer.width / this.scale, h: outer.height / this.scale,
    };
  }

  /** @param {WheelEvent} event */
  wheel(event) {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 16 : 1;
    this.to(this.scale * Math.exp(-Math.max(-60, Math.min(60, event.deltaY * lines)) / 150), { x: event.clientX, y: event.clientY });
  }

  /** @param {PointerEvent} event */
  grasp(event) {
    this.dragged = false;
    if (event.button || this.native(event)) return;
    this.grip = { x: event.clientX, y: event.clientY, left: this.frame.scrollLeft, top: this.frame.scrollTop };
  }

  /** @param {PointerEvent} event */
  drag(event) {
    if (!this.grip || !(event.buttons & 1)) return;
    const [dx, dy] = [event.clientX - this.grip.x, event.clientY - this.grip.y];
    if (!this.dragged) {
      if (Math.hypot(dx, dy) < CLICK) return;
      this.dragged = true;
      this.frame.setPointerCapture(event.pointerId);
      this.frame.classList.add("dragged");
    }
    this.frame.scrollLeft = this.grip.left - dx;
    this.frame.scrollTop = this.grip.top - dy;
  }

  release() {
    this.grip = null;
    this.frame.classList.remove("dragged");
  }

  /** Whether the browser itself scrolls under this finger. @param {PointerEvent} event */
  native(event) {
    return event.pointerType === "touch" && getComputedStyle(this.frame).overflowX === "auto";
  }

  /** Two fingers. @param {TouchEvent} event */
  pinch(event) {
    if (event.touches.length !== 2) return;
    event.preventDefault();
    this.release();
    const spread = (/** @type {TouchEvent} */ { touches: [a, b] }) => Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
    const [start, scale] = [spread(event), this.scale];
    const move = (/** @type {TouchEvent} */ now) => {
      if (now.touches.length !== 2) return;
      now.preventDefault();
      const [a, b] = now.touches;
      this.to((scale * spread(now)) / start, { x: (a.clientX + b.clientX) / 2, y: (a.clientY + b.clientY) / 2 });
    };
    const end = () => {
      this.frame.removeEventListener("touchmove", move);
      for (const name of ["touchend", "touchcancel"]) this.frame.removeEventListener(name, end);
    };
    this.frame.addEventListener("touchmove", move, { passive: false });
    for (const name of ["touchend", "touchcancel"]) this.frame.addEventListener(name, end);
  }
}
