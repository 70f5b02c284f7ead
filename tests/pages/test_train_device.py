"""The device on the Train page: what is free, who uses it, and whether the training fits."""

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.train import devices, queue
from cnnviz.train.devices import Device
from cnnviz.train.runs import runs_root
from cnnviz.ui import fields

GB = 1_000_000_000
CPU = Device("cpu", "a CPU", "cpu", 20 * GB, 25 * GB, 2)
GPUS = [
    Device("cuda:0", "a GPU", "cuda", 3 * GB, 80 * GB, users=("one", "two")),
    Device("cuda:1", "a GPU", "cuda", 5 * GB, 80 * GB),
]

PART = """
from dataclasses import replace
from cnnviz import zoo
from cnnviz.train.config import suggested
from cnnviz.ui import devices, fields, state

config = suggested(zoo.get("resnet18", channels=3, size=64, classes=10), "cifar10")
chosen = devices.choose()
devices.show_estimate(replace(config, device=chosen, batch_size=state.get(fields.BATCH_SIZE) or 8192))
"""


@pytest.fixture
def shown(monkeypatch):
    """Show the part of the page on a machine with these devices."""

    def show(*found, **chosen):
        monkeypatch.setattr(devices, "available", lambda root=None: list(found))
        app = AppTest.from_string(PART, default_timeout=60)
        for name, value in chosen.items():
            app.session_state[name] = value
        app.run()
        assert not app.exception
        return app

    return show


def captions(app):
    return " ".join(each.value for each in app.caption)


def test_this_machine_offers_its_cpu_and_says_who_trains_on_it(open_page):
    with queue.place(runs_root(), ["cpu"], "somebodys-run"):
        app = open_page("train")
    box = app.selectbox(key="widget:device")
    assert box.options[0].startswith("Automatic")
    assert any(option.startswith("cpu: ") and "cores" in option for option in box.options)
    assert "in use by somebodys-run" in captions(app)


def test_each_gpu_and_all_together_are_offered_and_automatic_is_the_free_one(shown):
    app = shown(CPU, *GPUS)
    box = app.selectbox(key="widget:device")
    assert [option.partition(":")[0] for option in box.options] == ["Automatic", "cpu", "cuda", "cuda", "2 GPUs share each batch"]  # fmt: skip
    assert "cuda:1: a GPU · 5 GB of 80 GB free · nobody trains on it" in captions(app)
    box.set_value("cuda:0").run()
    assert "3 GB of 80 GB free · in use by one · 1 waiting" in captions(app)
    app.selectbox(key="widget:device").set_value("cuda:0+cuda:1").run()
    assert "In each of the 2 processes." in captions(app)


def test_a_batch_that_does_not_fit_is_told_and_the_largest_is_one_press_away(shown):
    app = shown(CPU, *GPUS)
    (warning,) = app.warning
    assert "A batch of 8,192 needs about" in warning.value
    app.button(key="widget:largest_batch").click().run()
    assert not app.warning
    taken = app.session_state[fields.BATCH_SIZE.key]
    assert 64 < taken < 8192
    app.session_state[fields.BATCH_SIZE.key] = taken + 1
    assert app.run().warning


def test_where_not_one_picture_fits_there_is_no_batch_to_take(shown):
    app = shown(CPU, Device("cuda:0", "an old GPU", "cuda", GB // 4, GB))
    assert "not even one picture" in app.warning[0].value
    assert not app.button


def test_a_device_that_tells_no_memory_is_only_estimated(shown):
    app = shown(CPU, Device("mps", "Apple MPS", "mps"))
    assert not app.warning
    assert app.expander[0].label.startswith("Memory: about")
    assert "free" not in app.expander[0].label


def test_several_that_a_link_names_are_kept_and_what_is_not_there_is_not(shown):
    assert shown(CPU, device="cpu+cpu").selectbox(key="widget:device").value == "cpu+cpu"
    assert shown(CPU, device="cuda:7").selectbox(key="widget:device").value == "auto"
    assert shown(CPU, device="rubbish").selectbox(key="widget:device").value == "auto"
