"""The Runs page with none, one, thirty and damaged runs: listed, filtered, opened, compared, deleted, taken back."""

import os

import pytest

from cnnviz.store import upkeep
from cnnviz.train import locks, runs
from cnnviz.train.events import Changed, to_line
from tests import shelf
from tests.pages.conftest import components, go, texts


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "runs"
    folder.mkdir()
    return folder


def table(app):
    """Return the list as rows of name -> value."""
    frame = app.dataframe[0].value
    return frame.to_dict("records")


def markdown(app):
    return "\n".join(each.value for each in app.markdown)


def plain_table(app, position):
    """Return a table of the comparison as rows."""
    return app.table[position].value.to_dict("records")


def test_without_runs_it_says_what_to_do(open_page):
    app = open_page("runs")
    assert "no runs yet" in app.info[0].value
    assert not app.error


def test_one_run_is_listed_and_opened_by_its_link(open_page, root):
    run = shelf.made(root, "only", about={"name": "My first", "tags": ["good"], "note": "a note"})
    app = open_page("runs", runs="only")
    row = table(app)[0]
    assert (row["Run"], row["Network"], row["Seed"], row["Folder"]) == ("My first", "LeNet", 0, "only")
    assert row["Test accuracy"] == pytest.approx(91.4)
    facts = {metric.label: metric.value for metric in app.metric}
    assert facts["Test accuracy"] == "91.40 %"
    assert facts["Best validation"] == f"{100 * run.end().val_accuracy:.2f} %"
    assert app.text_area(key="runs_noted:only").value == "a note"
    curves = components(app, "curves")[0]
    assert {each["plot"] for each in curves["curves"]} == {"loss", "accuracy"}
    assert "only" in markdown(app) or any("only" in each.value for each in app.caption)
    assert not app.error


def test_thirty_runs_are_filtered_by_text_state_network_data_and_tag(open_page, root):
    for number in range(30):
        how = {"end": ("finished", "stopped", "failed")[number % 3]}
        tags = ["even"] if number % 2 == 0 else []
        shelf.made(
            root, f"run-{number:02d}", shelf.config(seed=number), age=number, about={"tags": tags}, **how
        )
    app = open_page("runs")
    assert [row["Folder"] for row in table(app)] == [f"run-{number:02d}" for number in range(30)]
    app.selectbox(key="widget:runs_state").set_value("stopped").run()
    assert len(table(app)) == 10
    app.selectbox(key="widget:runs_tag").set_value("even").run()
    assert [row["Folder"] for row in table(app)] == ["run-04", "run-10", "run-16", "run-22", "run-28"]
    app.text_input(key="widget:runs_text").set_value("lenet RUN-1").run()
    assert [row["Folder"] for row in table(app)] == ["run-10", "run-16"]
    assert app.query_params["find"] == "lenet RUN-1"
    app.text_input(key="widget:runs_text").set_value("nowhere").run()
    assert "No run fits" in app.info[0].value
    app.button(key="runs_all").click().run()
    assert len(table(app)) == 30


def test_a_filter_in_the_link_that_fits_nothing_is_shown_not_refused(open_page, root):
    shelf.made(root, "a")
    app = open_page("runs", tag="gone", network="AlexNet")
    assert app.selectbox(key="widget:runs_tag").value == "gone"
    assert "No run fits" in app.info[0].value


def test_damaged_runs_are_listed_and_opened(open_page, root):
    (root / "empty").mkdir()
    broken = shelf.made(root, "broken")
    (broken.path / "config.json").write_text("{")
    (broken.path / "card.json").write_text("[")
    (broken.path / "about.json").write_text("{")
    half = shelf.made(root, "half", end="none")
    (half.path / "events.jsonl").write_bytes((half.path / "events.jsonl").read_bytes()[:-30] + b"\xff\xff")
    for names in ("empty", "broken", "half", "empty,broken", "empty,broken,half"):
        app = open_page("runs", runs=names)
        assert not app.exception
        app.session_state["runs_chosen"] = tuple(names.split(","))
        app.run()
        assert not app.exception
    assert {row["Folder"]: row["State"] for row in table(app)} == {
        "empty": "failed",
        "broken": "finished",
        "half": "failed",
    }


MARKUP = "<b>x</b> **bold** $a$ :red[r] `c` [l](http://e) | :material/home: \\ #"


def test_words_that_look_like_markup_are_shown_as_words(open_page, root):
    for name in ("a", "b"):
        shelf.made(
            root,
            name,
            shelf.config(seed=ord(name)),
            about={"name": MARKUP, "note": MARKUP, "tags": ["a:b + c"]},
        )
    app = open_page("runs", runs="a")
    assert table(app)[0]["Run"] == MARKUP
    assert app.text_input(key="runs_called:a").value == MARKUP
    head = next(each.value for each in app.markdown if each.value.startswith("### "))
    assert head.startswith(
        r"### \<b\>x\</b\> \*\*bold\*\* \$a\$ \:red\[r\] \`c\` \[l\]\(http\://e\) \| \:material/home\: \\ \#"
    )
    app.session_state["runs_chosen"] = ("a", "b")
    app.run()
    assert plain_table(app, 0)[0]["Run"].startswith("**1**\xa0\\<b\\>x")
    assert not app.exception


def test_a_run_is_renamed_tagged_and_noted(open_page, root):
    run = shelf.made(root, "a", about={"tags": ["old"]})
    shelf.made(root, "b", about={"tags": ["other"]})
    app = open_page("runs", runs="a")
    app.text_input(key="runs_called:a").set_value("Anna's 网络").run()
    app.multiselect(key="runs_tagged:a").set_value(["other"]).run()
    app.text_area(key="runs_noted:a").set_value("two\nlines").run()
    said = upkeep.about(run)
    assert (said.name, said.tags, said.note) == ("Anna's 网络", ("other",), "two\nlines")
    assert "Anna's 网络" in {row["Run"] for row in table(app)}


def test_what_is_refused_is_said_and_does_not_stand_in_the_way_of_what_follows(open_page, root):
    run = shelf.made(root, "a", about={"tags": ["old"]})
    app = open_page("runs", runs="a")
    tags = app.multiselect(key="runs_tagged:a")
    tags.set_value(["old", "no <tag>"]).run()
    assert "is no tag" in app.error[0].value
    assert app.multiselect(key="runs_tagged:a").value == ["old"]
    app.multiselect(key="runs_tagged:a").set_value(["old", "one, two，三"]).run()
    assert not app.error
    assert upkeep.about(run).tags == ("old", "one", "two", "三")
    app.text_input(key="runs_called:a").set_value("bell\a").run()
    assert "name must be" in app.error[0].value
    assert upkeep.about(run).name == ""


def test_a_deleted_run_is_gone_and_undo_brings_it_back(open_page, root):
    for name in ("a", "b"):
        shelf.made(root, name, age=ord(name), about={"name": f"Anna's {name}"})
    app = open_page("runs", runs="a")
    app.button(key="runs_delete").click().run()
    assert [run.name for run in runs.list_runs()] == ["b"]
    assert [row["Folder"] for row in table(app)] == ["b"]
    assert any("**Anna\\'s a** was deleted" in each.value for each in app.markdown)
    app.run()  # whatever else happens, the way back stays
    app.button(key="runs_undo_press").click().run()
    assert {run.name for run in runs.list_runs()} == {"a", "b"}
    assert app.session_state["runs_chosen"] == ("a",)
    assert not [button for button in app.button if button.key == "runs_undo_press"]


def test_several_are_deleted_at_once_and_come_back_from_the_trash(open_page, root):
    for name in ("a", "b", "c"):
        shelf.made(root, name)
    app = open_page("runs", runs="a,c")
    app.button(key="runs_delete_all").click().run()
    assert [run.name for run in runs.list_runs()] == ["b"]
    app.button(key="runs_undo_close").click().run()
    assert len(upkeep.trash()) == 2
    app.button(key="runs_back_c").click().run()
    assert {run.name for run in runs.list_runs()} == {"b", "c"}
    app.button(key="runs_empty_press").click().run()
    assert upkeep.trash() == []


def test_a_living_run_cannot_be_deleted_and_says_that_it_lives(open_page, root):
    run = shelf.made(root, "a", end="none")
    lock = locks.take(run.path / runs.LOCK)
    try:
        app = open_page("runs", runs="a")
        assert app.button(key="runs_delete").disabled
        assert table(app)[0]["State"] == "running"
    finally:
        os.close(lock)


def test_a_comparison_shows_what_differs_what_is_the_same_and_the_best(open_page, root):
    shelf.made(root, "a", shelf.config(seed=1, learning_rate=0.1), epochs=2)
    shelf.made(root, "b", shelf.config(seed=1, learning_rate=0.01))
    shelf.made(root, "c", shelf.config(seed=2, learning_rate=0.01))
    app = open_page("runs", runs="c,a,b")
    differing = plain_table(app, 0)
    titles = [row["Run"].split(",")[0] for row in differing]
    assert titles == ["**1**\xa0LeNet", "**2**\xa0LeNet", "**3**\xa0LeNet"]
    assert [row["`learning_rate`"] for row in differing] == ["0.01", "0.1", "0.01"]
    assert ["same seed" in row["`seed`"] for row in differing] == [False, True, True]
    assert set(differing[0]) == {"Run", "`learning_rate`", "`seed`"}
    reached = plain_table(app, 1)
    best = max(range(3), key=lambda at: runs.find("cab"[at]).end().val_accuracy)
    assert ["★" in row["Best validation"] for row in reached] == [at == best for at in range(3)]
    assert ["★" in row["Time"] for row in reached] == [False, True, False]
    assert not any("★" in row["Parameters"] for row in reached)  # all the same
    assert any("`batch\\_size`" in each.value or "`batch_size` 32" in each.value for each in app.markdown)
    curves = components(app, "curves")[0]
    assert len({each["name"] for each in curves["curves"]}) == 3
    assert len(app.get("plotly_chart")) == 1


def test_a_run_that_fell_at_once_is_not_the_fastest(open_page, root):
    shelf.made(root, "a", shelf.config(seed=1))
    shelf.made(root, "b", shelf.config(seed=2), epochs=2)
    shelf.made(root, "c", shelf.config(seed=3), epochs=1, end="failed")
    reached = plain_table(open_page("runs", runs="a,b,c"), 1)
    assert ["★" in row["Time"] for row in reached] == [False, True, False]
    assert sum("★" in row["Best validation"] for row in reached) == 1


def test_answers_to_other_pictures_are_neither_better_nor_worse(open_page, root):
    shelf.made(root, "a", shelf.config(seed=1))
    shelf.made(root, "b", shelf.config(seed=2, dataset="fashion_mnist"), epochs=1)
    app = open_page("runs", runs="a,b")
    reached = plain_table(app, 1)
    assert not any("★" in row[name] for row in reached for name in ("Best validation", "Validation loss"))
    assert sum("★" in row["Time"] for row in reached) == 1
    assert any("different data sets" in each.value for each in app.caption)


@pytest.mark.parametrize(
    ("other", "said"),
    [({"learning_rate": 0.1}, "same first weights"), ({"initialisation": "xavier"}, "the same seed, 0.")],
)
def test_one_seed_is_one_beginning_only_where_nothing_else_of_it_differs(open_page, root, other, said):
    shelf.made(root, "a", shelf.config(seed=0))
    shelf.made(root, "b", shelf.config(seed=0, **other))
    app = open_page("runs", runs="a,b")
    assert [each.value for each in app.caption if "same seed" in each.value and said in each.value]


def test_a_rate_that_was_changed_by_hand_is_a_difference(open_page, root):
    shelf.made(root, "a")
    with (shelf.made(root, "b").path / "events.jsonl").open("a") as file:
        file.write(to_line(Changed(12, "learning_rate", 0.01, 1.2)))
    differing = plain_table(open_page("runs", runs="a,b"), 0)
    assert [row["`learning_rate`"] for row in differing] == ["0.001", "0.001; 0.01 after step 12"]


def test_a_run_says_what_was_changed_by_hand(open_page, root):
    with (shelf.made(root, "b").path / "events.jsonl").open("a") as file:
        file.write(to_line(Changed(12, "learning_rate", 0.01, 1.2)))
    app = open_page("runs", runs="b")
    assert "Changed by hand: learning rate 0.01 after step 12." in [each.value for each in app.caption]


def test_the_comparison_stands_in_the_link(open_page, root):
    for name in ("a", "b"):
        shelf.made(root, name)
    app = open_page("runs", runs="b,a")
    assert app.query_params["runs"] == "b,a"
    app.button(key="runs_none").click().run()
    assert "runs" not in app.query_params
    assert not app.table


@pytest.mark.parametrize("link", ["../etc", "a,a", "a/b", ",", "x" * 200, "a b"])
def test_a_link_with_no_run_in_it_is_refused(open_page, root, link):
    shelf.made(root, "a")
    app = open_page("runs", runs=link)
    assert app.warning
    assert not app.table


def test_runs_of_a_link_that_are_gone_are_named(open_page, root):
    shelf.made(root, "a")
    app = open_page("runs", runs="a,gone")
    assert "gone" in app.warning[0].value
    assert app.session_state["runs_chosen"] == ("a",)


def test_the_run_of_the_train_page_is_open_at_first(open_page, root, app):
    for name in ("a", "b"):
        shelf.made(root, name, age=ord(name))
    open_page("train", run="b")
    go(app, "runs")
    assert app.session_state["runs_chosen"] == ("b",)


@pytest.mark.parametrize("names", ["a", "a,b"])
def test_the_page_speaks_chinese(open_page, root, names):
    shelf.made(root, "a")
    shelf.made(root, "b", shelf.config(seed=3))
    found = texts(open_page("runs", runs=names, lang="zh"))
    assert any("训练" in text for text in found)
