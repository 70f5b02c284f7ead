"""The colours of the painted output, read off the canvas."""

import torch
from playwright.sync_api import Page

from tests.browser.reading import eventually


def check_colours(page: Page, wanted: torch.Tensor, whole: torch.Tensor, style: str = "diverging") -> None:
    """Each cell of the painted output has the colour that the page's scale over all channels gives to torch's value."""
    measure = (
        """async ([values, all, style, rows, cols]) => {
            const find = (node) => {
                for (const each of node.querySelectorAll("*")) {
                    if (each.dataset.testid === "stage-output") return each;
                    const inner = each.shadowRoot && find(each.shadowRoot);
                    if (inner) return inner;
                }
            };
            const { Scale } = await import("/_stcore/bidi-components/cnnviz.stage/colour.js");
            const scale = new Scale(all, false, style);
            const canvas = find(document);
            const { data, width } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            const [down, across] = [canvas.height / rows, canvas.width / cols];
            const inside = down >= 12 ? 0.14 : 0.5;  // beside the number that stands in the middle
            let away = 0;
            for (let r = 0; r < rows; r++) for (let c = 0; c < cols; c++) {
                const at = 4 * (Math.floor((r + inside) * down) * width + Math.floor((c + inside) * across));
                const i = scale.index(values[r * cols + c]);
                // A value on the border of two shades may fall on either side.
                const near = [i - 1, i, i + 1].filter((k) => scale.table[k]).map((k) =>
                    Math.max(...scale.table[k].map((v, j) => Math.abs(v - data[at + j]))));
                away = Math.max(away, Math.min(...near));
            }
            return away;
        }""",
        [wanted.flatten().tolist(), whole.flatten().tolist(), style, *wanted.shape],
    )
    eventually(lambda: page.evaluate(*measure) <= 1, "each cell has its colour")
