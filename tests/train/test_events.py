"""Every event survives its line, and no damaged line gets through."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.train.events import (
    KINDS,
    Changed,
    Continued,
    EpochEnd,
    Failed,
    Finished,
    Noted,
    Paused,
    Resumed,
    Started,
    Steps,
    Stopped,
    Waiting,
    Watched,
    from_line,
    is_terminal,
    to_line,
    whole_lines,
)

NUMBERS, COUNTS, WORDS = st.floats(), st.integers(0, 2**53), st.text(max_size=30)
MAYBE = st.none() | NUMBERS
MANY, NAMES = st.lists(NUMBERS, max_size=4).map(tuple), st.lists(WORDS, max_size=4).map(tuple)
EVENTS = st.one_of(
    st.builds(Started, NUMBERS, WORDS, WORDS, COUNTS, COUNTS, COUNTS, COUNTS, COUNTS, COUNTS, MANY, NAMES),
    st.builds(Steps, COUNTS, COUNTS, MANY, MANY, NUMBERS, NUMBERS, NUMBERS, NUMBERS),
    st.builds(
        Watched,
        COUNTS,
        NUMBERS,
        NAMES,
        MANY,
        MANY,
        st.dictionaries(WORDS, st.floats(0, 1)),
        st.lists(MANY, max_size=3).map(tuple),
        COUNTS,
    ),
    st.builds(Waiting, WORDS, COUNTS),
    st.builds(Changed, COUNTS, WORDS, NUMBERS, NUMBERS),
    st.builds(Paused, COUNTS, COUNTS, NUMBERS),
    st.builds(Continued, COUNTS, NUMBERS),
    st.builds(Resumed, NUMBERS, COUNTS, COUNTS),
    st.builds(Noted, WORDS, st.dictionaries(WORDS, WORDS | COUNTS)),
    st.builds(EpochEnd, COUNTS, COUNTS, NUMBERS, NUMBERS, MAYBE, MAYBE, NUMBERS),
    st.builds(Finished, NUMBERS, NUMBERS, MAYBE, MAYBE, NUMBERS, NUMBERS, COUNTS, NUMBERS, NUMBERS),
    st.builds(Stopped, COUNTS, COUNTS, NUMBERS),
    st.builds(Failed, WORDS, st.dictionaries(WORDS, WORDS | COUNTS), WORDS),
)


@given(EVENTS)
def test_a_line_gives_the_same_event_back(event):
    line = to_line(event)
    assert line.endswith("\n")
    assert line.count("\n") == 1
    assert repr(from_line(line)) == repr(event)  # repr, since NaN is not equal to itself


@given(EVENTS)
def test_a_line_is_strict_json_even_with_nan_in_it(event):
    json.loads(to_line(event), parse_constant=pytest.fail)


@given(EVENTS, st.data())
def test_half_a_line_is_no_event(event, data):
    line = to_line(event)
    cut = data.draw(st.integers(0, len(line) - 2))
    with pytest.raises(ValueError, match="not an event"):
        from_line(line[:cut])
    assert whole_lines(line[:cut].encode()) == []


@given(st.binary(max_size=60) | st.text(max_size=60))
def test_rubbish_is_refused_as_no_event(rubbish):
    with pytest.raises(ValueError, match="not an event"):
        from_line(rubbish)


@given(EVENTS, st.data())
def test_a_field_of_another_type_is_refused(event, data):
    line = json.loads(to_line(event))
    name = data.draw(st.sampled_from(sorted(set(line) - {"event"})))
    with pytest.raises(ValueError, match="not an event"):
        from_line(json.dumps(line | {name: [[{}]]}))


def test_a_failure_says_its_numbers_even_when_they_are_not_finite():
    failed = from_line(to_line(Failed("{rate} is wrong", {"rate": math.nan, "path": 3.5})))
    assert isinstance(failed, Failed)
    assert failed.values == {"rate": "nan", "path": 3.5}


def test_three_kinds_end_a_run():
    assert {name for name, kind in KINDS.items() if is_terminal(object.__new__(kind))} == {
        "Finished", "Stopped", "Failed",
    }  # fmt: skip
