import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.errors import SpecError
from cnnviz.spec import from_data, from_json, to_data, to_json
from cnnviz.zoo import ZOO, get
from tests.strategies import networks


@given(networks())
def test_a_network_survives_the_way_to_json_and_back(network):
    assert from_json(to_json(network)) == network
    assert hash(from_json(to_json(network))) == hash(network)


@pytest.mark.parametrize("name", sorted(ZOO))
def test_every_documented_network_survives_the_way_to_json_and_back(name):
    assert from_json(to_json(get(name), indent=1)) == get(name)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
)


@given(json_values)
def test_any_other_json_is_refused_in_one_sentence(value):
    with pytest.raises(SpecError) as refusal:
        from_data(value)
    assert "\n" not in str(refusal.value)


@given(st.sampled_from(sorted(ZOO)), st.data())
def test_a_network_with_a_damaged_field_is_refused_or_still_a_network(name, data):
    plain = to_data(get(name))
    layer = data.draw(st.sampled_from(plain["body"]))
    layer[data.draw(st.sampled_from([*layer, "surprise"]))] = data.draw(json_values)
    try:
        network = from_data(plain)
    except SpecError:
        return
    assert from_json(to_json(network)) == network


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ('[{"type": "Conv2d", "in_channels": 1, "out_channels": 2, "kernel_size": 3, "padding": -1}]', r"body\[0\]: `padding` \(=-1\)"),
        ('[{"type": "Conv2d", "in_channels": 1, "out_channels": 2}]', r"body\[0\]: Conv2d needs `kernel_size`"),
        ('[{"type": "ReLU", "slope": 1}]', r"'ReLU' has no field `slope`"),
        ('[{"type": "LSTM"}]', r"no layer type 'LSTM'"),
        ('[{"type": "ReLU", "name": "train"}]', r"`name` \(='train'\)"),
        ('[{"type": "ReLU", "name": "a"}, {"type": "ReLU", "name": "a"}]', r"`name` \(=a\) must not be given twice"),
        ('[{"type": "Chain", "items": [{"type": "Linear", "in_features": 0, "out_features": 1}]}]', r"body\[0\].items\[0\]: `in_features`"),
        ('{"type": "ReLU"}', "must be a list"),
    ],
)  # fmt: skip
def test_the_refusal_names_the_place_the_parameter_and_the_rule(body, sentence):
    with pytest.raises(SpecError, match=sentence):
        from_json(f'{{"cnnviz": 1, "name": "Net", "input_shape": [1, 8, 8], "body": {body}}}')


def test_a_tree_too_deep_or_too_long_is_refused():
    deep = {"type": "ReLU"}
    for _ in range(100):
        deep = {"type": "Chain", "items": [deep]}
    with pytest.raises(SpecError, match="too large"):
        from_data({"cnnviz": 1, "name": "Net", "input_shape": [1, 8, 8], "body": [deep]})
    with pytest.raises(SpecError, match="too large"):
        from_data({"cnnviz": 1, "name": "Net", "input_shape": [1, 8, 8], "body": [{"type": "ReLU"}] * 10_001})
    with pytest.raises(SpecError, match="nested too deep"):
        from_json("[" * 100_000)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"cnnviz": 1,\n "name": }', "this is not JSON: line 2, column 10 cannot be read"),
        ("", "this is not JSON: line 1, column 1 cannot be read"),
        ('{"cnnviz": ' + "1" * 5000 + "}", "this JSON cannot be read: a number in it is too long"),
    ],
)
def test_what_is_no_json_is_refused_in_our_own_words_with_the_place(text, sentence):
    with pytest.raises(SpecError) as refused:
        from_json(text)
    assert str(refused.value) == sentence


def test_defaults_are_left_out_so_that_links_stay_short():
    first = json.loads(to_json(get("lenet")))["body"][0]
    assert first == {"type": "Conv2d", "name": "conv1", "in_channels": 1, "out_channels": 6, "kernel_size": 5, "padding": 2}  # fmt: skip
