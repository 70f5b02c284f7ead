"""What the frame of every page keeps away."""

import re
from pathlib import Path

import streamlit

from cnnviz.ui.shell import STYLE


def test_streamlit_s_advertisement_still_has_the_name_by_which_it_is_hidden():
    (name,) = re.findall(r"\.(\w+) \{ display: none; \}", STYLE)
    files = (Path(streamlit.__file__).parent / "static" / "static" / "js").glob("index.*.js")
    assert any(
        f'"{name}"' in text or f"`{name}`" in text for text in (file.read_text("utf-8") for file in files)
    )
