/**
 * Feature maps as papers draw them: slabs from left to right, branches one above the other. Height and width of a slab
 * are its output's, its depth (to the right) the channels, all by their square root; a vector is a bar. What changes
 * single values only (activation, normalisation, dropout) is folded into the slab before it. Nothing here touches the page.
 */

import { say } from "./diagram-layout.js";
import { layers, walk } from "./diagram-tree.js";

/** Lengths of the largest side, the most channels, the longest vector. */
const SIDE = 132;
const DEPTH = 58;
const VECTOR = 150;
const LEAST = 6;
/** How a step into the depth of the page is drawn. */
export const OBLIQUE = [0.38, -0.3];
/** Between slabs; before and behind branches; between these. */
const GAP = 16;
const FORK = 34;
const BETWEEN = 16;
const EDGE = 12;
export const LINE = 13;
const BRACKET = 30;
export const SMALL = 11;

/**
 * @typedef {import("./diagram-layout.js").Node} Node
 *
 * @typedef {object} Slab What is drawn of one output.
 * @property {"slab" | "end"} form
 * @property {"cuboid" | "vector" | "void"} body
 * @property {Node} node
 * @property {string} kind
 * @property {Node[]} folded what changes its single values
 * @property {boolean} block whether more than one layer is in it
 * @property {number} depth
 * @property {number} tall
 * @property {number} across into the page
 * @property {{text: string, weight?: number, soft?: boolean}[]} words below it
 * @property {string[]} lines
 * @property {number} level
 * @property {Node | null} parent
 * @property {number} x the box around it
 * @property {number} y
 * @property {number} w
 * @property {number} h
 *
 * @typedef {{form: "frame" | "lane", node: Node, x: number, y: number, w: number, h: number, level: number,
 *   lines: string[], parent: Node | null}} Frame
 * @typedef {{from: Slab, to: Slab, how: "window" | "all" | "arrow"}} Link
 * @typedef {{width: number, height: number, boxes: (Slab | Frame)[], order: (Slab | Frame | Link | {points: number[][], arrow: boolean})[]}} Scene
 *
 * @typedef {object} Ask
 * @property {(node: Node) => boolean} open
 * @property {(text: string, size: number, weight?: number) => number} width
 * @property {Record<string, string>} labels
 * @property {(template: string, values: Record<string, string | number>) => string} fill
 *
 * @typedef {{w: number, up: number, down: number, place: (x: number, cy: number, out: Scene) => void}} Item Its middle
 *   line lies at `cy`.
 * @typedef {{from: Slab, last: Slab | null, pending: Node[], level: number, parent: Node | null}} Lane Where we are.
 */

/**
 * @param {Node} root
 * @param {Ask} ask
 * @returns {Scene}
 */
export function perspective(root, ask) {
  const measure = scales(root);
  /** @type {Slab} */
  const input = slab(root, root.input, "other", measure, ask, { level: 1, parent: null });
  Object.assign(input, { form: "end", lines: ["input"], block: false });
  input.words = words(input, ask, ask.labels.input, "");
  const first = item(input, ask, null);
  const rest = chain(root, { from: input, last: input, pending: [], level: 1, parent: null }, measure, ask);
  const [up, down] = [Math.max(first.up, rest.up), Math.max(first.down, rest.down)];
  /** @type {Scene} */
  const out = { width: first.w + rest.w + 2 * EDGE, height: up + down + 2 * EDGE, boxes: [], order: [] };
  first.place(EDGE, EDGE + up, out);
  rest.place(EDGE + first.w, EDGE + up, out);
  return out;
}

/** The rule for lengths: the square root of the part of the largest. @param {Node} root */
function scales(root) {
  let [side, channels, vector] = [1, 1, 1];
  for (const shape of [root.input, ...[...walk(root)].map((node) => node.output)]) {
    if (shape.length === 1) vector = Math.max(vector, shape[0]);
    else if (shape.length) {
      side = Math.max(side, ...shape.slice(1));
      channels = Math.max(channels, shape[0]);
    }
  }
  const root2 = (/** @type {number} */ most, /** @type {number} */ length) => (/** @type {number} */ value) => Math.max(LEAST, length * Math.sqrt(value / most));
  return { side: root2(side, SIDE), depth: root2(channels, DEPTH), vector: root2(vector, VECTOR) };
}

/**
 * The parts of a chain from left to right.
 * @param {Node} node
 * @param {Lane} lane
 * @param {ReturnType<typeof scales>} measure
 * @param {Ask} ask
 * @returns {Item}
 */
function chain(node, lane, measure, ask) {
  const items = node.parts.flatMap((part) => piece(part, lane, measure, ask));
  return row(items);
}

/**
 * One part: folded, a slab, a closed block, or what is in it.
 * @param {Node} part
 * @param {Lane} lane
 * @param {ReturnType<typeof scales>} measure
 * @param {Ask} ask
 * @returns {Item[]}
 */
function piece(part, lane, measure, ask) {
  if (part.form === "layer" && folds(part)) {
    (lane.last ? lane.last.folded : lane.pending).push(part);
    return [];
  }
  if (part.state === "unreached" && lane.last?.node.state === "unreached") {
    lane.last.folded.push(...walk(part));
    return [];
  }
  if (part.form === "layer" || part.state === "unreached" || (part.named && !ask.open(part))) {
    if (!part.parts.length && part.form !== "layer") return [];
    return [next(part, lane, measure, ask)];
  }
  const inner = part.form === "branches" ? fork(part, lane, measure, ask)
    : chain(part, Object.assign(lane, part.named ? { level: lane.level + 1 } : {}), measure, ask);
  return [part.named ? framed(part, inner, lane, ask) : inner];
}

/** The slab of a layer or closed block, linked to the one before it. @param {Node} node @param {Lane} lane @param {ReturnType<typeof scales>} measure @param {Ask} ask */
function next(node, lane, measure, ask) {
  const made = slab(node, node.output, dominant(node), measure, ask, lane);
  made.folded.push(...lane.pending.splice(0));
  const before = lane.last;
  lane.last = made;
  return item(made, ask, before && { from: before, to: made, how: linked(before, made) });
}

/** What leaves the shape as it is and looks at single values: not worth a slab. @param {Node} node */
function folds({ kind, input, output, state }) {
  if (state || ["convolution", "pooling", "linear"].includes(kind)) return false;
  return say(input) === say(output) || (input.length === 3 && input[1] * input[2] === 1 && output.length === 1);
}

/** The kind of the layer that costs most. @param {Node} node */
function dominant(node) {
  let most = node;
  for (const each of walk(node)) if (each.form === "layer" && (most.form !== "layer" || each.macs > most.macs)) most = each;
  return most.kind ?? "other";
}

/** @param {Slab} from @param {Slab} to @returns {Link["how"]} */
function linked(from, to) {
  if (to.body === "vector") return "all";
  return to.node.window && from.body === "cuboid" && to.body === "cuboid" ? "window" : "arrow";
}

/**
 * @param {Node} node
 * @param {number[]} shape
 * @param {string} kind
 * @param {ReturnType<typeof scales>} measure
 * @param {Ask} ask
 * @param {{level: number, parent: Node | null}} where
 * @returns {Slab}
 */
function slab(node, shape, kind, measure, ask, { level, parent }) {
  const block = node.form !== "layer" && node.form !== "branches" || (node.form === "branches" && !ask.open(node));
  const body = !shape.length ? "void" : shape.length === 1 ? "vector" : "cuboid";
  const [depth, tall, across] = body === "void" ? [26, 54, 30]
    : body === "vector" ? [block ? 24 : 10, measure.vector(shape[0]), 14]
      : [Math.max(block ? 18 : 0, measure.depth(shape[0])), measure.side(shape[1]), measure.side(shape[2] ?? 1)];
  /** @type {Slab} */
  const made = { form: "slab", body, node, kind, folded: [], block, depth, tall, across, words: [], lines: [], level, parent, x: 0, y: 0,
    w: depth + across * OBLIQUE[0], h: tall - across * OBLIQUE[1] };
  const name = node.path.slice(node.path.lastIndexOf(".") + 1);
  const [, stride] = node.title.match(/stride (\S+)/) ?? [];
  const count = node.form === "branches" ? ask.fill(ask.labels.few_paths, { count: node.parts.length }) : ask.fill(ask.labels.few_layers, { count: layers(node) });
  const about = block ? (node.block || count) : node.window ? `${say(node.window)}${stride ? ` /${stride}` : ""}` : "";
  made.words = words(made, ask, name, node.state === "unreached" ? ask.labels.not_reached : about);
  return made;
}

/** Channels, height and width, name, and what made it. @param {Slab} made @param {Ask} ask @param {string} name @param {string} about */
function words({ node, block }, ask, name, about) {
  const [first, ...sides] = block === false && !node.path ? node.input : node.output;
  return [
    ...(first ? [{ text: String(first), weight: 600 }] : []), ...(sides.length ? [{ text: say(sides) }] : []),
    { text: name, soft: !block, weight: block ? 600 : 400 }, ...(about ? [{ text: about, soft: true }] : []),
  ];
}

/**
 * @param {Slab} made
 * @param {Ask} ask
 * @param {Link | null} link
 * @returns {Item}
 */
function item(made, ask, link) {
  const widest = Math.max(...made.words.map(({ text, weight }) => ask.width(text, SMALL, weight)));
  const w = Math.ceil(Math.max(made.w + GAP, widest + 10));
  return {
    w, up: made.h / 2, down: made.h / 2 + 8 + LINE * made.words.length,
    place: (x, cy, out) => {
      made.x = x + (w - GAP - made.w) / 2;
      made.y = cy - made.h / 2;
      if (link) out.order.push(link);
      out.order.push(made);
      out.boxes.push(made);
    },
  };
}

/** @param {Item[]} items @returns {Item} */
function row(items) {
  return {
    w: items.reduce((sum, each) => sum + each.w, 0),
    up: Math.max(0, ...items.map((each) => each.up)),
    down: Math.max(0, ...items.map((each) => each.down)),
    place: (x, cy, out) => items.reduce((at, each) => (each.place(at, cy, out), at + each.w), x),
  };
}

/** A named block that is open: a bracket below it with its name. @param {Node} node @param {Item} inner @param {Lane} lane @param {Ask} ask @returns {Item} */
function framed(node, inner, lane, ask) {
  const [level, parent] = [lane.level, lane.parent];
  const w = Math.max(inner.w, ask.width(node.title, SMALL, 600) + (node.block ? ask.width(node.block, SMALL) + 8 : 0) + 30);
  return {
    w, up: inner.up, down: inner.down + BRACKET,
    place: (x, cy, out) => {
      /** @type {Frame} */
      const frame = { form: "frame", node, x: x + 2, y: cy + inner.down + 5, w: w - GAP, h: BRACKET - 7, level, lines: [], parent };
      out.order.push(frame);
      out.boxes.push(frame);
      inner.place(x + (w - inner.w) / 2, cy, out);
    },
  };
}

/**
 * Branches one above the other, and the slab that they are merged into.
 * @param {Node} node
 * @param {Lane} lane
 * @param {ReturnType<typeof scales>} measure
 * @param {Ask} ask
 * @returns {Item}
 */
function fork(node, lane, measure, ask) {
  const from = lane.last ?? lane.from;
  const lanes = node.parts.map((path) => {
    /** @type {Lane} */
    const inside = { from, last: null, pending: [], level: lane.level + 2, parent: path };
    const open = !path.named || ask.open(path) || !path.parts.length;
    const inner = open ? chain(path, inside, measure, ask) : row(piece(path, inside, measure, ask));
    const left = inside.pending.splice(0);
    const only = left.length ? row([inner, item(slab(left[0], left[0].output, left[0].kind, measure, ask, inside), ask, null)]) : inner;
    return { path, inner: only, up: Math.max(only.up, 12) + 14, down: Math.max(only.down, 10) };
  });
  const merge = slab(node, node.output, "other", measure, ask, lane);
  merge.block = false;
  merge.words = words(merge, ask, node.problem ? "≠" : node.merge === "add" ? "+" : "concat", "");
  const end = item(merge, ask, null);
  lane.last = merge;
  const high = lanes.reduce((sum, each) => sum + each.up + each.down, BETWEEN * (lanes.length - 1));
  const wide = Math.max(40, ...lanes.map((each) => each.inner.w + 10));
  return {
    w: 2 * FORK + wide + end.w, up: Math.max(high / 2, end.up), down: Math.max(high / 2, end.down),
    place: (x, cy, out) => {
      const [start, stop] = [x + FORK, x + FORK + wide];
      const after = x + 2 * FORK + wide;
      let y = cy - high / 2;
      const [lead, join] = [x + 6, stop + FORK / 2];
      out.order.push({ points: [[from.x + from.w + 2, cy], [lead, cy]], arrow: false });
      for (const { path, inner, up, down } of lanes) {
        const middle = y + up;
        /** @type {Frame} */
        const head = { form: "lane", node: path, x: start, y, w: wide, h: up + down, level: lane.level + 1, lines: [], parent: node };
        out.order.push(head);
        out.boxes.push(head);
        const shift = start + 10;
        const nothing = inner.w === 0;
        out.order.push({ points: [[lead, cy], [lead, middle], [nothing ? join : shift - 2, middle]], arrow: !nothing });
        inner.place(shift, middle, out);
        if (!nothing) out.order.push({ points: [[shift + inner.w - GAP, middle], [join, middle]], arrow: false });
        out.order.push({ points: [[join, middle], [join, cy]], arrow: false });
        y += up + down + BETWEEN;
      }
      out.order.push({ points: [[join, cy], [after - 2, cy]], arrow: true });
      end.place(after, cy, out);
    },
  };
}
