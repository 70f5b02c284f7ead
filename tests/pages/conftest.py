import functools
import json

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

# Each AppTest begins as a server does, by reading what every installed package says of itself: four fifths of its time.
manifest_scanner.scan_component_manifests = functools.cache(manifest_scanner.scan_component_manifests)

# Not app.py itself: beside it lies pages/, which AppTest would run without our frame.
SCRIPT = "from cnnviz.ui import shell; shell.run()"


@pytest.fixture(autouse=True)
def own_folders(tmp_path, monkeypatch):
    monkeypatch.setenv("CNNVIZ_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path / "data"))


@pytest.fixture
def app():
    return AppTest.from_string(SCRIPT, default_timeout=60)


@pytest.fixture
def open_page(app):
    """Return the function that opens a page by its link."""

    def opened(name, **link):
        for key, value in link.items():
            app.query_params[key] = value
        return go(app, name)

    return opened


def go(app, name):
    """Go to a page as a click in the navigation does."""
    app._page_hash = calc_hash("" if name == "home" else name)
    app.run()
    assert not app.exception
    return app


def component(app, position=0):
    """Return what our component was given, as the browser gets it."""
    return json.loads(app.get("bidi_component")[position].proto.json)


def components(app, part):
    """Return what all our components were given whose data have a part of that name, such as "sliders"."""
    given = [json.loads(each.proto.json) for each in app.get("bidi_component")]
    return [each for each in given if part in each]


def stage_of(app):
    """Return what the page's first stage was given."""
    return components(app, "operation")[0]


def slider_of(app, name):
    """Return a live slider by its field: value, least, most."""
    return next(
        each for group in components(app, "sliders") for each in group["sliders"] if each["name"] == name
    )


def move(app, **fields):
    """Give fields new values, as their live sliders do, and run the page."""
    for key, value in fields.items():
        app.session_state[key] = value
    return app.run()


def texts(app):
    """Return every visible text of a page: labels, options, values, helps, and what our components say."""
    found = []

    def collect(element):
        for name in ("value", "label", "body", "help", "placeholder", "options"):
            if name == "value" and element.type in {"selectbox", "multiselect", "button_group"}:
                continue  # one of the options, and not as it is shown
            value = getattr(element, name, None)
            found.extend([value] if isinstance(value, str) else value if isinstance(value, list) else [])
        if element.type == "bidi_component":
            found.extend(json.loads(element.proto.json)["labels"].values())
        for child in getattr(element, "children", {}).values():
            collect(child)

    collect(app.main)
    return [text for text in found if isinstance(text, str) and text.strip()]
