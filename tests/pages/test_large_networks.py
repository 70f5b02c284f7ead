"""The documented networks, from LeNet to VGG-19, on the pages that offer them."""

import pytest

from cnnviz.shapes import trace
from cnnviz.zoo import ZOO, get


@pytest.mark.parametrize("name", sorted(ZOO))
def test_the_networks_page_shows_the_table_the_numbers_and_the_code_of_every_network(open_page, name):
    app, traced = open_page("networks", network=name), trace(get(name))
    facts = {metric.label: metric.value for metric in app.metric}
    table = app.dataframe[0].value
    assert not app.error
    assert (facts["Parameters"], facts["Multiply-adds"]) == (f"{traced.params:,}", f"{traced.macs:,}")
    assert table["Layer"].tolist() == [row.path for row in traced.rows]
    assert sum(table["Parameters"]) == traced.params
    assert f"{traced.params:,} parameters" in app.code[0].value


def test_a_concat_explains_its_channels_in_the_table(open_page):
    table = open_page("networks", network="googlenet").dataframe[0].value.set_index("Layer")
    assert table.loc["b3.inception1", "Why this size"] == "64 + 128 + 32 + 32 = 256"


def test_torchinfos_table_of_the_largest_network_needs_no_memory_for_its_weights(open_page):
    app = open_page("networks", network="vgg19")
    app.toggle(key="widget:torchinfo").set_value(True).run()
    assert "Total params: 139,610,058" in app.code[-1].value


@pytest.mark.parametrize("name", ["vgg16", "googlenet", "lenet_bn"])
def test_the_train_page_takes_a_network_whatever_the_size_of_its_input(open_page, name):
    app = open_page("train", network=name, dataset="digits")
    assert not app.error
    assert not app.button(key="widget:start").disabled
