/** Slabs, windows and bars as SVG; every colour stands in the elements, so that the saved file looks the same. */

import { LINE, OBLIQUE, SMALL } from "./perspective-layout.js";
import { colours, joined, polygon, s, text, wrong } from "./diagram-paint.js";
import { rgb, withAlpha } from "./theme.js";

/** @typedef {import("./perspective-layout.js").Slab} Slab @typedef {import("./theme.js").Theme} Theme */

/** So much of a face a window covers at least, or it could not be seen. */
const WINDOW = 0.16;

/** A colour let down with the background, without transparency: what lies behind must not shine through. @param {string} colour @param {number} part @param {Theme} theme */
function mix(colour, part, theme) {
  const back = rgb(theme.background);
  return `rgb(${rgb(colour).map((v, i) => Math.round(v * part + back[i] * (1 - part))).join(", ")})`;
}

/** The corners of a slab's front face, and how far it goes into the page. @param {Slab} slab */
function corners({ x, y, h, depth, tall, across }) {
  const [ox, oy] = [across * OBLIQUE[0], across * OBLIQUE[1]];
  return { left: x, right: x + depth, top: y + h - tall, bottom: y + h, ox, oy };
}

/**
 * @param {Slab | import("./perspective-layout.js").Frame} box
 * @param {{theme: Theme, width: (text: string, size: number, weight?: number) => number}} style
 */
export function body(box, style) {
  const group = s("g", { class: `box ${box.form}` });
  if (box.form === "frame" || box.form === "lane") group.append(...bracket(box, style));
  else if (box.body === "void") group.append(...nothing(box, style.theme));
  else group.append(...cuboid(box, style.theme));
  return group;
}

/** @param {Slab} slab @param {Theme} theme */
function cuboid(slab, theme) {
  const { left, right, top, bottom, ox, oy } = corners(slab);
  const colour = slab.form === "end" || slab.node.form === "branches" && !slab.block ? colours(theme).other : colours(theme)[slab.kind];
  const [front, lid, side] = theme.dark ? [0.42, 0.56, 0.28] : [0.34, 0.2, 0.5];
  const line = { stroke: mix(colour, theme.dark ? 0.95 : 0.85, theme), "stroke-width": 1, "stroke-linejoin": "round" };
  const at = (/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ into = 0) => [x + ox * into, y + oy * into];
  const parts = [
    polygon([at(left, top), at(right, top), at(right, top, 1), at(left, top, 1)], mix(colour, lid, theme), line),
    polygon([at(right, top), at(right, bottom), at(right, bottom, 1), at(right, top, 1)], mix(colour, side, theme), line),
    polygon([at(left, top), at(right, top), at(right, bottom), at(left, bottom)], mix(colour, front, theme), line),
  ];
  // What is folded into it: thin slices at its end.
  const kinds = [...new Set(slab.folded.map((node) => node.kind))];
  const slice = Math.min(3.5, (right - left) / (kinds.length + 2));
  kinds.forEach((kind, i) => {
    const [a, b] = [right - slice * (kinds.length - i), right - slice * (kinds.length - i - 1)];
    const strong = mix(colours(theme)[kind], 0.9, theme);
    parts.push(polygon([at(a, top), at(b, top), at(b, bottom), at(a, bottom)], strong), polygon([at(a, top), at(b, top), at(b, top, 1), at(a, top, 1)], strong));
  });
  if (slab.block) {
    for (const part of [1 / 3, 2 / 3]) {
      const x = left + (right - left - slice * kinds.length) * part;
      parts.push(s("polyline", { points: joined([at(x, bottom), at(x, top), at(x, top, 1)]), fill: "none", ...line }));
    }
  }
  parts.push(outline([at(left, top), at(left, top, 1), at(right, top, 1), at(right, bottom, 1), at(right, bottom), at(left, bottom)], line.stroke));
  return [...parts, ...words(slab, theme)];
}

/** The line around it, which shows what is chosen. @param {number[][]} points @param {string} stroke */
function outline(points, stroke) {
  return polygon(points, "none", { stroke, "stroke-width": 1.2, "stroke-linejoin": "round", class: "edge" });
}

/** @param {Slab} slab @param {Theme} theme */
function words({ words: lines, x, y, w, h }, theme) {
  return lines.map(({ text: said, weight, soft }, i) => text(x + w / 2, y + h + 14 + LINE * i, said, theme, { size: SMALL, weight, soft }));
}

/** What does not fit, or is not reached. @param {Slab} slab @param {Theme} theme */
function nothing(slab, theme) {
  const { left, right, top, bottom, ox, oy } = corners(slab);
  const failed = slab.node.state === "wrong";
  const colour = failed ? wrong(theme) : withAlpha(theme.text, 0.4);
  const around = [[left, top], [left + ox, top + oy], [right + ox, top + oy], [right + ox, bottom + oy], [right, bottom], [left, bottom]];
  return [
    polygon(around, failed ? withAlpha(colour, 0.12) : theme.background, { stroke: colour, "stroke-width": failed ? 1.8 : 1, "stroke-dasharray": "4 3", "stroke-linejoin": "round", class: "edge" }),
    ...(failed ? [text(slab.x + slab.w / 2, slab.y + slab.h / 2 + 7, "!", theme, { size: 20, weight: 600, colour })] : []),
    ...words(slab, theme),
  ];
}

/** A block's own name and its paper's, if that says more. @param {import("./diagram-layout.js").Node} node */
const inFull = ({ title, block }) => (block && block.toLowerCase() !== title.toLowerCase() ? `${title} · ${block}` : title);

/** @param {import("./perspective-layout.js").Frame} frame @param {{theme: Theme, width: (text: string, size: number, weight?: number) => number}} style */
function bracket({ form, node, x, y, w, h }, { theme, width }) {
  const named = text(form === "lane" ? x + 8 : x + w / 2, form === "lane" ? y + 11 : y + 19, form === "lane" ? node.title : inFull(node), theme, {
    size: SMALL, weight: 600, anchor: form === "lane" ? "start" : "middle", soft: form === "lane",
  });
  if (form === "lane") {
    return [
      s("rect", { x, y: y - 2, width: w, height: h + 4, rx: 7, fill: withAlpha(theme.text, theme.dark ? 0.05 : 0.03), stroke: withAlpha(theme.text, 0.12), class: "edge" }), named,
      ...(node.named && node.parts.length ? [s("rect", { x, y, width: width(node.title, SMALL, 600) + 20, height: 16, fill: "none", class: "head" })] : []),
    ];
  }
  return [
    s("polyline", { points: joined([[x, y], [x, y + 5], [x + w, y + 5], [x + w, y]]), fill: "none", stroke: withAlpha(theme.text, 0.55), "stroke-width": 1.2, class: "edge" }),
    named, s("rect", { x, y, width: w, height: h, fill: "none", class: "head" }),
  ];
}

/**
 * What goes from one slab to the next: a window with its rays, the bundle into a vector, or an arrow.
 * @param {import("./perspective-layout.js").Link} link
 * @param {Theme} theme
 */
export function link({ from, to, how }, theme) {
  const group = s("g", { "aria-hidden": "true", "pointer-events": "none" });
  const [a, b] = [corners(from), corners(to)];
  const colour = colours(theme)[to.kind] ?? theme.text;
  const into = (/** @type {ReturnType<typeof corners>} */ c, /** @type {number} */ u, /** @type {number} */ v) => [c.right + c.ox * u, c.top + (c.bottom - c.top) * v + c.oy * u];
  const target = [b.left + b.ox / 2, (b.top + b.bottom + b.oy) / 2];
  const ray = { stroke: withAlpha(colour, 0.75), "stroke-width": 0.9 };
  if (how === "window") {
    const [, height, width] = to.node.input;
    const [kh, kw] = /** @type {number[]} */ (to.node.window).map((size, i) => Math.min(1, Math.max(WINDOW, size / [height, width][i])));
    const patch = [[0.5 - kw / 2, 0.5 - kh / 2], [0.5 + kw / 2, 0.5 - kh / 2], [0.5 + kw / 2, 0.5 + kh / 2], [0.5 - kw / 2, 0.5 + kh / 2]].map(([u, v]) => into(a, u, v));
    group.append(polygon([patch[0], patch[1], target], withAlpha(colour, 0.1)), polygon([patch[2], patch[3], target], withAlpha(colour, 0.1)),
      polygon(patch, withAlpha(colour, 0.45), { stroke: colour, "stroke-width": 1 }),
      ...patch.map((corner) => s("polyline", { points: joined([corner, target]), fill: "none", ...ray })));
  } else if (how === "all") {
    const [high, low] = [into(a, 0.5, 0), into(a, 0.5, 1)];
    group.append(polygon([high, [b.left, b.top], [b.left, b.bottom], low], withAlpha(colour, 0.12)),
      s("polyline", { points: joined([high, [b.left, b.top]]), fill: "none", ...ray }), s("polyline", { points: joined([low, [b.left, b.bottom]]), fill: "none", ...ray }));
  } else {
    group.append(line([into(a, 1, 0.5).map((v, i) => (i ? from.y + from.h / 2 : from.x + from.w + 1)), [to.x - 1, to.y + to.h / 2]], true, theme));
  }
  return group;
}

/** @param {number[][]} points @param {boolean} arrow @param {Theme} theme */
export function line(points, arrow, theme) {
  const group = s("g", { "aria-hidden": "true", "pointer-events": "none" });
  const colour = mix(theme.text, 0.6, theme);
  const [x, y] = points[points.length - 1];
  group.append(s("polyline", { points: joined(points), fill: "none", stroke: colour, "stroke-width": 1.3 }));
  if (arrow) group.append(polygon([[x - 6, y - 3.5], [x, y], [x - 6, y + 3.5]], colour));
  return group;
}
