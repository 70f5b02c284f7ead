"""CNN Explainer's own hover view on a page of its own, built from a checkout of its source; none of it lies here.

Its ``ConvolutionAnimator`` shows input, window and output, and answers when the mouse enters a cell. The page feeds it
a random picture and the Sobel kernel; its animation is paused, which is to its favour. Needs Node and npm.
"""

import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PACKAGES = ("svelte@3.59.2", "esbuild@0.25.0", "d3@5.16.0")  # CNN Explainer is written for Svelte 3 and d3 5

BUILD = """
import { build } from "esbuild";
import { compile } from "svelte/compiler";
import { readFile } from "node:fs/promises";
const svelte = { name: "svelte", setup(b) {
    b.onLoad({ filter: /\\.svelte$/ }, async ({ path }) => {
        const { js } = compile(await readFile(path, "utf8"), { filename: path });
        return { contents: js.code, loader: "js" };
    });
    // It takes a number apart as if it were a list, for nothing; their own bundler drops the line.
    b.onLoad({ filter: /DetailviewUtils\\.js$/ }, async ({ path }) => ({
        contents: (await readFile(path, "utf8")).replace("const [h_weight, w_weight] = weight_dims;", ""),
    }));
} };
await build({ entryPoints: ["entry.js"], bundle: true, outfile: "www/bundle.js", plugins: [svelte], minify: true });
"""

ENTRY = """
import Animator from "./src/detail-view/ConvolutionAnimator.svelte";
const side = Number(new URLSearchParams(location.search).get("side"));
let seed = 1;
const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
const image = Array.from({ length: side }, () => Array.from({ length: side }, random));
const kernel = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]];
const output = Array.from({ length: side - 2 }, (_, r) => Array.from({ length: side - 2 }, (_, c) =>
    kernel.flat().reduce((sum, w, k) => sum + w * image[r + Math.floor(k / 3)][c + (k % 3)], 0)));
const props = { stride: 1, dilation: 1, kernel, image, output, isPaused: true, dataRange: 8, colorScale: d3.interpolateRdBu };
new Animator({ target: document.body, props });
document.body.dataset.ready = "true";
"""

PAGE = """<!doctype html><meta charset="utf-8"><title>peer</title><body>
<script src="d3.min.js"></script><script src="bundle.js"></script>"""


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing about it."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def served(checkout: Path) -> Iterator[int]:
    """Build the page from a checkout of CNN Explainer and serve it; yield the port."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        shutil.copytree(checkout / "src", place / "src")
        (place / "package.json").write_text('{"type": "module"}')
        (place / "build.js").write_text(BUILD)
        (place / "entry.js").write_text(ENTRY)
        for command in (
            ["npm", "install", "--silent", "--no-audit", "--no-fund", *PACKAGES],
            ["node", "build.js"],
        ):
            subprocess.run(command, cwd=place, check=True, stdout=sys.stderr)
        shutil.copy(place / "node_modules" / "d3" / "dist" / "d3.min.js", place / "www")
        (place / "www" / "index.html").write_text(PAGE)
        handler = partial(Quiet, directory=str(place / "www"))
        with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield server.server_port
            server.shutdown()
