/** How wide words are; asked again and again for the same ones. */

const probe = /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d"));

/** @type {Map<string, number>} */
const known = new Map();

/** @param {string} words @param {string} font as a canvas reads it */
export function measure(words, font) {
  const name = `${font} ${words}`;
  let width = known.get(name);
  if (width === undefined) {
    probe.font = font;
    width = probe.measureText(words).width;
    known.set(name, width);
  }
  return width;
}

/** Another font has come. */
export const forget = () => known.clear();
