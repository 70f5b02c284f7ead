/**
 * The part of CanvasRenderingContext2D that our painting code uses, written as SVG: paint the same picture
 * into a canvas for the screen and into this for a file that stays sharp at any size.
 *
 *     const svg = new SvgContext(640, 280);
 *     paint(svg);                       // the same function that paints the canvas
 *     const text = svg.toString();      // <svg xmlns=... width="640" height="280" ...>...</svg>
 *
 * Properties: fillStyle, strokeStyle, lineWidth, lineCap, lineJoin, lineDashOffset, font, textAlign, textBaseline,
 * globalAlpha, imageSmoothingEnabled. Methods: save, restore, translate, scale, rotate, transform, setTransform,
 * resetTransform, setLineDash, getLineDash, beginPath, closePath, moveTo, lineTo, quadraticCurveTo, bezierCurveTo,
 * arc, rect, roundRect, fill, stroke, clip, fillRect, strokeRect, clearRect, fillText, measureText, drawImage.
 *
 * Styles are CSS colours: no gradients, patterns, shadows or blending. `fill` and `clip` know "nonzero" and "evenodd".
 * `clearRect` does nothing: the picture begins empty and has no background but the one that is painted. What is not
 * listed here is missing on purpose and throws, so that no picture is saved with a part left out.
 */

/** @typedef {[number, number, number, number, number, number]} Matrix a, b, c, d, e, f as in canvas and SVG */

const probe = /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d"));

const STYLE = {
  fillStyle: "#000000", strokeStyle: "#000000", lineWidth: 1, lineCap: "butt", lineJoin: "miter", lineDashOffset: 0,
  font: "10px sans-serif", textAlign: "start", textBaseline: "alphabetic", globalAlpha: 1, imageSmoothingEnabled: true,
};

const ANCHORS = { start: "start", left: "start", center: "middle", end: "end", right: "end" };

let pictures = 0;

export class SvgContext {
  /** @param {number} width @param {number} height both in CSS pixels */
  constructor(width, height) {
    Object.assign(this, STYLE);
    this.width = width;
    this.height = height;
    /** @type {string[]} */
    this.parts = [];
    /** @type {string[]} */
    this.clips = [];
    /** @type {any[]} */
    this.kept = [];
    /** @type {Matrix} */
    this.matrix = [1, 0, 0, 1, 0, 0];
    /** @type {number[]} */
    this.dash = [];
    this.clipping = "";
    this.path = "";
    // Several pictures may stand on one page: their clips must not share names.
    this.prefix = `clip${(pictures += 1)}-`;
  }

  toString() {
    const defs = this.clips.length ? `<defs>${this.clips.join("")}</defs>\n` : "";
    return `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${n(this.width)}" `
      + `height="${n(this.height)}" viewBox="0 0 ${n(this.width)} ${n(this.height)}">\n${defs}${this.parts.join("\n")}\n</svg>\n`;
  }

  save() {
    const style = Object.fromEntries(Object.keys(STYLE).map((name) => [name, /** @type {any} */ (this)[name]]));
    this.kept.push({ ...style, matrix: this.matrix, dash: this.dash, clipping: this.clipping });
  }

  restore() {
    if (this.kept.length) Object.assign(this, this.kept.pop());
  }

  /** @param {number} x @param {number} y */
  translate(x, y) {
    this.transform(1, 0, 0, 1, x, y);
  }

  /** @param {number} x @param {number} y */
  scale(x, y) {
    this.transform(x, 0, 0, y, 0, 0);
  }

  /** @param {number} angle */
  rotate(angle) {
    this.transform(Math.cos(angle), Math.sin(angle), -Math.sin(angle), Math.cos(angle), 0, 0);
  }

  /** @param {...number} by */
  transform(...by) {
    const [a, b, c, d, e, f] = this.matrix;
    const [p, q, r, s, t, u] = by;
    this.matrix = [a * p + c * q, b * p + d * q, a * r + c * s, b * r + d * s, a * t + c * u + e, b * t + d * u + f];
  }

  /** @param {...number} to */
  setTransform(...to) {
    this.matrix = /** @type {Matrix} */ (to);
  }

  resetTransform() {
    this.matrix = [1, 0, 0, 1, 0, 0];
  }

  /** @param {number[]} dash */
  setLineDash(dash) {
    this.dash = [...dash];
  }

  getLineDash() {
    return [...this.dash];
  }

  beginPath() {
    this.path = "";
  }

  closePath() {
    if (this.path) this.path += "Z";
  }

  /** @param {number} x @param {number} y */
  moveTo(x, y) {
    this.path += `M${this.at(x, y)}`;
  }

  /** @param {number} x @param {number} y */
  lineTo(x, y) {
    this.path += `${this.path ? "L" : "M"}${this.at(x, y)}`;
  }

  /** @param {number} cx @param {number} cy @param {number} x @param {number} y */
  quadraticCurveTo(cx, cy, x, y) {
    if (!this.path) this.moveTo(cx, cy);
    this.path += `Q${this.at(cx, cy)} ${this.at(x, y)}`;
  }

  /** @param {number} ax @param {number} ay @param {number} bx @param {number} by @param {number} x @param {number} y */
  bezierCurveTo(ax, ay, bx, by, x, y) {
    if (!this.path) this.moveTo(ax, ay);
    this.path += `C${this.at(ax, ay)} ${this.at(bx, by)} ${this.at(x, y)}`;
  }

  /**
   * As Bézier curves of a quarter at most: those, unlike SVG's arcs, take part in any transformation.
   * @param {number} x @param {number} y @param {number} radius @param {number} from @param {number} to
   * @param {boolean} [anticlockwise]
   */
  arc(x, y, radius, from, to, anticlockwise = false) {
    const full = 2 * Math.PI;
    let sweep = to - from;
    if (Math.abs(sweep) >= full && (sweep > 0) !== anticlockwise) sweep = anticlockwise ? -full : full;
    else sweep = anticlockwise ? -((((from - to) % full) + full) % full) : ((sweep % full) + full) % full;
    this.lineTo(x + radius * Math.cos(from), y + radius * Math.sin(from));
    const pieces = Math.max(1, Math.ceil(Math.abs(sweep) / (Math.PI / 2) - 1e-9));
    const reach = (4 / 3) * Math.tan(sweep / pieces / 4) * radius;
    for (let i = 0; i < pieces; i++) {
      const a = from + (sweep * i) / pieces;
      const b = from + (sweep * (i + 1)) / pieces;
      this.bezierCurveTo(
        x + radius * Math.cos(a) - reach * Math.sin(a), y + radius * Math.sin(a) + reach * Math.cos(a),
        x + radius * Math.cos(b) + reach * Math.sin(b), y + radius * Math.sin(b) - reach * Math.cos(b),
        x + radius * Math.cos(b), y + radius * Math.sin(b));
    }
  }

  /** @param {number} x @param {number} y @param {number} w @param {number} h */
  rect(x, y, w, h) {
    this.path += this.box(x, y, w, h);
  }

  /** @param {number} x @param {number} y @param {number} w @param {number} h @param {number | number[]} [radii] */
  roundRect(x, y, w, h, radii = 0) {
    const list = typeof radii === "number" ? [radii] : radii;
    const [a, b = a, c = a, d = b] = list.map((r) => Math.min(r, Math.abs(w) / 2, Math.abs(h) / 2));
    const quarter = Math.PI / 2;
    this.moveTo(x + a, y);
    this.lineTo(x + w - b, y);
    if (b) this.arc(x + w - b, y + b, b, -quarter, 0);
    this.lineTo(x + w, y + h - c);
    if (c) this.arc(x + w - c, y + h - c, c, 0, quarter);
    this.lineTo(x + d, y + h);
    if (d) this.arc(x + d, y + h - d, d, quarter, 2 * quarter);
    this.lineTo(x, y + a);
    if (a) this.arc(x + a, y + a, a, 2 * quarter, 3 * quarter);
    this.closePath();
  }

  /** @param {string} [rule] */
  fill(rule) {
    if (this.path) this.add("path", { d: this.path, ...this.filled(), "fill-rule": rule });
  }

  stroke() {
    if (this.path) this.add("path", { d: this.path, ...this.stroked() });
  }

  /** @param {string} [rule] */
  clip(rule) {
    const id = `${this.prefix}${this.clips.length}`;
    this.clips.push(element("clipPath", { id, "clip-path": this.clipping || undefined },
      element("path", { d: this.path || "M0 0", "clip-rule": rule })));
    this.clipping = `url(#${id})`;
  }

  /** @param {number} x @param {number} y @param {number} w @param {number} h */
  fillRect(x, y, w, h) {
    this.add("path", { d: this.box(x, y, w, h), ...this.filled() });
  }

  /** @param {number} x @param {number} y @param {number} w @param {number} h */
  strokeRect(x, y, w, h) {
    this.add("path", { d: this.box(x, y, w, h), ...this.stroked() });
  }

  clearRect() {}

  /** @param {string} text @param {number} x @param {number} y */
  fillText(text, x, y) {
    const [, before = "", size = "10", family = "sans-serif"] = this.font.match(/^(.*?)([\d.]+)px(?:\/\S+)?\s+(.*)$/) ?? [];
    const weight = before.match(/\b(bold|bolder|lighter|[1-9]00)\b/)?.[1];
    // Viewers disagree about dominant-baseline, so the baseline is moved by what the canvas measures.
    probe.font = this.font;
    probe.textBaseline = "alphabetic";
    const plain = probe.measureText("x").actualBoundingBoxAscent;
    probe.textBaseline = /** @type {CanvasTextBaseline} */ (this.textBaseline);
    const down = plain - probe.measureText("x").actualBoundingBoxAscent;
    const [a, b, c, d] = this.matrix;
    const plainly = a === 1 && b === 0 && c === 0 && d === 1;
    const [tx, ty] = plainly ? this.point(x, y + down) : [x, y + down];
    this.add("text", {
      x: n(tx), y: n(ty), "font-family": family, "font-size": size, "font-weight": weight,
      "font-style": /\bitalic\b/.test(before) ? "italic" : undefined,
      "text-anchor": /** @type {Record<string, string>} */ (ANCHORS)[this.textAlign],
      "xml:space": "preserve", ...this.filled(), transform: plainly ? undefined : `matrix(${this.matrix.map(n).join(" ")})`,
    }, escaped(String(text)));
  }

  /** @param {string} text */
  measureText(text) {
    probe.font = this.font;
    probe.textBaseline = /** @type {CanvasTextBaseline} */ (this.textBaseline);
    return probe.measureText(text);
  }

  /**
   * A canvas or picture, or a part of it, as an embedded PNG.
   * @param {any} image
   * @param {...number} where as for a canvas: (x, y), (x, y, w, h) or (sx, sy, sw, sh, x, y, w, h)
   */
  drawImage(image, ...where) {
    const whole = [image.naturalWidth ?? image.width, image.naturalHeight ?? image.height];
    const [sx, sy, sw, sh] = where.length === 8 ? where : [0, 0, ...whole];
    const [x, y, w = sw, h = sh] = where.slice(-4).length === 4 ? where.slice(-4) : where;
    const part = document.createElement("canvas");
    part.width = Math.max(1, Math.round(sw));
    part.height = Math.max(1, Math.round(sh));
    part.getContext("2d")?.drawImage(image, sx, sy, sw, sh, 0, 0, part.width, part.height);
    this.add("image", {
      x: n(x), y: n(y), width: n(w), height: n(h), preserveAspectRatio: "none", "xlink:href": part.toDataURL("image/png"),
      style: this.imageSmoothingEnabled ? undefined : "image-rendering:pixelated",
      opacity: this.globalAlpha < 1 ? n(this.globalAlpha) : undefined,
      transform: `matrix(${this.matrix.map(n).join(" ")})`,
    });
  }

  /** A point where the transformation puts it. @param {number} x @param {number} y */
  point(x, y) {
    const [a, b, c, d, e, f] = this.matrix;
    return [a * x + c * y + e, b * x + d * y + f];
  }

  /** @param {number} x @param {number} y */
  at(x, y) {
    return this.point(x, y).map(n).join(" ");
  }

  /** @param {number} x @param {number} y @param {number} w @param {number} h */
  box(x, y, w, h) {
    return `M${this.at(x, y)}L${this.at(x + w, y)}L${this.at(x + w, y + h)}L${this.at(x, y + h)}Z`;
  }

  filled() {
    return this.coloured("fill", this.fillStyle);
  }

  stroked() {
    const [a, b, c, d] = this.matrix;
    const grown = Math.sqrt(Math.abs(a * d - b * c));
    return {
      fill: "none", ...this.coloured("stroke", this.strokeStyle), "stroke-width": n(this.lineWidth * grown),
      "stroke-linejoin": this.lineJoin, "stroke-linecap": this.lineCap === "butt" ? undefined : this.lineCap,
      "stroke-dasharray": this.dash.length ? this.dash.map((v) => n(v * grown)).join(" ") : undefined,
      "stroke-dashoffset": this.dash.length && this.lineDashOffset ? n(this.lineDashOffset * grown) : undefined,
    };
  }

  /** Colour and opacity apart: many programs do not read rgba(). @param {string} what @param {string} style */
  coloured(what, style) {
    probe.fillStyle = "#000";
    probe.fillStyle = style;
    const colour = String(probe.fillStyle);
    const parts = colour.startsWith("#") ? null : (colour.match(/[\d.]+/g) ?? ["0", "0", "0", "0"]).map(Number);
    const alpha = this.globalAlpha * (parts?.[3] ?? 1);
    return {
      [what]: parts ? `#${parts.slice(0, 3).map((v) => Math.round(v).toString(16).padStart(2, "0")).join("")}` : colour,
      [`${what}-opacity`]: alpha < 1 ? n(alpha) : undefined,
    };
  }

  /** @param {string} tag @param {Record<string, string | undefined>} attributes @param {string} [inside] */
  add(tag, attributes, inside) {
    this.parts.push(element(tag, { ...attributes, "clip-path": this.clipping || undefined }, inside));
  }
}

/** @param {string} tag @param {Record<string, string | undefined>} attributes @param {string} [inside] */
function element(tag, attributes, inside) {
  const written = Object.entries(attributes).filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${escaped(String(value))}"`).join("");
  return inside === undefined ? `<${tag}${written}/>` : `<${tag}${written}>${inside}</${tag}>`;
}

/** XML knows no control characters, not even escaped. @param {string} text */
function escaped(text) {
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "")
    .replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}

/** A number as SVG reads it, to a thousandth of a pixel. @param {number} value */
function n(value) {
  return Number.isFinite(value) ? String(Math.round(value * 1000) / 1000 || 0) : "0";
}
