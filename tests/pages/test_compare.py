"""The compare page: what stands beside what, in words and numbers, and what finished trainings add."""

import json
import time

import pytest

from cnnviz import zoo
from cnnviz.content import published
from cnnviz.shapes import trace
from cnnviz.spec import Branches, Chain, Conv2d, to_link
from cnnviz.train import runs
from cnnviz.train.config import TrainConfig
from cnnviz.ui.comparing import longest
from cnnviz.ui.comparing_view import relation

from .conftest import components, go, texts


def test_alexnet_and_nin_have_23_times_and_a_fifth_between_them(open_page):
    page = open_page("compare")
    assert not page.exception
    said = " ".join(texts(page))
    assert "parameters **23.5 times fewer**, multiply-adds **19 % fewer**" in said
    assert [box["box"]["params"] for box in components(page, "box")] == [46_764_746, 1_992_166]


def test_the_table_has_the_costs_of_every_network(open_page):
    page = open_page("compare", networks="lenet,resnet18,vgg11_small,googlenet")
    table = page.dataframe[0].value
    for title, name in (("LeNet", "lenet"), ("ResNet-18", "resnet18"), ("GoogLeNet", "googlenet")):
        row = table[table["Network"] == title].iloc[0]
        traced = trace(zoo.get(name))
        assert (row["Parameters"], row["Multiply-adds"]) == (traced.params, traced.macs)
    assert list(table["Depth"]) == [5, 18, 11, 22]


def test_a_common_input_is_taken_by_all_or_the_sentence_says_why_not(open_page):
    page = open_page("compare", networks="lenet,nin,alexnet", size="96", channels="3")
    assert not page.exception
    table = page.dataframe[0].value
    assert set(table["Input"]) == {"3x96x96"}


def test_a_network_for_which_the_input_is_too_small_says_so_and_the_others_stay(open_page):
    page = open_page("compare", networks="nin,resnet18", size="20")
    assert len(page.dataframe[0].value) == 1
    assert "NiN" in page.warning[0].value
    page.button(key="widget:compare_side").click().run()
    assert set(page.dataframe[0].value["Input"]) == {"1x67x67"}


def test_where_no_network_takes_the_input_only_that_is_said(open_page):
    page = open_page("compare", size="20")
    assert len(page.warning) == 2
    assert not page.info


def test_nothing_chosen_says_what_to_do_and_nonsense_in_the_link_is_left_out(open_page):
    page = open_page("compare", networks="")
    assert not page.exception
    assert page.info


def test_what_a_link_names_and_is_not_there_is_left_out(open_page):
    page = open_page("compare", networks="lenet,nonsense,run:gone")
    assert not page.exception
    assert list(page.dataframe[0].value["Network"]) == ["LeNet"]
    assert [each.value.split("”")[0] for each in page.warning] == [
        "There is no network called “nonsense",
        "There is no network called “run:gone",
    ]


def test_the_own_network_can_stand_beside_the_others(open_page):
    own = zoo.get("lenet", classes=3)
    page = open_page("networks", own=to_link(own), network="own")
    go(page, "compare")
    page.multiselect[0].set_value(["lenet", "own"]).run()
    assert not page.exception
    assert list(page.dataframe[0].value["Parameters"]) == [61_706, trace(own).params]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (100, 100, "as good as equal"), (1000, 1001, "as good as equal"), (100, 81, "19 % fewer"),
        (100, 150, "50 % more"), (100, 5, "20 times fewer"), (100, 250, "2.5 times as many"), (0, 5, "–"),
    ],
)  # fmt: skip
def test_a_relation_is_said_in_words(before, after, said):
    assert relation(before, after) == said


def test_the_depth_of_branches_is_that_of_the_longest():
    conv = Conv2d(1, 1, 1)
    assert longest(Chain("", (Branches("", (Chain("", (conv, conv)), Chain("", ()))), conv))) == 3
    assert [longest(zoo.get(f"vgg{depth}").body) for depth in (11, 13, 16, 19)] == [11, 13, 16, 19]


def test_published_results_are_of_networks_that_exist_and_in_order():
    for result in published.RESULTS:
        assert trace(zoo.get(result.network, size=result.size)).output_shape == (10,)
        assert 0 < result.least <= result.median <= result.most < 1


def test_a_finished_training_brings_its_accuracy_its_point_and_its_curve(open_page):
    run = runs.start(TrainConfig(zoo.get("lenet"), "digits", "cpu", epochs=2, seed=0))
    deadline = time.monotonic() + 120
    while run.state() not in {"finished", "failed"} and time.monotonic() < deadline:
        time.sleep(0.2)
    accuracy = run.end().test_accuracy
    page = open_page("compare", networks="lenet,nin", dataset="digits", cost="macs")
    table = page.dataframe[0].value.set_index("Network")
    assert table.loc["LeNet", "Test accuracy"] == f"{100 * accuracy:.2f} %"
    assert table.loc["NiN", "Test accuracy"] == "–"
    assert table.loc["LeNet", "Trained on"] == "Digits (built in)"
    (figure,) = page.get("plotly_chart")
    points = json.loads(figure.proto.spec)["data"]
    assert [(each["name"], each["text"]) for each in points] == [("Trained here", ["<b>LeNet</b>"])]
    (curves,) = components(page, "series")
    assert [len(each["y"]) for each in curves["series"]] == [2]


def test_a_link_brings_the_own_network_along(open_page):
    own = zoo.get("lenet", classes=3)
    page = open_page("compare", networks="own,nin", own=to_link(own))
    assert list(page.dataframe[0].value["Parameters"]) == [trace(own).params, 1_992_166]
