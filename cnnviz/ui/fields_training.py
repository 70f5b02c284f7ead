"""The fields of the training laboratory: data, train, runs, results, search; ``cnnviz.ui.fields`` has them too."""

from collections.abc import Callable
from typing import Any, get_args

from cnnviz.errors import SpecError
from cnnviz.search import space
from cnnviz.train import config
from cnnviz.train.run import State
from cnnviz.ui.field import Field
from cnnviz.ui.links import between, flag, never, one_of, pair, run_names, some_of, text, within

SMALLEST_RATE, LARGEST_RATE = 1e-6, 10.0

# The Train page's form

DATASET = Field("dataset", "digits", text, ("data", "train", "search"), "dataset")
FOLDER = Field("folder", "", text, ("data", "train", "search"), "folder")
DEVICE = Field("device", "auto", text, ("train", "search"), "device")


def _choice(name: str, read: Callable[[str], Any], url: str = "", *more: str) -> Field[Any]:
    """A number of the training's config; None where it is as suggested for this network and data."""
    return Field(name, None, read, ("train", "search", *more), url or name)


OPTIMIZER = _choice("optimizer", one_of(*config.OPTIMIZERS))
LEARNING_RATE = _choice("learning_rate", within(SMALLEST_RATE, LARGEST_RATE), "lr")
MOMENTUM = _choice("momentum", within(0, 0.9999))
NESTEROV = _choice("nesterov", flag)
BETA1, BETA2 = (_choice(name, within(0, 0.99999)) for name in ("beta1", "beta2"))
WEIGHT_DECAY = _choice("weight_decay", within(0, 1), "decay")
SCHEDULE = _choice("schedule", one_of(*config.SCHEDULES))
STEP_EPOCHS = _choice("step_epochs", between(1, 1000))
STEP_FACTOR = _choice("step_factor", within(1e-6, 1))
WARM_UP = _choice("warm_up", within(0, 1000))
BATCH_SIZE = _choice("batch_size", between(1, 65536), "batch")
EPOCHS = _choice("epochs", between(1, 1000))
SEED = _choice("seed", between(0, 2**31 - 1), "seed", "data")
VALIDATION = _choice("validation_fraction", within(0, 0.9), "validation", "data")
AUGMENT = _choice("augment", some_of(*config.AUGMENTS), "augment", "data")
LABEL_SMOOTHING = _choice("label_smoothing", within(0, 0.9), "smoothing")
CLIP_NORM = _choice("clip_norm", within(0, 1e6), "clip")
PATIENCE = _choice("patience", between(0, 1000))
INITIALISATION = _choice("initialisation", one_of(*config.INITIALISATIONS), "start")
MODE = _choice("mode", one_of(*config.MODES))
COMPILED = _choice("compiled", flag)
FORM_REFUSED: Field[dict[str, Any]] = Field("form_refused", {}, never)
"""Numbers of the form that were typed and cannot be: name -> (what was typed, what the field was then)."""
STARTED = Field("started", "", never)
"""The run that this session has started or seen living last."""
SCROLL = Field("scroll", False, never)
"""Whether the page is to show that run next, wherever it was scrolled to."""
CONFIG_PROBLEM: Field[Any] = Field("config_problem", None, never)
"""Why the config file that somebody gave is none; None where it is."""
WATCHED: Field[str] = Field("watched", "", never)
HISTORY: Field[Any] = Field("history", None, never)
RUN = Field("run", "", text, ("train", "runs", "results"), "run")

# Data

DATA_VIEWS = ("samples", "classes", "pixels", "augment", "input")
DATA_VIEW = Field("data_view", "samples", one_of(*DATA_VIEWS), ("data",), "view")
DATA_CLASS = Field("data_class", -1, between(-1, 999), ("data",), "class")
DATA_HANDFUL = Field("data_handful", 0, between(0, 9999), ("data",), "handful")
DATA_DRAWS = Field("data_draws", 0, between(0, 9999), ("data",), "draws")
UPLOAD_PROBLEM: Field[Any] = Field("upload_problem", None, never)
"""Why the zip file that somebody gave is refused; None where it is not."""
UPLOADED: Field[Any] = Field("uploaded", None, never)
"""What came out of the last zip file; None while there was none."""

# Watching a run

MORE_EPOCHS: Field[int] = Field("more_epochs", 5, never)
ASKED: Field[Any] = Field("asked", None, never)
"""The run that something was asked of, and the size of its event file then, until that is seen to be done."""
ASKED_PROBLEM: Field[Any] = Field("asked_problem", None, never)
"""Why what was asked of a run last cannot be; None where it can."""

# Runs

RUNS_CHOSEN: Field[tuple[str, ...]] = Field("runs_chosen", (), run_names, ("runs",), "runs")
"""The runs that are looked at: one is opened, several are compared."""
RUNS_TEXT = Field("runs_text", "", text, ("runs",), "find")
RUNS_STATE = Field("runs_state", "", one_of("", *get_args(State)), ("runs",), "state")
RUNS_NETWORK = Field("runs_network", "", text, ("runs",), "network")
RUNS_DATASET = Field("runs_dataset", "", text, ("runs",), "dataset")
RUNS_TAG = Field("runs_tag", "", text, ("runs",), "tag")
RUNS_COST = Field("runs_cost", "seconds", one_of("seconds", "parameters", "steps"), ("runs",), "cost")
RUNS_TURN: Field[int] = Field("runs_turn", 0, never)
"""Counts the changes of the choice that the table did not make itself: it is then shown anew."""
RUNS_SHOWN: Field[Any] = Field("runs_shown", None, never)
"""What the page below the table shows: the choice, and the states of those that matter."""
RUNS_DELETED: Field[tuple[str, ...]] = Field("runs_deleted", (), never)
"""The runs that were deleted last and can be taken back by one press."""

# Results

RESULTS_SET = Field("results_set", "", one_of("", "test", "validation"), ("results",), "set")
"""Which pictures' answers are shown; "" takes the test pictures where they were asked."""
RESULTS_EPOCH = Field("results_epoch", 0, between(0, 999_999), ("results",), "epoch")
"""The epoch whose validation is shown; 0 for the best."""
RESULTS_CELL: Field[tuple[int, ...]] = Field("results_cell", (), pair, ("results",), "cell", look=True)
"""The cell of the confusion matrix whose pictures are shown: truth, prediction; none at first."""
RESULTS_PICTURE = Field("results_picture", -1, between(-1, 10**9), ("results",), "picture", look=True)
"""The picture that is shown large, by its place in the set; -1 for none."""
RESULTS_FOLLOWED = Field("results_followed", -1, between(-1000, 10**9), ("results",), "follow", look=True)
"""The picture that the scrubber follows: a place among the validation pictures, or below 0 in the handful."""

# Search

RATE_FINDING = Field("rate_finding", "", never)
"""The range test that the Train page shows."""
RATE_CURVE: Field[Any] = Field("rate_curve", None, never)
"""Its name, and its curve as far as it is read."""
SEARCH = Field("search", "", text, ("search",), "search")
"""The search that is shown."""
SEARCH_BEGUN = Field("search_begun", False, never)
"""Whether the page has proposed something to vary."""
SEARCH_PROGRESS: Field[Any] = Field("search_progress", None, never)
"""Its name, and its trials as far as they are read."""
SEARCH_TRIAL = Field("search_trial", 0, between(0, 1000), ("search",), "trial", look=True)
"""The trial that is looked at; 0 for the best."""
SEARCH_DELETED = Field("search_deleted", "", never)
SEARCH_NAME = Field("search_name", "", text, ("search",), "name")
SEARCH_SAMPLER = Field("search_sampler", "tpe", one_of(*space.SAMPLERS), ("search",), "sampler")
SEARCH_PRUNER = Field("search_pruner", "median", one_of(*space.PRUNERS), ("search",), "pruner")
SEARCH_TRIALS = Field("search_trials", 20, between(1, space.MOST_TRIALS), ("search",), "trials")
SEARCH_MINUTES = Field("search_minutes", 0, between(0, 100_000), ("search",), "minutes")
SEARCH_PARALLEL = Field("search_parallel", 1, between(1, space.MOST_PARALLEL), ("search",), "parallel")


def _varied(name: str) -> Field[str]:
    """What a search tries of a variable, as the command line writes it: ``0.001..0.1``; "" where it does not vary."""

    def read(given: str) -> str:
        try:
            return space.text_of(space.read_space([f"{name}={text(given)}"], None)[name])
        except SpecError as error:
            raise ValueError(given) from error

    return Field(f"vary_{name}", "", read, ("search",), f"vary_{name.removeprefix(space.OPTION)}")


SEARCH_SPACE = {name: _varied(name) for name in space.variables(None)}
