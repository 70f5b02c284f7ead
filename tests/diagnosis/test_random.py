"""Random networks, valid and broken: one error at the place where ``trace`` fails, fixes that take it away."""

from hypothesis import HealthCheck, given, settings

from cnnviz.diagnosis import diagnose
from cnnviz.diagnosis.flow import Flow
from cnnviz.errors import SpecError
from cnnviz.language import LANGUAGES
from cnnviz.shapes import trace
from tests.diagnosis.running import run
from tests.strategies import broken_networks, networks


def steps_left(network):
    """How many layers and merges come after the one that fails."""
    return Flow().run(network).left


quick = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None)


def place_of(network):
    """Where a network fails, None if all fits."""
    try:
        trace(network)
    except SpecError as error:
        return error.place
    return None


@quick
@given(broken_networks())
def test_a_random_broken_network_has_one_error_where_it_fails_and_each_fix_takes_it_away(network):
    (problem,) = diagnose(network)
    assert problem.severity == "error"
    assert problem.path == place_of(network)
    for fix in problem.fixes:
        assert fix.network != network
        left = place_of(fix.network)
        if left is None:
            assert run(fix.network) == trace(fix.network).output_shape
        else:  # a second thing is wrong, farther on
            assert steps_left(fix.network) < steps_left(network)


@quick
@given(networks())
def test_a_random_valid_network_has_no_error_and_each_advice_keeps_it_running(network):
    for problem in diagnose(network):
        assert problem.severity == "advice"
        for fix in problem.fixes:
            assert fix.network != network
            assert run(fix.network) == trace(fix.network).output_shape


@quick
@given(networks())
def test_with_a_number_of_classes_every_fix_gives_so_many_scores(network):
    for problem in diagnose(network, classes=7):
        if problem.severity == "error":
            assert problem.fixes
            for fix in problem.fixes:
                assert trace(fix.network).output_shape == (7,)


@quick
@given(broken_networks())
def test_every_sentence_can_be_said_in_every_language(network):
    for problem in diagnose(network):
        for message in (problem.reason, *(fix.title for fix in problem.fixes)):
            for language in LANGUAGES:
                assert message.say(language)
                assert "{" not in message.say(language)
