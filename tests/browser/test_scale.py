"""The axes of plots, in the browser that runs them: whatever the numbers are, ticks come to an end and are seen."""

import base64
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Page

import cnnviz.components

SCALE = Path(cnnviz.components.__file__).parent / "browser" / "curves-scale.js"
READ = """async ([address, values]) => {
  const scale = await import(address);
  return values.map((some) => {
    const [low, high] = scale.range(some, false);
    return [low, high, scale.ticks(low, high, 5), scale.ticks(Math.min(...some), Math.max(...some), 5)];
  });
}"""

sizes = st.floats(min_value=1e-30, max_value=1e30) | st.just(0.0)
near = sizes.flatmap(
    lambda value: st.lists(st.sampled_from([value, value * (1 + 2e-16), value * (1 + 1e-12)]), min_size=1)
)
many = st.lists(sizes | sizes.map(lambda value: -value), min_size=1, max_size=9)


def test_an_axis_has_a_length_and_a_few_ticks_for_any_numbers(page: Page) -> None:
    source = base64.b64encode(SCALE.read_bytes()).decode()
    page.goto("about:blank")

    @given(st.lists(near | many, min_size=1, max_size=50))
    def check(values: list[list[float]]) -> None:
        read = page.evaluate(READ, [f"data:text/javascript;base64,{source}", values])
        for some, (low, high, ticks, raw) in zip(values, read, strict=True):
            assert low <= min(some) <= max(some) <= high
            assert low < high
            assert 2 <= len(ticks) <= 12
            assert 1 <= len(raw) <= 12

    check()
