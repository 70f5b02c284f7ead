"""The bars of costs add up to the whole, layer by layer or block by block."""

import pytest

from cnnviz.figures.costs import MOST, by_block, costs
from cnnviz.shapes import trace
from cnnviz.spec import Chain, Conv2d, Network
from cnnviz.zoo import ZOO, get


@pytest.mark.parametrize("name", sorted(ZOO))
def test_the_bars_are_few_enough_and_hold_all_parameters_and_multiply_adds(name):
    traced = trace(get(name))
    bars = by_block(traced)
    assert 1 < len(bars) <= MOST
    assert sum(params for params, _ in bars.values()) == traced.params
    assert sum(macs for _, macs in bars.values()) == traced.macs


def test_layers_stand_alone_until_they_are_too_many_then_blocks_do():
    assert list(by_block(trace(get("lenet")))) == ["conv1", "conv2", "fc1", "fc2", "fc3"]
    paths = list(by_block(trace(get("googlenet"))))
    assert paths[:5] == ["b1.conv", "b2.conv1", "b2.conv2", "b3.inception1", "b3.inception2"]
    assert paths[-1] == "fc"


def test_a_long_network_without_blocks_keeps_a_bar_a_layer():
    chain = Chain("", tuple(Conv2d(1, 1, 1, name=f"conv{i}") for i in range(MOST + 5)))
    assert len(by_block(trace(Network("Long", (1, 4, 4), chain)))) == MOST + 5


def test_the_figure_shows_both_shares_in_percent_with_the_counts_to_point_at():
    traced = trace(get("lenet"))
    params, macs = costs(traced, params="Parameters", macs="Multiply-adds").data
    assert (params.name, macs.name) == ("Parameters", "Multiply-adds")
    assert params.customdata[2] == 48_120
    assert params.x[2] == pytest.approx(100 * 48_120 / 61_706)
    assert sum(macs.x) == pytest.approx(100)
