/**
 * Where every box and line of the diagram goes. A network is a series-parallel tree, so it lays itself out: a chain
 * is a column, branches are lanes side by side that meet again. Two walks: sizes from the leaves up, places from the
 * root down. Nothing here touches the page.
 */

import { called } from "./diagram-tree.js";

/**
 * @typedef {object} Node What Python sends, see `Box` in diagram.py.
 * @property {string} path
 * @property {"layer" | "chain" | "branches"} form
 * @property {string} title
 * @property {number[]} input
 * @property {number[]} output
 * @property {number} params
 * @property {number} macs
 * @property {string} kind
 * @property {Node[]} parts
 * @property {"add" | "concat"} [merge]
 * @property {Record<string, string>} [details]
 * @property {boolean} [named]
 * @property {string} [block]
 * @property {number[]} [field]
 * @property {number[]} [sees]
 * @property {number[]} [window]
 * @property {"wrong" | "unreached"} [state]
 * @property {string} [problem]
 *
 * @typedef {object} Ask What the layout has to know from outside.
 * @property {(node: Node) => boolean} open
 * @property {(text: string, size: number, weight?: number) => number} width of a text in pixels
 * @property {(node: Node) => string[]} costs the lines of small numbers in a box
 * @property {(node: Node) => {w: number, h: number}} least what its box must have at least
 * @property {(node: Node) => boolean} bar whether its box has a bar: its share of the whole
 * @property {(node: Node) => string} layers how many layers are in a closed path
 * @property {string} identity what stands in a path that changes nothing
 *
 * @typedef {"layer" | "closed" | "summary" | "frame" | "lane" | "merge" | "end"} Form A summary stands in
 *   a closed lane.
 * @typedef {{form: Form, node: Node, x: number, y: number, w: number, h: number, level: number, lines: string[],
 *   parent: Node | null, bar?: boolean, words?: string[]}} Placed `words`: the problem's sentence, broken into lines.
 * @typedef {{points: number[][], arrow: boolean}} Line
 * @typedef {{x: number, y: number, text: string, node: Node}} Label
 * @typedef {{width: number, height: number, boxes: Placed[], lines: Line[], labels: Label[]}} Layout
 *
 * @typedef {object} Size A node's size, and how to place it: its middle, its top, where to, how deep.
 * @property {number} w
 * @property {number} h
 * @property {(cx: number, y: number, out: Layout, level: number, parent: Node | null) => void} place
 */

export const TITLE = 13;
export const SMALL = 11;
/** Between a title and the name behind it. */
export const APART = 7;
export const LANE_HEAD = 36;
export const FRAME_HEAD = 30;
const LINE = 15;
const PAD = 11;
/** Heights of the lines: between two boxes (a shape stands beside it), into a frame, out of it, to the lanes, from them. */
const GAP = 30;
const LEAD = 16;
const TAIL = 28;
const FORK = 24;
const BUS = 9;
const JOIN = 26;
const MERGE = 28;
const BETWEEN = 12;
const EDGE = 6;
/** How wide a sentence in a box may be. */
const SENTENCE = 250;

/** @param {number[]} shape */
export const say = (shape) => shape.join("×");

/** What a merge says: the sum of the channels, or which shapes differ. @param {Node} node */
export function merged(node) {
  const outputs = node.parts.map((part) => part.output);
  if (node.problem) return [...new Set(outputs.map(say))].join(" ≠ ");
  if (node.merge === "add") return "+";
  if (!node.output.length) return "concat";
  return `concat ${outputs.map((shape) => shape[0]).join(" + ")} = ${node.output[0]}`;
}

/**
 * @param {Node} root
 * @param {Ask} ask
 * @returns {Layout}
 */
export function layout(root, ask) {
  const body = column(root, ask);
  const ends = [root.input, root.output].map((shape) => ask.width(say(shape), TITLE, 600) + 2 * PAD + 52);
  const width = Math.max(body.w, ...ends) + 2 * EDGE;
  /** @type {Layout} */
  const out = { width, height: 0, boxes: [], lines: [], labels: [] };
  const cx = width / 2;
  let y = EDGE;
  const end = (/** @type {number} */ w, /** @type {string} */ text) => {
    out.boxes.push({ form: "end", node: root, x: cx - w / 2, y, w, h: MERGE, level: 1, lines: [text], parent: null });
    y += MERGE;
  };
  const down = () => {
    out.lines.push({ points: [[cx, y], [cx, y + LEAD + 4]], arrow: true });
    y += LEAD + 4;
  };
  end(ends[0], "input");
  down();
  body.place(cx, y, out, 1, null);
  y += body.h;
  if (root.output.length) {
    down();
    end(ends[1], "output");
  }
  out.height = y + EDGE;
  return out;
}

/**
 * @param {Node} node
 * @param {Ask} ask
 * @returns {Size}
 */
function measure(node, ask) {
  if (node.form === "layer") return card(node, "layer", ask.costs(node), ask);
  if (node.named && !ask.open(node)) return card(node, "closed", [...(node.block ? [node.block] : []), ...(node.output.length ? [`${say(node.input)} → ${say(node.output)}`] : []), ...ask.costs(node)], ask);
  const inner = node.form === "branches" ? forked(node, ask) : column(node, ask);
  return node.named ? framed(node, inner, ask) : inner;
}

/**
 * One box: a layer, or a closed block.
 * @param {Node} node
 * @param {Form} form
 * @param {string[]} lines
 * @param {Ask} ask
 * @returns {Size}
 */
function card(node, form, lines, ask) {
  const caret = form === "closed" ? 18 : 0;
  const words = node.problem && form === "layer" ? broken(node.problem, SENTENCE, (text) => ask.width(text, SMALL)) : [];
  const beside = called(node) ? APART + ask.width(called(node), SMALL) : caret;
  const widest = Math.max(90, ask.width(node.title, TITLE, 600) + beside, ...[...lines, ...words].map((l) => ask.width(l, SMALL)));
  const least = form === "summary" ? { w: 0, h: 0 } : ask.least(node);
  const bar = form !== "summary" && ask.bar(node);
  const count = lines.length + words.length;
  const w = Math.ceil(Math.max(least.w, widest + 2 * PAD + 4));
  const h = Math.ceil(Math.max(least.h, 32 + LINE * count + (count ? 2 : 0) + (bar ? 10 : 0)));
  return {
    w, h,
    place: (cx, y, out, level, parent) => out.boxes.push({ form, node, x: cx - w / 2, y, w, h, level, lines, parent, bar, words }),
  };
}

/**
 * A sentence in lines that are not wider than this; Chinese breaks between any two signs.
 * @param {string} sentence
 * @param {number} most
 * @param {(text: string) => number} width
 */
function broken(sentence, most, width) {
  /** @type {string[]} */
  const lines = [];
  let line = "";
  for (const piece of sentence.match(/[\u3000-\uffef]|[^\s\u3000-\uffef]+\s*|\s+/g) ?? []) {
    if (line && width(line + piece) > most) {
      lines.push(line.trim());
      line = "";
    }
    line += piece;
  }
  return [...lines, line.trim()].filter(Boolean);
}

/**
 * The parts of a chain, one below the other.
 * @param {Node} node
 * @param {Ask} ask
 * @returns {Size}
 */
function column(node, ask) {
  const sizes = node.parts.map((part) => measure(part, ask));
  if (!sizes.length) return unchanged(node, ask);
  const between = node.parts.slice(0, -1).map((part) => beside(say(part.output), ask));
  return {
    w: Math.max(...sizes.map((size) => size.w), ...between),
    h: sizes.reduce((sum, size) => sum + size.h, GAP * (sizes.length - 1)),
    place: (cx, top, out, level, parent) => {
      let y = top;
      sizes.forEach((size, i) => {
        if (i) {
          out.lines.push({ points: [[cx, y], [cx, y + GAP]], arrow: true });
          if (node.parts[i - 1].output.length) out.labels.push({ x: cx + 8, y: y + GAP / 2, text: say(node.parts[i - 1].output), node: node.parts[i - 1] });
          y += GAP;
        }
        size.place(cx, y, out, level, parent);
        y += size.h;
      });
    },
  };
}

/** A path without a layer: what comes in goes out. @param {Node} node @param {Ask} ask @returns {Size} */
function unchanged(node, ask) {
  const h = 40;
  return {
    w: beside(ask.identity, ask), h,
    place: (cx, y, out) => {
      out.lines.push({ points: [[cx, y], [cx, y + h]], arrow: false });
      out.labels.push({ x: cx + 8, y: y + h / 2, text: ask.identity, node });
    },
  };
}

/** The width of a column whose line has a text on its right. @param {string} text @param {Ask} ask */
function beside(text, ask) {
  return 2 * (Math.ceil(ask.width(text, SMALL)) + 10);
}

/**
 * A named block that is open: a frame with a head, and what is inside.
 * @param {Node} node
 * @param {Size} inner
 * @param {Ask} ask
 * @returns {Size}
 */
function framed(node, inner, ask) {
  const w = Math.max(inner.w, ask.width(node.title, TITLE, 600) + 32 + (node.block ? ask.width(node.block, SMALL) + 10 : 0)) + 2 * PAD;
  const lead = node.form === "branches" ? 0 : LEAD;
  const h = FRAME_HEAD + lead + inner.h + LEAD;
  return {
    w, h,
    place: (cx, y, out, level, parent) => {
      out.boxes.push({ form: "frame", node, x: cx - w / 2, y, w, h, level, lines: [], parent });
      const top = y + FRAME_HEAD;
      if (lead) out.lines.push({ points: [[cx, top], [cx, top + lead]], arrow: true });
      inner.place(cx, top + lead, out, level + 1, node);
      if (node.output.length) out.lines.push({ points: [[cx, y + h - LEAD], [cx, y + h]], arrow: false });
    },
  };
}

/**
 * Lanes side by side, all as tall as the tallest, and the merge below.
 * @param {Node} node
 * @param {Ask} ask
 * @returns {Size}
 */
function forked(node, ask) {
  const lanes = node.parts.map((path) => lane(path, ask));
  const tall = Math.max(...lanes.map((each) => each.h));
  const wide = lanes.reduce((sum, each) => sum + each.w, BETWEEN * (lanes.length - 1));
  const mergeWidth = Math.max(MERGE, ask.width(merged(node), TITLE, 600) + 2 * PAD + 8);
  return {
    w: Math.max(wide, mergeWidth),
    h: FORK + tall + JOIN + MERGE,
    place: (cx, y, out, level, parent) => {
      let x = cx - wide / 2;
      const bottom = y + FORK + tall;
      /** @type {number[]} */
      const middles = [];
      lanes.forEach((each, i) => {
        const middle = x + each.w / 2;
        out.lines.push({ points: [[middle, y + BUS], [middle, y + FORK]], arrow: true });
        each.stretch(middle, y + FORK, tall, out, level, node);
        if (node.parts[i].output.length) {
          out.lines.push({ points: [[middle, bottom], [middle, bottom + BUS]], arrow: false });
        }
        middles.push(middle);
        x += each.w + BETWEEN;
      });
      const [first, last] = [middles[0], middles[middles.length - 1]];
      out.lines.push(
        { points: [[cx, y], [cx, y + BUS]], arrow: false },
        { points: [[first, y + BUS], [last, y + BUS]], arrow: false },
        { points: [[first, bottom + BUS], [last, bottom + BUS]], arrow: false },
        { points: [[cx, bottom + BUS], [cx, bottom + JOIN]], arrow: true },
      );
      out.boxes.push({
        form: "merge", node, x: cx - mergeWidth / 2, y: bottom + JOIN, w: mergeWidth, h: MERGE, level,
        lines: [merged(node)], parent,
      });
    },
  };
}

/**
 * One path of branches: its head says its share of the cost; as tall as its neighbours.
 * @param {Node} path
 * @param {Ask} ask
 */
function lane(path, ask) {
  const open = !path.named || ask.open(path);
  const inner = open || !path.parts.length ? column(path, ask) : card({ ...path, title: ask.layers(path) }, "summary", ask.costs(path), ask);
  const output = say(path.output);
  const w = Math.max(inner.w, beside(output, ask), ask.width(path.title, SMALL, 600) + 66) + 2 * 8;
  return {
    w,
    h: LANE_HEAD + LEAD + inner.h + TAIL,
    stretch: (/** @type {number} */ cx, /** @type {number} */ y, /** @type {number} */ tall, /** @type {Layout} */ out,
      /** @type {number} */ level, /** @type {Node} */ parent) => {
      out.boxes.push({ form: "lane", node: path, x: cx - w / 2, y, w, h: tall, level, lines: [], parent });
      const top = y + LANE_HEAD;
      out.lines.push({ points: [[cx, top], [cx, top + LEAD]], arrow: path.parts.length > 0 });
      inner.place(cx, top + LEAD, out, level + 1, path);
      const end = top + LEAD + inner.h;
      out.lines.push({ points: [[cx, end], [cx, y + tall]], arrow: false });
      if (output) out.labels.push({ x: cx + 8, y: end + TAIL / 2, text: output, node: path });
    },
  };
}
