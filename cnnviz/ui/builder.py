"""Building a network: what the page keeps in the session, and what happens when somebody asks for something.

The network that is built is the session's own (``fields.OWN_NETWORK``), so that every other page and each link has it.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache, partial
from typing import Any

from cnnviz import diagnosis, zoo
from cnnviz.components.requests import received
from cnnviz.data import catalog
from cnnviz.diagnosis import Fix, Problem
from cnnviz.errors import SpecError
from cnnviz.language import N_, Sentence
from cnnviz.shapes import reached
from cnnviz.spec import Branches, Chain, Network, from_link, to_link, tree
from cnnviz.ui import builder_form, builder_steps, fields, state
from cnnviz.ui.builder_fitting import fitted
from cnnviz.ui.builder_history import History, Step
from cnnviz.ui.builder_palette import small
from cnnviz.ui.builder_steps import EMPTY
from cnnviz.ui.field import Field

STARTS = {"empty": N_("Empty"), "small": N_("A small network for these pictures")}


def history() -> History:
    """Return what was done so far; a network that another page or a link put there is a step, too."""
    text, known = state.get(fields.BUILD_HISTORY) or ("", None)
    wanted = state.get(fields.OWN_NETWORK)
    if known is None:
        network = _opened(wanted)
        first = Step(network, _place(network), made_for=(state.get(fields.BUILD_DATASET), classes()))
        return _kept(wanted, History((first,)))
    if wanted == text:
        return known  # type: ignore[no-any-return]  # the session holds it as anything
    network = _opened(wanted)
    title = Sentence(N_("Open {network}"), {"network": network.name})
    state.put(fields.BUILD_TYPED, None)
    step = Step(network, _place(network), title, made_for=_made_for(network))
    return _kept(wanted, known.take(step))


def classes() -> int:
    """Return how many scores the last layer must give."""
    name = state.get(fields.BUILD_DATASET)
    return state.get(fields.BUILD_CLASSES) if name == "own" else len(catalog.DATASETS[name].classes)


@lru_cache(maxsize=64)
def problems(network: Network, scores: int) -> tuple[Problem, ...]:
    """Return what is wrong with a network; an empty one has nothing wrong with it yet."""
    return diagnosis.diagnose(network, classes=scores) if network.body.items else ()


def typed(path: str) -> dict[str, Any]:
    """Return what was typed into the node at a place and cannot be."""
    where, values = state.get(fields.BUILD_TYPED) or ("", {})
    return dict(values) if where == path else {}


@lru_cache(maxsize=16)
def _mended(network: Network, path: str, kind: str, arguments: tuple[tuple[str, Any], ...]) -> Problem:
    return diagnosis.mend(network, path, kind, dict(arguments))


def refused(network: Network, path: str) -> Problem | None:
    """Return why the chosen layer cannot have what was typed, with what would mend it; None if nothing was."""
    values = typed(path)
    if not values:
        return None
    node = tree.node_at(network, path) if path else network
    if isinstance(node, Chain | Branches | Network) or values.keys() & {"name", "block"}:
        try:
            builder_steps.change(network, path, values)
        except SpecError as error:
            return Problem(path, "error", Sentence(error.template, error.values), (_as_it_was(network),))
        return None
    return _mended(network, path, type(node).__name__, tuple(builder_form.described(node, values).items()))


def _as_it_was(network: Network) -> Fix:
    return Fix(Sentence(N_("Keep it as it was")), network)


def asked(given: object) -> None:
    """Do what was asked for in the side panel."""
    _each(given, fields.BUILD_ASKED)


def mending(given: object) -> None:
    """Do what was asked for in the findings."""
    _each(given, fields.BUILD_MENDED)


def start(what: str) -> None:
    """Begin anew, empty or from a documented network; the network before can be got back by undo."""
    if what == "empty":
        shape = EMPTY.input_shape if state.get(fields.BUILD_DATASET) == "own" else _pictures()
        _take(Step(EMPTY.with_input(shape), "", Sentence(N_("Start empty"))))
    else:
        network = small(_pictures(), classes()) if what == "small" else zoo.get(what)
        title = Sentence(N_("Start from {network}"), {"network": network.name})
        _take(Step(network, "", title), _made_for(network))


def _pictures() -> tuple[int, int, int]:
    info = catalog.DATASETS.get(state.get(fields.BUILD_DATASET))
    return info.shape if info and info.shape else history().present.network.input_shape


def _made_for(network: Network) -> tuple[str, int]:
    """A network from elsewhere has its own number of scores: where the chosen data set has another, it is for other pictures.

    Height and width do not matter: training enlarges the data set's pictures to the network's input.
    """
    found = reached(network)
    scores = found.rows[-1].output_shape[0] if found.rows else 0
    other = not found.error and scores != classes()
    return ("own", max(1, scores)) if other else (state.get(fields.BUILD_DATASET), classes())


def _each(given: object, field: Field[int]) -> None:
    requests, newest = received(given, state.get(field))
    for request in requests:
        state.put(fields.BUILD_NOTICE, None)
        try:
            _do(request)
        except SpecError as error:
            state.put(fields.BUILD_NOTICE, Sentence(error.template, error.values))
    state.put(field, newest)


def _do(request: dict[str, Any]) -> None:
    """Do one thing. Nothing that a browser sends is believed: what is not understood changes nothing."""
    now = history()
    network = now.present.network
    match request:
        case {"do": "undo"}:
            _put(now.undo(), now.present.before)
        case {"do": "redo"}:
            _put(now.redo(), (now.redoable or now.present).selected)
        case {"do": "select", "path": str(path)}:
            tree.node_at(network, path)
            _select(path)
        case {"do": "start", "what": str(what)}:
            start(what)
        case {"do": "fit", "value": bool(value)}:
            state.put(fields.BUILD_FIT, value)
            if value and fitted(network) != network:
                _take(Step(fitted(network), state.get(fields.SELECTED), Sentence(N_("Fit what follows"))))
        case {"do": "fix", "finding": int(finding), "fix": int(fix), "version": int(version)}:
            found = problems(network, classes())
            if version == now.version and 0 <= finding < len(found):
                _mend(found[finding], fix)
        case {"do": "mend", "path": str(path), "fix": int(fix)}:
            _mend(refused(network, path), fix)
        case {"do": "set", "path": str(path), "values": dict(values)}:
            _set(network, path, {str(name)[:40]: _plain(value) for name, value in values.items()})
        case {"do": str(do), "path": str(path)} if do in PLAIN:
            _take(PLAIN[do](network, path))
        case {"do": "insert", "path": str(path), "what": str(what), "where": str(where)}:
            _take(builder_steps.insert(network, path, where, what, classes()))


PLAIN: dict[str, Callable[[Network, str], Step]] = {
    "remove": builder_steps.remove,
    "duplicate": builder_steps.duplicate,
    "dissolve": builder_steps.dissolve,
    "add_path": builder_steps.add_path,
    **{way: partial(builder_steps.move, way=way) for way in builder_steps.MOVES},
    **{how: partial(builder_steps.wrap, how=how) for how in builder_steps.WRAPS},
}


def _set(network: Network, path: str, values: dict[str, Any]) -> None:
    """Change parameters; where the node cannot exist with them, what was typed stays to be seen and nothing changes."""
    if not path and "dataset" in values:
        _choose_dataset(network, values["dataset"])
        return
    if not path and "classes" in values:
        scores = _number(values["classes"])
        title = Sentence(N_("Set {name} to {value}"), {"name": "classes", "value": scores})
        _take(Step(network, "", title), ("own", scores))
        return
    together = typed(path) | values
    try:
        step = builder_steps.change(network, path, together)
    except SpecError:
        _select(path)
        state.put(fields.BUILD_TYPED, (path, together))
        return
    _take(step)


def _choose_dataset(network: Network, name: Any) -> None:
    if name not in fields.BUILD_DATASETS:
        raise SpecError("`dataset` (={name}) is none that there is", name=str(name)[:60])
    info = catalog.DATASETS.get(name)
    if info is None:
        _take(Step(network, "", Sentence(N_("Other pictures"))), ("own", classes()))
        return
    title = Sentence(N_("Pictures of {dataset}"), {"dataset": info.title})
    _take(Step(network.with_input(info.shape or network.input_shape), "", title), (name, len(info.classes)))


def _plain(value: Any) -> Any:
    """Return a value that somebody typed as a parameter has it: a number, a word, a pair of them."""
    match value:
        case list() if len(value) <= 4:
            return tuple(map(_plain, value))
        case None | bool() | int() | float():
            return value
        case _:
            return str(value)[:40]


def _number(value: Any) -> int:
    try:
        return fields.BUILD_CLASSES.read(str(value))
    except ValueError:
        raise SpecError(
            "`classes` (={value}) must be an integer from 1 to 100000", value=str(value)[:40]
        ) from None


def _mend(problem: Problem | None, number: int) -> None:
    if problem and 0 <= number < len(problem.fixes):
        fix = problem.fixes[number]
        _take(Step(fix.network, state.get(fields.SELECTED), fix.title))


def _take(step: Step, made_for: tuple[str, int] | None = None) -> None:
    """Go one step on, unless nothing changed; with what follows fitted, if that is wished.

    Raises:
        SpecError: if the network is larger or deeper than any link or file may have it.
    """
    now = history()
    network = fitted(step.network) if state.get(fields.BUILD_FIT) else step.network
    made_for = made_for or (state.get(fields.BUILD_DATASET), classes())
    if (network, made_for) == (now.present.network, now.present.made_for):
        _select(step.selected)
        return
    from_link(to_link(network))
    _put(
        now.take(replace(step, network=network, before=state.get(fields.SELECTED), made_for=made_for)),
        step.selected,
    )


def _put(now: History, selected: str) -> None:
    network, (dataset, scores) = now.present.network, now.present.made_for
    state.put(fields.BUILD_DATASET, dataset)
    if dataset == "own":
        state.put(fields.BUILD_CLASSES, scores)
    _kept("" if network == EMPTY else to_link(network), now)
    _select(selected)


def _select(path: str) -> None:
    """Choose a node, or where it is gone the nearest around it; what was typed elsewhere is forgotten."""
    network = history().present.network
    while path and not _is_there(network, path):
        path = path.rpartition(".")[0]
    state.put(fields.SELECTED, path)
    state.put(fields.BUILD_TYPED, None)


def _is_there(network: Network, path: str) -> bool:
    try:
        tree.node_at(network, path)
    except SpecError:
        return False
    return True


def selected() -> str:
    """Return the chosen node's place; "" for the whole network, also where a link names what is not there."""
    return _place(history().present.network)


def _place(network: Network) -> str:
    path = state.get(fields.SELECTED)
    return path if _is_there(network, path) else ""


def _kept(text: str, now: History) -> History:
    state.put(fields.BUILD_HISTORY, (text, now))
    state.put(fields.OWN_NETWORK, text)
    return now


def _opened(text: str) -> Network:
    return from_link(text) if text else EMPTY
