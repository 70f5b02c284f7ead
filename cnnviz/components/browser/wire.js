/** Numbers as Python sends them: many at once come as base64 of 32-bit floats. */

/** @param {string} f32 @returns {Float32Array} */
export function floats(f32) {
  return new Float32Array(Uint8Array.from(atob(f32), (c) => c.charCodeAt(0)).buffer);
}
