"""The page that loads weights: what fits is said, kept, drawn with; what does not is said, too."""

import io
import json

import pytest
import torch
import torchvision
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


def captions(app):
    return [caption.value for caption in app.caption]


def offer(app):
    """What the page says of another version of the network, with a button that takes it; an empty list for none."""
    said = [message.value for message in app.info if message.value.startswith("It fits")]
    assert len(said) == len([button for button in app.button if button.key == "widget:take_version"])
    return said


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
        (
            b"just text",
            "notes.safetensors",
            "`notes.safetensors` is no safetensors file, whatever its name says",
        ),
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
    assert "Nothing in this file fits: it belongs to another network." in app.warning[0].value
    assert app.button(key="widget:keep_weights").disabled
    assert captions(app)[-1] == "Nothing of this file fits into the network, so there is nothing to keep."
    assert offer(app) == []


@pytest.fixture(scope="module")
def resnet18():
    return torchvision.models.resnet18(weights=None).state_dict()


def test_weights_that_fit_another_version_of_the_network_bring_its_offer(open_page, app, resnet18):
    open_page("weights", network="resnet18")
    put(app, resnet18)
    assert facts(app)["Tensors that fit"] == "0 / 110"
    assert "Nothing in this file fits the network with these options." in app.warning[0].value
    assert offer(app) == ["It fits **ResNet-18 as in torchvision**: 102 of 102 tensors."]
    app.button(key="widget:take_version").click().run()
    assert app.selectbox(key="widget:option_follow").value == "torchvision"
    assert facts(app)["Tensors that fit"] == "102 / 102"
    assert offer(app) == []
    assert not app.button(key="widget:keep_weights").disabled


def test_an_offer_takes_channels_and_classes_from_the_file_and_keeps_other_choices(open_page, app):
    open_page("weights", network="resnet18", width="0.25", pooling="avg")
    network = get("resnet18", follow="torchvision", width=0.25, pooling="avg", channels=2, classes=47)
    put(app, build(network).state_dict())
    assert len(offer(app)) == 1
    assert "Input channels 2 · Classes 47" in offer(app)[0]
    app.button(key="widget:take_version").click().run()
    assert facts(app)["Tensors that fit"] == "102 / 102"
    assert app.number_input(key="widget:option_classes").value == 47
    assert app.selectbox(key="widget:option_width").value == 0.25
    assert app.selectbox(key="widget:option_pooling").value == "avg"


def test_an_offer_gives_up_choices_with_which_nothing_fits(open_page, app):
    open_page("weights", network="resnet18", width="0.25")
    put(app, build(get("resnet18", channels=3)).state_dict())
    app.button(key="widget:take_version").click().run()
    assert facts(app)["Tensors that fit"] == "110 / 110"
    assert app.selectbox(key="widget:option_width").value == 1


def test_of_two_versions_with_the_same_tensors_torchvisions_is_offered(open_page, app):
    open_page("weights", network="resnet50", width="0.25")
    put(app, build(get("resnet50", follow="paper", width=0.25)).state_dict())
    assert "as in torchvision" in offer(app)[0]


def test_beside_the_button_stands_that_the_last_layer_is_untrained(open_page, app):
    open_page("weights")
    put(app, build(get("lenet", classes=47)).state_dict())
    assert captions(app)[-1].startswith("The last layer, `fc3`, is untrained")
    assert offer(app) == ["It fits **LeNet (Classes 47)**: 10 of 10 tensors."]
    app.button(key="widget:take_version").click().run()
    assert "untrained" not in captions(app)[-1]


def test_beside_the_button_stands_how_much_is_untrained(open_page, app):
    open_page("weights")
    weights = build(get("lenet")).state_dict()
    put(app, {name: tensor for name, tensor in weights.items() if name != "conv1.bias"})
    assert captions(app)[-1] == "Untrained, with random numbers: 1 of 10 tensors."


@pytest.mark.parametrize(("name", "shown"), [("my net.pth", "my net.pth"), ('a"+b\n.pt', "a-+b-.pt")])
def test_a_refused_archive_is_converted_by_the_lines_beside_it_under_its_own_name(
    open_page, app, name, shown
):
    archive = io.BytesIO()
    torch.save({"model_state_dict": build(get("lenet")).state_dict()}, archive)
    open_page("weights")
    put(app, archive.getvalue(), name)
    assert "Convert it as shown beside (below, on a phone)" in app.error[0].value
    assert "torch.load" not in app.error[0].value
    assert f'torch.load("{shown}", ' in app.code[0].value
    assert f'"{shown.rpartition(".")[0]}.safetensors"' in app.code[0].value


def test_the_lines_for_a_refused_files_kind_stand_first(open_page, app):
    open_page("weights")
    put(app, b"\x89HDF\r\n\x1a\n" + bytes(200), "mine.h5")
    assert tabs(app)[0] == ".h5, .keras"
    assert 'load_model("mine.h5")' in app.code[0].value


def test_the_column_of_our_names_is_as_wide_as_the_longest(open_page, app):
    open_page("weights", network="resnet18", width="0.25")
    put(app, build(get("resnet18", width=0.25)).state_dict())
    longest = max(app.dataframe[0].value["In the network"], key=len)
    columns = json.loads(app.dataframe[0].proto.columns)
    assert columns["In the network"]["width"] >= 7 * len(longest)


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
