"""Broken networks, one mistake each: the right place, the right reason, and fixes that build and run in torch."""

import pytest

from cnnviz.diagnosis import diagnose, mend
from cnnviz.errors import SpecError
from cnnviz.shapes import trace
from tests.diagnosis import documented, ending, impossible, small
from tests.diagnosis.running import run

BROKEN = [*documented.CASES, *small.CASES]


def check(problem, case):
    """The place, the words and the first fix are those of the case; each fix is another network, and runs."""
    assert problem.path == case.path
    reason = str(problem.reason)
    assert all(word in reason for word in case.words), reason
    assert problem.fixes, "there is something to press"
    assert len(problem.fixes) <= 4
    if case.first:
        assert str(problem.fixes[0].title) == case.first
    for fix in problem.fixes:
        assert fix.network != case.network, fix.title
        assert run(fix.network) == trace(fix.network).output_shape, fix.title
        again = diagnose(fix.network, **case.asked)
        assert all(other.severity == "advice" for other in again), f"{fix.title} leaves {again[0].reason}"


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case.name)
def test_a_broken_network_is_explained_at_its_place_and_each_fix_runs_in_torch(case):
    with pytest.raises(SpecError) as caught:
        trace(case.network)
    assert caught.value.place == case.path
    (problem,) = diagnose(case.network, **case.asked)
    assert problem.severity == "error"
    check(problem, case)


@pytest.mark.parametrize("case", ending.ERRORS, ids=lambda case: case.name)
def test_a_network_that_ends_wrongly_is_explained_and_each_fix_runs_in_torch(case):
    error, *others = diagnose(case.network, **case.asked)
    assert error.severity == "error"
    assert all(other.severity == "advice" for other in others)
    check(error, case)


@pytest.mark.parametrize("case", ending.ADVICE, ids=lambda case: case.name)
def test_a_network_that_should_not_be_left_so_gets_advice(case):
    found = diagnose(case.network, **case.asked)
    assert all(problem.severity == "advice" for problem in found)
    words = [
        problem for problem in found if problem.path == case.path and case.words[0] in str(problem.reason)
    ]
    assert len(words) == 1, [str(problem.reason) for problem in found]
    check(words[0], case)
    for fix in words[0].fixes:
        assert words[0] not in diagnose(fix.network, **case.asked), fix.title


@pytest.mark.parametrize("what", impossible.IMPOSSIBLE, ids=lambda what: what[0])
def test_a_layer_that_cannot_exist_is_explained_and_each_fix_runs_in_torch(what):
    _name, network, path, kind, arguments, words, first = what
    problem = mend(network, path, kind, arguments)
    assert (problem.path, problem.severity) == (path, "error")
    reason = str(problem.reason)
    assert all(word in reason for word in words), reason
    assert problem.fixes
    if first:
        assert str(problem.fixes[0].title) == first
    for fix in problem.fixes:
        assert run(fix.network) == trace(fix.network).output_shape, fix.title


def test_there_are_enough_broken_networks_and_first_fixes():
    assert len(BROKEN) >= 80
    assert sum(bool(case.first) for case in BROKEN) >= 60
    assert len({case.name for case in BROKEN}) == len(BROKEN)
