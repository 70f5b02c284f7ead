"""The Search page: its form, its empty state, a search that has ended, and what can be done with it."""

import json
import math

import pytest

from cnnviz.search import searches, tasks
from cnnviz.search.space import Choice, Range, SearchConfig
from cnnviz.train.config import TrainConfig
from cnnviz.train.run import CONFIG
from tests.pages.conftest import components, go, texts
from tests.train.conftest import tiny_network

SPACE = {
    "learning_rate": Range(1e-3, 0.1, log=True),
    "optimizer": Choice(("adam", "sgd")),
    "momentum": Range(0.5, 0.9),
}


def widget(app, kind, key):
    return getattr(app, kind)(key=f"widget:{key}")


def ended(name="past", end="finished", trials=12, failed=False, best=0.9, **changes):
    """Write the folder of a search that has ended, as the searcher leaves it."""
    config = SearchConfig(
        TrainConfig(tiny_network(), device="cpu", epochs=3), SPACE, trials=trials, **changes
    )
    folder = searches.root() / name
    folder.mkdir(parents=True)
    (folder / "search.json").write_text(config.to_json())
    news = tasks.News(folder)
    news.say(begun=1.0)
    for number in range(1, trials + 1):
        values = {"learning_rate": 0.1 / number, "optimizer": ("adam", "sgd")[number % 2]}
        if number % 2:
            values["momentum"] = 0.6
        run = searches.Search(folder).run_of(number)
        run.mkdir()
        (run / CONFIG).write_text(config.trial(values).to_json())
        state = "failed" if failed else "pruned" if number % 5 == 0 else "finished"
        said = {"template": "the disk is full: {reason}", "details": {"reason": "x"}} if failed else {}
        news.say(
            trial=number, run=run.name, values=values, state=state, epochs=0 if failed else 3,
            accuracy=None if failed else best - abs(number - 4) / 100, spent=2.0 * number, **({"template": "", "details": {}} | said),
        )  # fmt: skip
    news.end(end, spent=2.0 * trials) if end != "killed" else None
    return searches.Search(folder)


@pytest.fixture
def started(monkeypatch):
    """Note the searches that a page starts instead of starting them."""
    made = []

    def note(config, name=""):
        made.append(config)
        return ended(name or "new", trials=1)

    monkeypatch.setattr(searches, "start", note)
    return made


def test_without_searches_the_page_says_what_to_do(open_page):
    app = open_page("search")
    assert any("No search yet" in text for text in texts(app))
    assert not widget(app, "button", "search_start").disabled


def test_start_searches_what_the_form_says(open_page, started):
    app = open_page(
        "search", network="simple_cnn", vary_learning_rate="0.001..0.1", vary_dropout="0..0.5", trials="7", minutes="2",
        epochs="3", optimizer="adamw", parallel="2", pruner="none",
    )  # fmt: skip
    widget(app, "button", "search_start").click().run()
    assert not app.exception
    (config,) = started
    assert config.space == {"learning_rate": Range(1e-3, 0.1, log=True), "network.dropout": Range(0.0, 0.5)}
    assert (config.network, config.trials, config.seconds, config.parallel, config.pruner) == ("simple_cnn", 7, 120.0, 2, "none")  # fmt: skip
    assert (config.base.optimizer, config.base.epochs) == ("adamw", 3)
    assert app.session_state["search"] == "new"


def test_what_varies_is_chosen_and_proposed_bounds_can_be_changed(open_page, started):
    app = open_page("search")
    varies = widget(app, "multiselect", "search_varies")
    assert varies.value == ["learning_rate", "optimizer"]
    varies.set_value(["learning_rate", "batch_size", "network.activation"]).run()
    widget(app, "number_input", "vary_learning_rate:most").set_value(0.5).run()
    widget(app, "multiselect", "vary_network.activation").set_value(["tanh", "relu"]).run()
    assert app.query_params["vary_activation"] == "relu,tanh"
    widget(app, "button", "search_start").click().run()
    (config,) = started
    assert config.space["learning_rate"].most == 0.5
    assert config.space["network.activation"] == Choice(("relu", "tanh"))
    size = config.base.batch_size
    assert config.space["batch_size"] == Choice((size // 2, size, size * 2))
    assert "optimizer" not in config.space


def test_nothing_varied_cannot_be_started(open_page):
    app = open_page("search")
    widget(app, "multiselect", "search_varies").set_value([]).run()
    assert widget(app, "button", "search_start").disabled
    assert any("at least one thing" in text for text in texts(app))


def test_another_network_forgets_the_options_that_it_has_not(open_page):
    app = open_page("search", network="densenet", vary_growth_rate="8..16")
    assert "network.growth_rate" in widget(app, "multiselect", "search_varies").value
    widget(app, "selectbox", "network").set_value("lenet").run()
    assert "network.growth_rate" not in widget(app, "multiselect", "search_varies").value


@pytest.mark.parametrize(
    "link",
    [
        {"vary_learning_rate": "a..b"}, {"vary_learning_rate": "1..9999"}, {"vary_optimizer": "lion"}, {"trials": "0"},
        {"vary_momentum": "0.9..0.1"}, {"vary_batch_size": "0"}, {"vary_activation": ","}, {"sampler": "x"}, {"search": "../.."},
        {"vary_size": "1..9999999"}, {"vary_size": "1..2"}, {"vary_augment": "fly"}, {"vary_batch_size": "8..16"}, {"trial": "77"},
    ],
)  # fmt: skip
def test_a_link_with_nonsense_breaks_nothing(open_page, link):
    ended()
    app = open_page("search", **link)
    assert not app.exception


@pytest.mark.parametrize(
    "link", [{"vary_optimizer": "adam"}, {"vary_optimizer": "adam", "vary_learning_rate": "0.01..0.01"}]
)
def test_one_value_is_nothing_to_search(open_page, link):
    app = open_page("search", **link)
    assert any("only one combination" in info.value for info in app.info)
    assert widget(app, "button", "search_start").disabled


@pytest.mark.parametrize(
    ("link", "told"),
    [
        ({"vary_optimizer": "adam,adamw", "trials": "9"}, True),
        ({"vary_optimizer": "adam,adamw", "trials": "4"}, False),
        ({"vary_learning_rate": "0.01..0.1", "trials": "9"}, False),
    ],
)
def test_fewer_combinations_than_trials_are_said(open_page, link, told):
    app = open_page("search", vary_schedule="constant,cosine", **link)
    assert any("only 4 combinations: some of the 9 trials" in text for text in texts(app)) == told


def test_a_grid_says_how_many_combinations_it_has(open_page):
    app = open_page("search", sampler="grid", vary_optimizer="adam,sgd", vary_schedule="constant,cosine,step")
    assert any("6 combinations" in text for text in texts(app))


def test_an_ended_search_shows_its_trials_its_best_and_its_pictures(open_page):
    ended()
    app = open_page("search")
    assert app.metric[0].value == "90.00 %"
    assert not app.warning
    table = app.dataframe[0].value
    assert table["Trial"].iloc[0] == 12
    assert list(table["Trial"][["★" in state for state in table["State"]]]) == [4]
    assert table["Validation accuracy"].max() == 90.0  # numbers: text would be sorted 9.8, 90.2, 83.2
    assert table["Learning rate"].dtype == float
    assert math.isnan(table["Momentum"].iloc[0])
    (tries,) = components(app, "series")
    assert {series["name"] for series in tries["series"]} == {"Finished", "Pruned", "Best so far"}
    best = next(series for series in tries["series"] if series["name"] == "Best so far")
    assert best["y"] == sorted(best["y"])
    figures = [json.loads(each.proto.spec) for each in app.get("plotly_chart")]
    lines, bars = figures
    assert [axis["label"] for axis in lines["data"][0]["dimensions"]] == [
        "Learning rate",
        "Optimiser",
        "Momentum",
        "Accuracy (%)",
    ]
    assert bars["data"][0]["type"] == "bar"
    assert widget(app, "selectbox", "search_trial").value == 4


def test_trials_that_all_guess_have_no_best(open_page):
    ended(best=0.12, trials=6)
    app = open_page("search")
    assert any("better than guessing" in warning.value for warning in app.warning)
    assert not any("★" in state for state in app.dataframe[0].value["State"])


def test_the_best_trial_is_opened_elsewhere(open_page, monkeypatch):
    search = ended()
    app = open_page("search")
    widget(app, "button", "search_open_results").click().run()
    assert app.session_state["run"] == f"{search.name}-004"


def test_training_the_best_longer_starts_a_run_that_asks_the_test_pictures(open_page, monkeypatch):
    from cnnviz.train import runs
    from cnnviz.train.run import Run

    search = ended()
    made = []

    def note(config, *, run_dir=None, about=None):
        made.append((config, about))
        return Run(search.run_of(4))

    monkeypatch.setattr(runs, "start", note)
    app = open_page("search")
    widget(app, "number_input", "search_longer").set_value(20).run()
    widget(app, "button", "search_longer_start").click().run()
    ((config, about),) = made
    assert (config.test, config.epochs, config.learning_rate) == (True, 20, 0.1 / 4)
    assert search.name in about["name"]


def test_a_deleted_search_can_be_taken_back(open_page):
    search = ended()
    app = open_page("search")
    widget(app, "button", "search_delete").click().run()
    assert searches.list_searches() == []
    assert any("No search yet" in text for text in texts(app))
    widget(app, "button", "search_undo").click().run()
    assert searches.list_searches() == [search]


def test_a_killed_search_says_so_and_can_be_resumed(open_page, monkeypatch):
    resumed = []
    monkeypatch.setattr(searches, "resume", lambda search, **changes: resumed.append((search.name, changes)))
    ended(end="killed", trials=3)
    config = json.loads((searches.root() / "past" / "search.json").read_text()) | {"trials": 5}
    (searches.root() / "past" / "search.json").write_text(json.dumps(config))
    app = open_page("search")
    assert any("killed" in error.value for error in app.error)
    widget(app, "button", "search_resume").click().run()
    assert resumed == [("past", {})]


def test_when_all_trials_failed_the_first_ones_reason_is_said(open_page):
    ended(failed=True, trials=3)
    app = open_page("search")
    assert any("All trials failed" in error.value and "disk is full" in error.value for error in app.error)


def test_a_damaged_search_is_a_sentence_and_can_be_deleted(open_page):
    (searches.root() / "broken").mkdir(parents=True)
    app = open_page("search")
    assert any("damaged" in error.value for error in app.error)
    widget(app, "button", "search_delete").click().run()
    assert searches.list_searches() == []
    assert not app.error


def test_the_page_speaks_chinese(open_page):
    ended()
    app = open_page("search", lang="zh-CN")
    assert not app.exception


def test_going_to_another_page_and_back_keeps_what_varies(open_page):
    app = open_page("search", vary_momentum="0.1..0.5")
    go(app, "home")
    go(app, "search")
    assert widget(app, "multiselect", "search_varies").value == ["momentum"]


def test_a_network_of_other_classes_is_explained_and_mended_by_one_press(open_page, app, tmp_path):
    for name in ("cat", "dog"):
        (tmp_path / "pets" / name).mkdir(parents=True)
    open_page("search", dataset="folder", folder=str(tmp_path / "pets"))
    assert "LeNet tells 10 classes apart, but pets has 2" in app.error[0].value
    assert widget(app, "button", "search_start").disabled
    widget(app, "button", "fit_classes").click().run()
    assert app.query_params["classes"] == "2"
    assert not any("classes apart" in error.value for error in app.error)
