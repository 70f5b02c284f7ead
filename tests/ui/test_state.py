from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from cnnviz.ui import fields, state
from cnnviz.ui.shell import PAGES


def test_no_two_fields_have_the_same_key_or_stand_in_one_link_under_the_same_name():
    assert max(Counter(field.key for field in fields.FIELDS).values()) == 1
    for page in PAGES:
        names = Counter(field.url for field in [*fields.fields_of(""), *fields.fields_of(page)])
        assert max(names.values()) == 1, page
    assert {page for field in fields.FIELDS for page in field.pages} <= set(PAGES)


def test_every_default_could_stand_in_a_link():
    for field in fields.FIELDS:
        if field.url and field.default not in ("", 0, 0.0, None, ()):
            assert field.read(state.written(field.default)) == field.default


@given(st.sampled_from([field for field in fields.FIELDS if field.url]), st.text(max_size=30))
def test_whatever_stands_in_a_link_is_a_value_or_refused(field, text):
    try:
        value = field.read(text)
    except ValueError:
        return
    assert field.read(state.written(value)) == value


@given(st.lists(st.tuples(st.tuples(st.integers(0, 99), st.integers(0, 99)), st.floats(-1e6, 1e6).map(lambda x: round(x, 4))), max_size=50))  # fmt: skip
def test_typed_numbers_survive_the_link(edits):
    assert fields.CONV_WEIGHTS.read(state.written(tuple(edits))) == tuple(edits)
