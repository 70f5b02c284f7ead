import json
from urllib.parse import parse_qsl

import pytest
import torch
from torch import nn

from cnnviz.content import examples
from cnnviz.nets.build import build
from cnnviz.spec import Chain, Network
from cnnviz.zoo import blocks

CASES = [
    ({"block": "vgg"}, "vgg_block", (64, 128, 2), (64, 112)),
    (
        {"block": "vgg", "vgg_in": 3, "vgg_side": 17, "vgg_convs": 3, "vgg_out": 16},
        "vgg_block", (3, 16, 3), (3, 17),
    ),
    ({"block": "nin"}, "nin_block", (1, 96, 11, 4, 0), (1, 224)),
    (
        {"block": "nin", "nin_in": 5, "nin_side": 20, "nin_out": 7, "nin_kernel": 4, "nin_stride": 3, "nin_padding": 2},
        "nin_block", (5, 7, 4, 3, 2), (5, 20),
    ),
    ({}, "inception", (192, 64, (96, 128), (16, 32), 32), (192, 28)),
    (
        {"inception_in": 6, "inception_side": 9, "inception_c1": 2, "inception_c2a": 3, "inception_c2b": 4,
         "inception_c3a": 5, "inception_c3b": 7, "inception_c4": 1},
        "inception", (6, 2, (3, 4), (5, 7), 1), (6, 9),
    ),
    ({"block": "residual"}, "residual", (64, 64), (64, 56)),
    (
        {"block": "residual", "residual_in": 3, "residual_side": 7, "residual_out": 8, "residual_stride": 2, "residual_1x1": "yes"},
        "residual", (3, 8, True, 2), (3, 7),
    ),
    ({"block": "dense"}, "dense_block", (3, 2, 10), (3, 8)),
    (
        {"block": "dense", "dense_in": 5, "dense_side": 6, "dense_convs": 4, "dense_growth": 3},
        "dense_block", (5, 4, 3), (5, 6),
    ),
    ({"block": "transition"}, "transition", (23, 10), (23, 8)),
    (
        {"block": "transition", "transition_in": 40, "transition_side": 9, "transition_out": 20},
        "transition", (40, 20), (40, 9),
    ),
]  # fmt: skip


def diagram(app):
    """Return the tree of boxes that the browser gets, or None."""
    found = [json.loads(each.proto.json) for each in app.get("bidi_component")]
    return next((data["box"] for data in found if "box" in data), None)


def walk(box):
    yield box
    for part in box["parts"]:
        yield from walk(part)


def torch_says(network):
    """Return for each module's path its output shape, and its own parameters and multiply-adds with those inside."""
    module, answers = build(network).eval(), {}

    def remember(path, each):
        def hook(_module, _inputs, output):
            convs = [m for m in each.modules() if isinstance(m, nn.Conv2d)]
            answers[path] = {
                "output": list(output.shape[1:]),
                "params": sum(p.numel() for p in each.parameters()),
                "macs": sum(c.weight.numel() * places[c] for c in convs),
            }

        each.register_forward_hook(hook)

    places = {}
    for each in module.modules():
        if isinstance(each, nn.Conv2d):
            each.register_forward_hook(lambda m, _i, out: places.update({m: out.shape[2] * out.shape[3]}))
    for path, each in module.named_modules():
        remember(path, each)
    with torch.no_grad():
        module(torch.zeros(1, *network.input_shape))
    return answers


@pytest.mark.parametrize(("link", "name", "numbers", "size"), CASES)
def test_every_box_has_the_shape_parameters_and_multiply_adds_of_torch(open_page, link, name, numbers, size):
    app = open_page("blocks", **{key: str(value) for key, value in link.items()})
    assert not app.error
    assert not app.warning
    network = Network(
        "Block", (size[0], size[1], size[1]), Chain("", (getattr(blocks, name)(*numbers, name=name),))
    )
    expected = torch_says(network)
    shown = {
        box["path"]: {key: box[key] for key in ("output", "params", "macs")} for box in walk(diagram(app))
    }
    assert shown == expected
    facts = {metric.label: metric.value for metric in app.metric}
    assert facts["Output"] == "x".join(map(str, expected[""]["output"]))
    assert facts["Parameters"] == f"{expected['']['params']:,}"
    assert f"class {network_class(link)}(nn.Module)" in app.code[-1].value


def network_class(link):
    titles = {"vgg": "VGG", "nin": "NiN", "inception": "Inception", "residual": "Residual", "dense": "Dense"}
    return f"{titles.get(link.get('block', 'inception'), 'Transition')}Block"


def test_the_table_has_a_row_for_each_branch_and_its_shares_sum_to_one(open_page):
    table = open_page("blocks").dataframe[0].value
    assert table["Branch"].tolist() == ["p1", "p2", "p3", "p4"]
    assert table["Output"].tolist() == ["64x28x28", "128x28x28", "32x28x28", "32x28x28"]
    assert table["Multiply-adds"].tolist() == [9_633_792, 101_154_816, 12_443_648, 4_816_896]
    assert table["Share of the parameters"].sum() == pytest.approx(1)


def test_the_reduction_by_1x1_saves_what_the_notes_numbers_say(open_page):
    """c129: 173,408,256 against 101,154,816, and for the 5x5 path 120,422,400 against 12,443,648."""
    table = open_page("blocks").dataframe[1].value
    assert table["Directly"].tolist() == [173_408_256, 120_422_400]
    assert table["Together"].tolist() == [101_154_816, 12_443_648]


def test_a_dense_block_says_how_its_channels_grow(open_page):
    app = open_page("blocks", block="dense", dense_convs="3")
    said = " ".join(each.value for each in app.markdown)
    assert "`3 → 13 → 23 → 33`" in said
    assert "`3 + 3·10 = 33`" in said
    assert app.dataframe[1].value["Afterwards"].tolist() == [13, 23, 33]


def test_concat_adds_up_the_channels_and_says_that_add_is_impossible(open_page):
    said = " ".join(each.value for each in open_page("blocks").markdown)
    assert "`64 + 128 + 32 + 32 = 256`" in said
    assert "`64x28x28 ≠ 128x28x28 ≠ 32x28x28 ≠ 32x28x28`" in said


def test_add_keeps_the_channels_and_says_how_many_concat_would_give(open_page):
    said = " ".join(each.value for each in open_page("blocks", block="residual").markdown)
    assert "`64x56x56 + 64x56x56 = 64x56x56`" in said
    assert "`64 + 64 = 128`" in said


def test_shapes_that_cannot_be_added_are_shown_with_a_way_out_that_works(open_page):
    app = open_page("blocks", block="residual", residual_out="128", residual_stride="2")
    assert "they give `residual` 128x28x28, `shortcut` 64x56x56" in app.error[0].value
    assert "use_1x1conv" in " ".join(each.value for each in app.markdown)
    merge = next(box for box in walk(diagram(app)) if box["form"] == "branches")
    assert [part["output"] for part in merge["parts"]] == [[128, 28, 28], [64, 56, 56]]
    assert merge["output"] == []
    app.button(key="widget:block_way_out").click().run()
    assert not app.error
    assert diagram(app)["output"] == [128, 28, 28]


def test_the_other_way_out_keeps_the_shape(open_page):
    app = open_page("blocks", block="residual", residual_out="128", residual_stride="2")
    app.button(key="widget:block_keep").click().run()
    assert not app.error
    assert diagram(app)["output"] == [64, 56, 56]


def test_an_impossible_setting_is_one_sentence_and_nothing_is_lost(open_page):
    app = open_page("blocks", block="nin", nin_side="5", nin_out="10")
    assert "`nin_block.conv` looks at 11x11, but the picture has only 5x5." in app.error[0].value
    assert len(app.error) == 1
    wrong = next(box for box in walk(diagram(app)) if box.get("state") == "wrong")
    assert wrong["path"] == "nin_block.conv"
    assert "looks at 11x11, but the picture has only 5x5." in wrong["problem"]
    app.button(key="widget:block_way_out").click().run()
    assert not app.error
    assert diagram(app)["output"] == [10, 54, 54]


SEEN = {
    "Inception: 256 channels": [256, 28, 28],
    "Inception: 480 channels": [480, 28, 28],
    "VGG: 224 becomes 112": [64, 112, 112],
    "NiN: the first block": [96, 54, 54],
    "Residual: the same shape": [3, 6, 6],
    "Residual: half the size": [6, 3, 3],
    "Residual: shapes that differ": [],
    "Dense: 3 + 2·10 = 23": [23, 8, 8],
    "Transition: 23 becomes 10": [10, 4, 4],
}


@pytest.mark.parametrize("number", range(len(SEEN)))
def test_an_example_of_the_notes_shows_the_shape_that_it_promises(open_page, number):
    app = open_page("blocks")
    example = examples.of("blocks")[number]
    app.button(key=f"widget:blocks_example_{number}").click().run()
    assert diagram(app)["output"] == SEEN[example.title]
    assert app.button(key=f"widget:blocks_example_{number}").proto.type == "primary"
    link = {key: app.query_params[key] for key in dict(parse_qsl(example.query))}
    assert {key: value if isinstance(value, str) else value[0] for key, value in link.items()} == dict(
        parse_qsl(example.query)
    )


def test_every_example_of_the_page_is_tried_above():
    assert [example.title for example in examples.of("blocks")] == list(SEEN)


@pytest.mark.parametrize(
    "link", [{"block": "swin"}, {"vgg_convs": "0"}, {"inception_in": "99999"}, {"residual_1x1": "maybe"}]
)
def test_a_link_that_the_page_cannot_show_is_refused_by_name(open_page, link):
    app = open_page("blocks", **link)
    assert next(iter(link)) in app.warning[0].value
    assert diagram(app)["output"] == [256, 28, 28]
