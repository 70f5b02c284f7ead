/** The panels as one picture to save, and their numbers as a table. */

/**
 * The row as it stands on the page, with the frames of the chosen cell and its sentence below.
 * @param {any} owner
 * @returns {import("./saving.js").Scene}
 */
export function sceneOf(owner) {
  const { theme, row, views, slots, sentence } = owner;
  const box = row.getBoundingClientRect();
  const width = Math.ceil(box.width) + 24;
  const text = `${sentence.place.textContent}: ${sentence.formula.textContent}`;
  return {
    width,
    height: Math.ceil(box.height) + 44 + 20 * Math.ceil((text.length * 7.5) / (width - 24)),
    background: theme.background,
    paint: (ctx) => {
      ctx.translate(12 - box.left, 12 - box.top);
      for (const view of views) {
        const cells = view.canvas.getBoundingClientRect();
        const figure = view.root.getBoundingClientRect();
        write(ctx, view.title.textContent, figure.left, figure.top + 14, `600 14px ${theme.font}`, theme.text, Infinity, 0);
        if (view.data.caption) {
          write(ctx, view.data.caption, figure.left, cells.bottom + 19, `400 12.5px ${theme.font}`, theme.muted, figure.width, 17);
        }
        ctx.save();
        ctx.translate(cells.left, cells.top);
        view.paint(ctx, theme);
        view.paintHighlight(ctx, theme);
        ctx.restore();
      }
      for (const { root } of slots) {
        const sign = root.querySelector(".sign");
        if (!sign) continue;
        const place = sign.getBoundingClientRect();
        ctx.textAlign = "center";
        ctx.textBaseline = "middle";
        ctx.font = `400 22px ${theme.font}`;
        ctx.fillStyle = theme.muted;
        ctx.fillText(sign.textContent, place.left + place.width / 2, place.top + place.height / 2);
      }
      write(ctx, text, box.left, box.bottom + 26, `400 14px ${theme.font}`, theme.text, width - 24, 20);
    },
  };
}

/**
 * Text in lines no longer than `room`, broken at spaces.
 * @param {any} ctx
 * @param {string} text
 * @param {number} x
 * @param {number} y of the first line
 * @param {string} font
 * @param {string} colour
 * @param {number} room
 * @param {number} step from line to line
 */
function write(ctx, text, x, y, font, colour, room, step) {
  ctx.font = font;
  ctx.fillStyle = colour;
  ctx.textAlign = "left";
  ctx.textBaseline = "alphabetic";
  let line = "";
  for (const word of text.split(" ")) {
    if (line && ctx.measureText(`${line} ${word}`).width > room) {
      ctx.fillText(line, x, y);
      y += step;
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  ctx.fillText(line, x, y);
}

/**
 * One line for each number.
 * @param {any[]} panels
 * @returns {import("./saving.js").Table}
 */
export function tableOf(panels) {
  /** @type {import("./saving.js").Table} */
  const rows = [["panel", "row", "column", "value"]];
  for (const { name, cells } of panels) {
    for (let i = 0; i < cells.rows * cells.cols; i++) rows.push([name, Math.floor(i / cells.cols), i % cells.cols, cells.values[i]]);
  }
  return rows;
}
