"""What a student may vary: each value that is offered gives a network that torch runs, and says what it follows."""

from itertools import pairwise, product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnnviz.errors import SpecError
from cnnviz.shapes import trace
from cnnviz.spec import AvgPool2d, BatchNorm2d, Chain, Conv2d, Dropout, MaxPool2d, Network, leaves
from cnnviz.zoo import OPTIONS, TOO_SMALL, ZOO, get, read
from cnnviz.zoo.options import MOST_CHANNELS, MOST_CONVS
from cnnviz.zoo.sizes import least_side, side_after
from tests.zoo.test_zoo import another, check_against_torch

TABLES = st.lists(
    st.tuples(st.integers(1, 3), st.integers(1, 24)).map(lambda row: f"{row[0]}-{row[1]}"), min_size=1, max_size=4
).map(" ".join)  # fmt: skip


def ends(option):
    """The values that an option offers: all of a choice, else the outermost."""
    match option.kind:
        case "choice":
            return option.choices
        case "flag":
            return (False, True)
        case "table":
            return ("1-1", f"{MOST_CONVS}-{MOST_CHANNELS} 1-1", " ".join(["1-1"] * 7))
        case _:
            return (option.least, option.most)


def values(option):
    """A strategy for the values of an option, small rather than large."""
    match option.kind:
        case "choice":
            return st.sampled_from(option.choices)
        case "flag":
            return st.booleans()
        case "table":
            return TABLES
        case "number":
            return st.sampled_from([0, 0.2, 0.5, 0.9])
        case _ if option.name == "size":
            return st.integers(option.least, option.least + 40)
        case _:
            return st.integers(option.least, min(option.most, 12))


def layers(network, kind):
    return [layer for _path, layer in leaves(network.body) if isinstance(layer, kind)]


@pytest.mark.parametrize("name", sorted(ZOO))
def test_every_value_that_is_offered_gives_a_network_whose_layers_fit(name):
    for option in ZOO[name].options.values():
        for value in ends(option):
            network = get(name, **{option.name: value})
            classes = (
                value if option.name == "classes" else ZOO[name].defaults({option.name: value})["classes"]
            )
            assert trace(network).output_shape == (classes,), (option.name, value)


@pytest.mark.parametrize("name", sorted(ZOO))
@given(data=st.data())
@settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
def test_random_options_give_a_network_whose_rows_are_torchs(name, data):
    known = ZOO[name].options
    chosen = data.draw(st.lists(st.sampled_from(sorted(known)), max_size=6, unique=True))
    options = {"size": known["size"].least + 20} | {
        option: data.draw(values(known[option]), label=option) for option in chosen
    }
    try:
        network = get(name, **options)
    except (
        SpecError
    ) as error:  # how small a picture may be depends on the other options: the sentence says it
        assert error.template == TOO_SMALL
        options["size"] = error.values["least"]
        network = get(name, **options)
    side = options["size"]
    assert network.input_shape[1:] == (side, side)
    check_against_torch(network)


@pytest.mark.parametrize("name", sorted(ZOO))
def test_each_option_changes_the_network_and_its_default_does_not(name):
    entry = ZOO[name]
    assert get(name, **entry.defaults()) == get(name)
    for option in entry.options.values():
        assert option.default == entry.defaults()[option.name]
        assert get(name, **{option.name: option.default}) == get(name)
        assert get(name, **{option.name: another(option)}) != get(name), option.name


@pytest.mark.parametrize("name", sorted(ZOO))
def test_the_least_size_is_the_least(name):
    least = ZOO[name].options["size"].least
    get(name, size=least)
    if least > 1:
        with pytest.raises(
            SpecError, match=rf"`size` \(={least - 1}\) is too small.* at least {least}x{least}"
        ):
            get(name, size=least - 1)


def test_the_least_size_follows_the_other_options():
    assert get("vgg11", blocks="1-8 1-8", size=4).input_shape == (1, 4, 4)
    with pytest.raises(SpecError) as refused:
        get("vgg11", blocks="1-8 1-8", size=3)
    assert refused.value.values["least"] == 4
    with pytest.raises(SpecError, match="VGG-11 need pictures of at least 128x128"):
        get("vgg11", blocks=" ".join(["1-1"] * 7), size=100)


@st.composite
def windows(draw):
    """A convolution or pooling with a square window, as the documented networks have them."""
    kernel, stride, padding = draw(st.integers(1, 7)), draw(st.integers(1, 4)), draw(st.integers(0, 3))
    if draw(st.booleans()):
        return Conv2d(2, 2, kernel, stride, padding, draw(st.integers(1, 3)))
    pool = draw(st.sampled_from([MaxPool2d, AvgPool2d]))
    return pool(kernel, stride, min(padding, kernel // 2), ceil_mode=draw(st.booleans()))


@given(st.lists(windows(), min_size=1, max_size=5), st.integers(1, 60))
def test_the_side_after_some_windows_is_that_of_the_trace_and_the_least_size_is_the_least(nodes, size):
    def traced(side):
        return trace(Network("Net", (2, side, side), Chain("", tuple(nodes)))).output_shape

    least = least_side(nodes)
    if size >= least:
        assert traced(size) == (2, *2 * (side_after(size, nodes, "Net"),))
    else:
        with pytest.raises(SpecError, match=f"Net need pictures of at least {least}x{least}"):
            side_after(size, nodes, "Net")
    traced(least)
    if least > 1:
        with pytest.raises(SpecError):
            traced(least - 1)


def test_one_source_sets_the_defaults_that_are_not_given():
    assert get("alexnet", follow="torchvision").input_shape == (3, 224, 224)
    assert get("googlenet", follow="torchvision", size=64, channels=1).input_shape == (1, 64, 64)
    assert trace(get("resnet50", follow="paper", classes=5)).output_shape == (5,)
    assert layers(get("googlenet", follow="torchvision"), BatchNorm2d)
    assert not layers(get("googlenet", follow="torchvision", batch_norm=False), BatchNorm2d)
    assert all(
        layer.bias for layer in layers(get("googlenet", follow="torchvision", batch_norm=False), Conv2d)
    )


@pytest.mark.parametrize("name", sorted(ZOO))
def test_an_entry_says_which_source_it_follows(name):
    entry = ZOO[name]
    choices = entry.options["follow"].choices if "follow" in entry.options else ()
    texts = [entry.source_of({"follow": choice}) for choice in choices]
    assert len(set(texts)) == len(texts)
    assert entry.source == (texts or [entry.source_of({})])[0]
    for choice, text in zip(choices, texts, strict=True):
        assert ("torchvision" in text) == (choice == "torchvision")
        assert ("Dive into Deep Learning" in text) == (choice == "d2l")


def test_the_paper_and_torchvision_place_the_stride_of_a_bottleneck_differently():
    def strides(follow):
        body = dict(leaves(get("resnet50", follow=follow).body))
        return [body[f"b3.block1.sum.residual.conv{number}"].stride for number in (1, 2, 3)]

    assert (strides("paper"), strides("torchvision"), strides("d2l")) == ([2, 1, 1], [1, 2, 1], [1, 2, 1])


def test_a_quarter_of_vgg_11_is_the_one_that_d2l_trains():
    assert get("vgg11", width=0.25).body == get("vgg11_small").body
    assert get("vgg11", blocks=" 2-64  2-128 2-256\t2-512 2-512").body == get("vgg13").body


@pytest.mark.parametrize(("name", "p"), list(product(sorted(ZOO), [0, 0.3])))
def test_dropout_has_the_probability_that_was_chosen_or_is_not_there(name, p):
    chances = {layer.p for layer in layers(get(name, dropout=p), Dropout)}
    assert chances == ({0.3} | ({0.15} if name == "digit_recognizer" else set()) if p else set())


@pytest.mark.parametrize("name", sorted(ZOO))
def test_batch_normalisation_is_after_each_convolution_or_nowhere(name):
    with_, without = get(name, batch_norm=True), get(name, batch_norm=False)
    assert not [path for path, layer in leaves(without.body) if "BatchNorm" in type(layer).__name__]
    if name.startswith("densenet"):  # there it stands before each
        assert len(layers(with_, BatchNorm2d)) == len(layers(with_, Conv2d)) + 1
        return
    kinds = [type(layer).__name__ for path, layer in leaves(with_.body) if "shortcut" not in path]
    assert all(after == "BatchNorm2d" for before, after in pairwise(kinds) if before == "Conv2d")


@pytest.mark.parametrize("name", sorted(ZOO))
def test_a_value_as_links_and_commands_write_it_is_read_back(name):
    for option in ZOO[name].options.values():
        for value in (*ends(option), another(option)):
            assert read(name, {option.name: str(value)}) == {option.name: value}


@pytest.mark.parametrize(
    ("option", "text", "value"),
    [
        ("batch_norm", "on", True),
        ("batch_norm", "0", False),
        ("dropout", "0.25", 0.25),
        ("width", "0.5", 0.5),
    ],
)
def test_flags_and_numbers_are_read_as_people_write_them(option, text, value):
    assert read("lenet", {option: text}) == {option: value}


@given(
    st.sampled_from(sorted(OPTIONS)),
    st.text(max_size=20) | st.sampled_from(["nan", "inf", "-1", "1e999", "1_0", "٣"]),
)
def test_any_text_is_a_value_of_an_option_or_refused_with_its_name(option, text):
    try:
        value = OPTIONS[option].read(text)
    except SpecError as error:
        assert f"`{option}`" in str(error)
        return
    OPTIONS[option].check(value)
