/** Small pictures as Python sends them, painted so that each pixel is seen. */

/** @typedef {{shape: [number, number, number], data: string}} Pictures @typedef {{shape: [number, number, number], bytes: Uint8Array}} Decoded */

/** @param {Pictures | null} pictures @returns {Decoded | null} */
export function decoded(pictures) {
  return pictures && { shape: pictures.shape, bytes: bytes(pictures.data) };
}

/** @param {string} base64 */
export function bytes(base64) {
  return Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
}

/**
 * Paint one of them, a pixel of the canvas for each of its own; the style sheet enlarges it.
 * @param {HTMLCanvasElement} canvas
 * @param {Decoded} pictures
 * @param {number} index
 */
export function paintPicture(canvas, { shape: [channels, height, width], bytes: all }, index) {
  canvas.width = width;
  canvas.height = height;
  const ctx = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const image = ctx.createImageData(width, height);
  const size = width * height;
  const first = index * channels * size;
  for (let i = 0; i < size; i++) {
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = all[first + (channels === 3 ? c : 0) * size + i];
    image.data[4 * i + 3] = 255;
  }
  ctx.putImageData(image, 0, 0);
}
