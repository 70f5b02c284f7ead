"""What the browser is given of curves and of a look inside."""

import math

import pytest

from cnnviz.components import Clock, Curve, CurveMark, Plot, Strip
from cnnviz.components import curves as _curves  # noqa: F401  (the function hides the module)
from cnnviz.ui import labels


@pytest.fixture
def sent(monkeypatch):
    """What ``curves`` sends."""
    import sys

    module = sys.modules["cnnviz.components.curves"]
    found = {}
    monkeypatch.setattr(module, "renderer", lambda _name: lambda key, data: found.update(data, key=key))
    return found


def show(*given, **more):
    import sys

    module = sys.modules["cnnviz.components.curves"]
    texts = dict.fromkeys(module.CurvesLabels.__annotations__, "text")
    plots = [Plot("loss", "Loss", log=True), Plot("accuracy", "Accuracy", kind="share")]
    module.curves(plots, given, texts, key="k", **more)


def test_points_are_sent_flat_and_what_is_no_number_leaves_a_gap(sent):
    show(Curve("a", "loss", [(1, 0.123456789), (2, math.nan), (3, math.inf)]))
    assert sent["curves"][0]["points"] == [1, 0.12346, 2, None, 3, None]
    assert sent["key"] == "k"


def test_curves_of_one_run_share_their_clock(sent):
    clock = Clock(27, [(1, 0.5), (27, 9.0)])
    same = Clock(27, [(1, 0.5), (27, 9.0)])
    show(Curve("a", "loss", [], clock=clock), Curve("b", "loss", [], clock=same), Curve("c", "loss", []), marks=[CurveMark(3, "here", clock=clock)])  # fmt: skip
    assert [each["clock"] for each in sent["curves"]] == [0, 0, 1]
    assert sent["marks"][0]["clock"] == 0
    assert sent["clocks"] == [{"epoch": 27, "seconds": [1, 0.5, 27, 9.0]}, {"epoch": 0, "seconds": []}]


def test_all_words_on_the_screen_are_among_the_labels(sent):
    show(Curve("first run", "loss", []), marks=[CurveMark(1, "rate 0.1")])
    assert {"Loss", "Accuracy", "first run", "rate 0.1"} <= set(sent["labels"].values())


def test_a_strip_has_no_value_that_json_lacks():
    strip = Strip("Norms", "help", ["a", "b"], [1, 2], [[0.12345, math.nan], [math.inf, 2.0]])
    assert strip.to_json()["rows"] == [[0.123, None], [None, 2.0]]


def test_every_label_has_its_text():
    from cnnviz.components.advice import AdviceLabels
    from cnnviz.components.watching import WatchingLabels

    assert set(labels.watching()) == set(WatchingLabels.__annotations__)
    assert set(labels.advice()) == set(AdviceLabels.__annotations__)
