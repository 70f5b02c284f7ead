"""Runs are named, tagged, noted, thrown away and taken back; lists of hundreds are cheap and true."""

import json
import os

import pytest

from cnnviz.errors import RunError
from cnnviz.store import overview, upkeep
from cnnviz.train import about, locks, runs
from cnnviz.train.events import Changed, Resumed, to_line
from cnnviz.train.runs import Run
from tests import shelf


@pytest.fixture
def run(runs_folder):
    return shelf.made(runs_folder, "first")


def test_what_people_say_is_kept_and_read_again(run):
    assert upkeep.about(run) == upkeep.About()
    upkeep.rename(run, "  Léa's <b>best</b> 网络 ")
    upkeep.tag(run, "good", "for class", "好")
    upkeep.tag(run, "good")
    upkeep.untag(run, "for class", "never there")
    upkeep.note(run, "line one\r\nline two\n<script>")
    said = upkeep.about(run)
    assert said.name == "Léa's <b>best</b> 网络"
    assert said.tags == ("good", "好")
    assert said.note == "line one\nline two\n<script>"
    upkeep.rename(run, "")
    assert upkeep.about(run).name == ""


@pytest.mark.parametrize("text", ["实验　一", "👩\u200d🔬 and 🏳️\u200d🌈", "می\u200cخواهم"])
def test_wide_spaces_and_joined_signs_are_text(run, text):
    upkeep.rename(run, text)
    upkeep.note(run, text)
    assert (upkeep.about(run).name, upkeep.about(run).note) == (text, text)


def test_what_others_wrote_into_the_file_is_kept(run):
    (run.path / about.ABOUT).write_text(json.dumps({"search": "first search", "trial": 7, "tags": []}))
    upkeep.tag(run, "good")
    found = json.loads((run.path / about.ABOUT).read_text())
    assert found == {"trial": 7, "name": "", "tags": ["good"], "note": "", "search": "first search"}


@pytest.mark.parametrize("name", ["x" * 81, "two\nlines", "bell\a", "left-to-right\u202e", None, 7])
def test_a_name_that_cannot_be_is_refused(run, name):
    with pytest.raises(RunError, match="name must be"):
        upkeep.rename(run, name)


@pytest.mark.parametrize("tag", ["", "a,b", "a/b", "<b>", "x" * 31, "\n", "-first"])
def test_a_tag_that_cannot_be_is_refused(run, tag):
    with pytest.raises(RunError, match="is no tag"):
        upkeep.tag(run, tag)


def test_tags_and_notes_are_bounded(run):
    with pytest.raises(RunError, match="at most 12 tags"):
        upkeep.tag(run, *map(str, range(13)))
    with pytest.raises(RunError, match="at most 4000"):
        upkeep.note(run, "x" * 4001)
    with pytest.raises(RunError, match="text"):
        upkeep.note(run, "null \0 byte")
    assert upkeep.about(run) == upkeep.About()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '"x"', '{"tags": 7, "name": ["x"], "note": null}', "[" * 9000]
)
def test_a_damaged_file_says_nothing_and_can_be_written_over(run, text):
    (run.path / about.ABOUT).write_text(text)
    assert upkeep.about(run).name == ""
    upkeep.rename(run, "anew")
    assert upkeep.about(run).name == "anew"


def test_one_wrong_value_does_not_hide_the_others(run):
    (run.path / about.ABOUT).write_text(
        json.dumps({"name": "good", "tags": ["<"], "note": "kept", "search": "s"})
    )
    assert upkeep.about(run) == upkeep.About("good", (), "kept", "s")


def test_a_torn_write_leaves_the_old_file(run, monkeypatch):
    upkeep.rename(run, "before")
    monkeypatch.setattr(
        os, "fsync", lambda _fd: (_ for _ in ()).throw(OSError(28, "No space left on device"))
    )
    with pytest.raises(RunError, match="No space left"):
        upkeep.rename(run, "after")
    assert upkeep.about(run).name == "before"
    assert [path.name for path in run.path.iterdir() if path.name.startswith(".")] == []


def test_a_deleted_run_is_in_the_trash_and_comes_back_as_it_was(run, runs_folder):
    before = {path.name: path.read_bytes() for path in run.path.iterdir()}
    entry = upkeep.delete(run)
    assert runs.list_runs() == []
    assert [each.name for each in upkeep.trash()] == ["first"]
    assert entry.size >= sum(map(len, before.values()))
    assert entry.run.config() == shelf.config()
    back = upkeep.undo()
    assert back == run
    after = {path.name: path.read_bytes() for path in run.path.iterdir()}
    after.pop("lock")
    assert after == before
    assert upkeep.trash() == []
    with pytest.raises(RunError, match="no such run"):
        upkeep.undo()


def test_undo_takes_back_the_last_or_the_one_that_is_named(runs_folder):
    made = [shelf.made(runs_folder, name) for name in ("a", "b", "c")]
    for run in made:
        upkeep.delete(run)
    assert [entry.name for entry in upkeep.trash()] == ["c", "b", "a"]
    assert upkeep.undo().name == "c"
    assert upkeep.undo("a").name == "a"
    assert [entry.name for entry in upkeep.trash()] == ["b"]


def test_a_name_that_was_used_again_is_not_overwritten(runs_folder):
    upkeep.delete(shelf.made(runs_folder, "a", shelf.config(seed=1)))
    upkeep.delete(shelf.made(runs_folder, "a", shelf.config(seed=2)))
    shelf.made(runs_folder, "a", shelf.config(seed=3))
    with pytest.raises(RunError, match="already a run a"):
        upkeep.undo("a")
    assert runs.find("a").config().seed == 3
    assert sorted(entry.run.config().seed for entry in upkeep.trash()) == [1, 2]
    upkeep.delete(runs.find("a"))
    assert upkeep.undo("a").config().seed == 3


def test_a_living_run_is_not_deleted(run):
    lock = locks.take(run.path / runs.LOCK)
    try:
        with pytest.raises(RunError, match="still going"):
            upkeep.delete(run)
    finally:
        os.close(lock)
    assert run.path.is_dir()
    upkeep.delete(run)
    assert not run.path.exists()


@pytest.mark.parametrize("name", ["_trash", "../first", "first/..", ".", ""])
def test_only_a_run_can_be_deleted(run, runs_folder, name):
    (runs_folder / "_trash").mkdir()
    with pytest.raises(RunError):
        upkeep.delete(Run(runs_folder / name))
    assert run.path.is_dir()


def test_a_run_outside_the_folder_of_runs_is_left_alone(tmp_path):
    outside = shelf.made(tmp_path / "elsewhere", "mine")
    with pytest.raises(RunError, match="delete it by hand"):
        upkeep.delete(outside)
    assert outside.path.is_dir()


def test_a_forged_entry_in_the_trash_cannot_move_anything_elsewhere(run, runs_folder):
    entry = upkeep.delete(run)
    (entry.run.path / upkeep.DELETED).write_text(json.dumps({"name": "../../evil", "time": "soon"}))
    assert [each.name for each in upkeep.trash()] == ["first"]
    assert upkeep.undo() == run


def test_the_trash_is_emptied_for_good_one_or_all(runs_folder):
    for name in ("a", "b", "c"):
        upkeep.delete(shelf.made(runs_folder, name))
    one = upkeep.trash()[0]
    assert upkeep.empty([one]) == one.size
    assert [entry.name for entry in upkeep.trash()] == ["b", "a"]
    keep = shelf.made(runs_folder, "keep")
    assert upkeep.empty([upkeep.Deleted(keep, "keep", 0.0, 1)]) == 0  # not in the trash: not touched
    assert keep.path.is_dir()
    assert upkeep.empty() > 0
    assert upkeep.trash() == []


def test_a_record_says_what_the_events_say(runs_folder):
    given = shelf.config(seed=4, learning_rate=0.02)
    run = shelf.made(runs_folder, "first", given, about={"name": "Mine", "tags": ["x"], "search": "s"})
    row = upkeep.record(run)
    end = run.end()
    assert (row.name, row.title, row.tags, row.search, row.seed) == ("first", "Mine", ("x",), "s", 4)
    assert (row.network, row.dataset, row.state, row.config) == ("LeNet", "digits", "finished", given)
    assert (row.val_accuracy, row.best_epoch, row.test_accuracy) == (end.val_accuracy, 3, end.test_accuracy)
    assert (row.seconds, row.parameters, row.steps, row.epochs) == (end.seconds, 61_706, 30, 3)
    assert row.created == shelf.BEGAN


def test_a_run_that_was_stopped_has_its_best_validation_so_far(runs_folder):
    row = upkeep.record(shelf.made(runs_folder, "a", end="stopped", epochs=2))
    assert row.state == "stopped"
    assert (row.best_epoch, row.test_accuracy, row.epochs_ahead) == (2, None, 3)
    assert 0.86 <= row.val_accuracy <= 0.87
    failed = upkeep.record(shelf.made(runs_folder, "b", end="failed"))
    assert failed.failure.values == {"reason": "<b>no space</b>"}


def test_what_was_changed_by_hand_and_the_epochs_that_came_to_it_are_known(runs_folder):
    run = shelf.made(runs_folder, "a", end="none", epochs=3)
    rate, more = Changed(12, "learning_rate", 0.01, 1.2), Changed(20, "epochs", 5.0, 2.0)
    with (run.path / "events.jsonl").open("a") as file:
        file.writelines(map(to_line, [rate, more]))
    row = upkeep.record(run)
    assert (row.epochs_ahead, row.changes) == (5, (rate, more))
    with (run.path / "events.jsonl").open("a") as file:
        file.writelines(map(to_line, [Resumed(shelf.BEGAN, 30, 5), Resumed(shelf.BEGAN, 30, 9)]))
    row = upkeep.record(run)
    assert row.epochs_ahead == 9
    assert [(each.name, each.value, each.step) for each in row.changes[2:]] == [("epochs", 9.0, 30)]


def test_two_nameless_runs_of_one_network_are_told_apart_by_their_time(runs_folder):
    titles = {upkeep.record(shelf.made(runs_folder, name, age=600 * ord(name))).title for name in "ab"}
    assert len(titles) == 2
    assert all(title.startswith("LeNet, ") for title in titles)


def test_damaged_runs_have_a_row_too(runs_folder):
    (runs_folder / "empty").mkdir(parents=True)
    broken = shelf.made(runs_folder, "broken")
    (broken.path / "config.json").write_text("{")
    (broken.path / "events.jsonl").write_bytes(b"\xff\xfe\n" + b'{"event": "EpochEnd"}\n' + b"{" * 99 + b"\n")
    rows = {row.name: row for row in upkeep.records()}
    assert set(rows) == {"empty", "broken"}
    assert all(
        row.config is None and row.state == "failed" and row.title == row.name for row in rows.values()
    )


def test_a_row_follows_every_file_that_it_is_made_of(runs_folder):
    run = shelf.made(runs_folder, "a", end="none")
    assert upkeep.record(run).state == "failed"  # nobody holds its lock
    lock = locks.take(run.path / runs.LOCK)
    with (run.path / "events.jsonl").open("a") as file:
        file.write(to_line(Resumed(0.0, 30, 5)))
    assert upkeep.record(run).state == "starting"
    os.close(lock)
    assert upkeep.record(run).state == "failed"  # it died without a word
    upkeep.rename(run, "Mine")
    assert upkeep.record(run).title == "Mine"
    (run.path / "config.json").write_text(shelf.config(seed=9, epochs=77).to_json())
    assert upkeep.record(run).seed == 9


def test_hundreds_of_runs_are_read_once(runs_folder, monkeypatch):
    for number in range(60):
        shelf.made(runs_folder, f"run-{number:03d}", age=number)
    reads = []
    real = overview._read
    monkeypatch.setattr(overview, "_read", lambda run: reads.append(run.name) or real(run))
    assert [row.name for row in upkeep.records()] == [f"run-{number:03d}" for number in range(60)]
    assert len(reads) == 60
    upkeep.tag(runs.find("run-007"), "lucky")
    assert upkeep.records()[7].tags == ("lucky",)
    assert reads[60:] == ["run-007"]
    upkeep.records()
    assert reads[61:] == []


def test_trials_are_told_apart_by_their_search(runs_folder):
    shelf.made(runs_folder, "a", about={"search": "one"})
    shelf.made(runs_folder, "b", about={"search": "two"})
    shelf.made(runs_folder, "c")
    assert [row.name for row in upkeep.records(search="one")] == ["a"]
    assert [row.name for row in upkeep.records(search="")] == ["c"]
    assert len(upkeep.records()) == 3
    assert upkeep.record(runs.find("a")).title == "a"
