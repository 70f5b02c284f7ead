"""The page that loads weights: what fits is said, kept, drawn with; what does not is said, too."""

import pytest
import torch
from safetensors.torch import save
from torch import nn

from cnnviz.explain import checkpoints
from cnnviz.nets.build import build
from cnnviz.nets.checkpoint import load as load_checkpoint
from cnnviz.spec import Chain, Conv2d, Network, to_link
from cnnviz.zoo import get
from tests.pages.conftest import component, go
from tests.pages.test_train_and_draw import seven


def put(app, weights, name="mine.safetensors"):
    """Upload a file as a user does."""
    data = weights if isinstance(weights, bytes) else save(weights)
    app.get("file_uploader")[0].upload(name, data, "application/octet-stream").run()
    assert not app.exception
    return app


def trained():
    """The shipped LeNet, as somebody else would have it."""
    return load_checkpoint(checkpoints.path_of("lenet"))


def facts(app):
    return {metric.label: metric.value for metric in app.metric}


def tabs(app):
    return [tab.label for tab in app.tabs]


def test_without_a_file_the_page_says_what_it_wants_and_how_to_convert(open_page):
    app = open_page("weights")
    assert "Nothing is loaded yet" in app.info[0].value
    assert "torch.load(" in app.code[0].value
    assert not app.error


def test_weights_that_fit_are_kept_and_drawn_with(open_page, app):
    checkpoint = trained()
    open_page("weights", own=to_link(checkpoint.network), network="own")
    put(app, dict(checkpoint.weights))
    assert facts(app)["Tensors that fit"] == "10 / 10"
    assert facts(app)["Numbers loaded"] == "61,706 / 61,706"
    assert "All 10 tensors fit." in app.success[0].value
    app.selectbox(key="widget:weights_scale").set_value("mnist").run()
    app.button(key="widget:keep_weights").click().run()
    assert checkpoints.imported() == ["mine"]
    assert "Kept as mine." in [message.value for message in app.success]
    kept = load_checkpoint(checkpoints.path_of("mine"))
    assert all(torch.equal(kept.weights[name], tensor) for name, tensor in checkpoint.weights.items())
    assert (kept.mean, kept.std, kept.classes) == ((0.1307,), (0.3081,), tuple("0123456789"))
    app.session_state["drawing"] = seven()
    go(app, "draw")
    assert app.selectbox(key="widget:checkpoint").value == "mine"
    assert "weights from mine.safetensors" in app.caption[0].value
    assert component(app)["prediction"]["digit"] == 7


def test_what_does_not_fit_is_listed(open_page, app):
    open_page("weights")
    weights = {f"module.{name}": tensor for name, tensor in build(get("lenet")).state_dict().items()}
    weights |= {
        "module.fc3.weight": torch.randn(1000, 84),
        "module.fc3.bias": torch.randn(1000),
        "aux": torch.ones(3),
    }
    weights["module.conv2.bias"] = weights["module.conv2.bias"].half()
    weights["module.fc1.bias"] = torch.full((120,), torch.nan)
    del weights["module.conv1.bias"]
    put(app, weights)
    assert facts(app)["Tensors that fit"] == "6 / 10"
    said = app.warning[0].value
    assert "6 of 10 tensors fit." in said
    assert "`fc3.weight` differs: the file has 1000x84, the network wants 10x84." in said
    assert "Left out because of numbers that are not finite: 1." in said
    assert "Brought from float16 to float32: 1." in said
    assert tabs(app)[:5] == ["Loaded (6)", "Another shape (2)", "Not finite (1)", "Missing in the file (1)", "Not used (1)"]  # fmt: skip


def test_the_kept_file_says_what_is_still_untrained(open_page, app):
    open_page("weights")
    weights = build(get("lenet")).state_dict()
    put(app, {name: tensor for name, tensor in weights.items() if not name.startswith("fc3")})
    app.text_input(key="widget:weights_name").set_value("body").run()
    app.button(key="widget:keep_weights").click().run()
    go(app, "draw")
    assert "2 tensors still untrained" in app.caption[0].value


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (b"just text", "notes.txt", "`notes.txt` is damaged or no safetensors file"),
        (b"\x80\x02" + bytes(50), "model.pt", "`model.pt` is an archive of torch"),
        (b"", "empty.safetensors", "cut short"),
    ],
)
def test_any_other_file_is_refused_and_the_page_goes_on(open_page, app, data, name, sentence):
    open_page("weights")
    put(app, data, name)
    assert sentence in app.error[0].value
    assert "torch.load(" in app.code[0].value
    put(app, build(get("lenet")).state_dict())
    assert not app.error
    assert facts(app)["Tensors that fit"] == "10 / 10"


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("name", "../evil", "`name` (=../evil) must be"),
        ("name", "lenet", "already a trained network called lenet"),
        ("classes", "a, b, c", "names of 3 classes, but the network tells 10 apart"),
        ("mean", "grey", "`mean` (=grey) must be one number"),
        ("std", "0", "must be larger than 0"),
        ("std", "nan", "`std` (=nan) must be one number"),
        ("mean", "1, 2", "one for each of 1 channels"),
    ],
)
def test_what_was_typed_wrong_is_explained_and_stays(open_page, app, field, text, sentence):
    open_page("weights")
    put(app, build(get("lenet")).state_dict())
    app.selectbox(key="widget:weights_scale").set_value("own").run()
    app.text_input(key=f"widget:weights_{field}").set_value(text).run()
    app.button(key="widget:keep_weights").click().run()
    assert sentence in app.error[0].value
    assert app.text_input(key=f"widget:weights_{field}").value == text
    assert checkpoints.imported() == []


def test_nothing_fits_and_nothing_is_kept(open_page, app):
    open_page("weights")
    put(app, {"other.weight": torch.ones(2, 2)})
    assert "Nothing in this file fits" in app.warning[0].value
    app.button(key="widget:keep_weights").click().run()
    assert "there is nothing to keep" in app.error[0].value


def test_a_network_that_ends_in_no_scores_can_still_be_saved(open_page, app):
    network = Network("Filter", (1, 8, 8), Chain("", (Conv2d(1, 2, 3, name="conv"),)))
    open_page("weights", own=to_link(network), network="own")
    put(app, nn.Sequential(nn.Conv2d(1, 2, 3)).state_dict())
    assert "ends in 2x6x6" in [caption.value for caption in app.caption][-1]
    assert "widget:keep_weights" not in [button.key for button in app.button]


def test_kept_weights_are_deleted_at_a_press(open_page, app):
    checkpoint = trained()
    checkpoints.keep("old", checkpoint)
    open_page("weights")
    app.button(key="widget:forget_old").click().run()
    assert checkpoints.imported() == []
    assert not app.error


def test_a_network_of_too_many_classes_is_refused_on_the_sheet(open_page, app):
    network = get("lenet", classes=40)
    weights = build(network).state_dict()
    open_page("weights", classes="40")
    put(app, weights)
    app.button(key="widget:keep_weights").click().run()
    assert checkpoints.imported() == ["mine"]
    go(app, "draw")
    assert "tells 40 classes apart; the drawing sheet has room for 30" in app.error[0].value
    app.selectbox(key="widget:checkpoint").set_value("digit_recognizer").run()
    assert not app.error
