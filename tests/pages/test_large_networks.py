"""The documented networks, from LeNet to VGG-19, on the pages that offer them."""

import pytest

from cnnviz.nets.source import source
from cnnviz.shapes import trace
from cnnviz.zoo import ZOO, get
from tests.pages.conftest import components


@pytest.mark.parametrize("name", sorted(ZOO))
def test_the_networks_page_shows_the_table_the_numbers_and_the_code_of_every_network(open_page, name):
    app, traced = open_page("networks", network=name), trace(get(name))
    facts = {metric.label: metric.value for metric in app.metric}
    [table], [code] = components(app, "layers"), components(app, "lines")
    assert not app.error
    assert (facts["Parameters"], facts["Multiply-adds"]) == (f"{traced.params:,}", f"{traced.macs:,}")
    assert [layer["path"] for layer in table["layers"]] == [row.path for row in traced.rows]
    assert sum(layer["params"] for layer in table["layers"]) == traced.params
    assert sum(layer["macs"] for layer in table["layers"]) == traced.macs
    assert code["text"] == source(get(name))
    assert {row.path for row in traced.rows if row.params} <= code["lines"].keys()


def test_a_concat_explains_its_channels_in_the_table(open_page):
    [table] = components(open_page("networks", network="googlenet"), "layers")
    concat = next(layer for layer in table["layers"] if layer["path"] == "b3.inception1")
    assert concat["size_why"] == "64 + 128 + 32 + 32 = 256"


def test_torchinfos_table_of_the_largest_network_needs_no_memory_for_its_weights(open_page):
    app = open_page("networks", network="vgg19")
    app.toggle(key="widget:torchinfo").set_value(True).run()
    assert "Total params: 139,610,058" in app.code[-1].value


@pytest.mark.parametrize("name", ["vgg16", "googlenet", "lenet_bn"])
def test_the_train_page_takes_a_network_whatever_the_size_of_its_input(open_page, name):
    app = open_page("train", network=name, dataset="digits")
    assert not app.error
    assert not app.button(key="widget:start").disabled
