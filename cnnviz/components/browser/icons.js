/** Icons as SVG: the glyphs for play and step are missing from common fonts. */

const SVG = "http://www.w3.org/2000/svg";

/** Paths in a 24 box; "fill:" marks solid shapes, the rest are strokes. */
const SHAPES = {
  play: "fill:M8 5.2v13.6c0 .8.9 1.3 1.6.8l10-6.8c.6-.4.6-1.2 0-1.6l-10-6.8C8.9 3.9 8 4.4 8 5.2z",
  pause: "fill:M7 5h3.5v14H7zM13.5 5H17v14h-3.5z",
  previous: "fill:M17.5 6v12L9 12zM6 6h2.2v12H6z",
  next: "fill:M6.5 6v12L15 12zM15.8 6H18v12h-2.2z",
  undo: "M9 7L4.5 11.5 9 16M5 11.5h8.5a5 5 0 0 1 0 10H11",
  redo: "M15 7l4.5 4.5L15 16M19 11.5h-8.5a5 5 0 0 0 0 10H13",
  clear: "M4.5 7h15M10 11v6M14 11v6M6.5 7l.8 12a1.5 1.5 0 0 0 1.5 1.4h6.4a1.5 1.5 0 0 0 1.5-1.4l.8-12M9.5 7V4.5h5V7",
  pin: "fill:M9 3h6l-.8 7 3.3 3v1.6h-4.6V21l-.9 1-.9-1v-6.4H6.5V13l3.3-3z",
  times: "M6 6l12 12M18 6L6 18",
  equals: "M5 9h14M5 15h14",
  arrow: "M4 12h15M13 6l6 6-6 6",
  reset: "M4 4v5h5M4.6 9A8 8 0 1 1 4 13.5",
  copy: "M9 9h10v11H9zM5.5 15H5V4h10v1.5",
  up: "M12 19.5V5M6 11l6-6 6 6",
  down: "M12 4.5V19M6 13l6 6 6-6",
  enter_up: "M6 9V4.5h12V9M12 20V9.5M8 13.5l4-4 4 4",
  enter_down: "M6 15v4.5h12V15M12 4v10.5M8 10.5l4 4 4-4",
  save: "M12 4v11M7.5 10.5L12 15l4.5-4.5M4.5 16.5v3h15v-3",
};

/**
 * @param {keyof typeof SHAPES} name
 * @param {number} [size]
 */
export function icon(name, size = 18) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("width", String(size));
  svg.setAttribute("height", String(size));
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  const solid = SHAPES[name].startsWith("fill:");
  path.setAttribute("d", SHAPES[name].replace("fill:", ""));
  path.setAttribute("fill", solid ? "currentColor" : "none");
  if (!solid) {
    path.setAttribute("stroke", "currentColor");
    path.setAttribute("stroke-width", "2");
    path.setAttribute("stroke-linecap", "round");
    path.setAttribute("stroke-linejoin", "round");
  }
  svg.append(path);
  return svg;
}
