"""The report: one file that needs nothing, says what the folder says, and runs nothing that somebody typed."""

import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest

from cnnviz.explain import epochs as looks
from cnnviz.language import LANGUAGES
from cnnviz.store import report, upkeep
from cnnviz.train.events import Changed, to_line
from tests import shelf

EVIL = '<script>alert("x")</script><img src=x onerror=alert(1)> & "quotes" \'too\''
VOID = {"meta", "img", "br", "link", "input", "circle", "line", "polyline", "path"}


class Page(HTMLParser):
    """Every tag with its attributes, what is not closed, and the text."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.text = [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture
def run(runs_folder):
    made = shelf.made(
        runs_folder, "a", about={"name": EVIL[:80], "note": EVIL + "\nsecond line", "tags": ["for class"]}
    )
    shelf.looked_into(made)
    (made.path / "card.json").write_text(
        json.dumps({"cnnviz": "0.1.0", "data": {"fingerprint": "f00d", "of": EVIL}})
    )
    return made


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_needs_nothing_from_elsewhere_and_runs_nothing(run, language):
    text = report.html(run, language)
    page = Page(text)
    assert page.open == []
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "iframe", "link", "object", "form", "base"}
    for tag, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on") or name in {"href", "action"}]
        if "src" in attributes:
            assert tag == "img"
            assert attributes["src"].startswith("data:image/png;base64,")
    assert "url(" not in text
    assert "@import" not in text
    policy = next(given["content"] for tag, given in page.tags if given.get("http-equiv"))
    assert policy.startswith("default-src 'none'")
    assert len(text) < 300_000


def test_what_people_typed_is_shown_as_they_typed_it(run):
    text = "".join(Page(report.html(run)).text)
    assert text.count(EVIL[:80]) == 2 + 2  # title, headline, note, card
    assert "second line" in text
    assert "for class" in text


def test_every_number_has_its_unit_and_is_the_run_s(run):
    page = " ".join("".join(Page(report.html(run)).text).split())
    end = run.end()
    assert f"{100 * end.test_accuracy:.2f} %" in page
    assert f"{100 * end.val_accuracy:.2f} %" in page
    assert f"{end.seconds:.1f} s" in page
    assert "61,706" in page
    assert "950pictures a second" in page.replace(" pictures", "pictures")
    assert "data.fingerprint" in page
    assert "f00d" in page


def test_the_matrix_counts_the_test_pictures(run):
    text = report.html(run)
    found = [int(number or 0) for number in re.findall(r"--heat\),[\d.]+\)\">(\d*)</td>", text)]
    answers = looks.tested(run.path, shelf.DIGITS)
    assert found == answers.confusion().ravel().tolist()
    recall = 100 * answers.per_class()[3].recall
    assert f"{recall:.1f} %" in text


def test_without_test_answers_it_shows_the_validation_of_the_best_epoch(run):
    (run.path / "test.npz").unlink()
    text = report.html(run)
    assert "validation pictures, after epoch 3" in text
    counts = (
        looks.read(looks.files(run.path)[3])
        .answers(looks.validation(run.path).labels, shelf.DIGITS)
        .confusion()
    )
    found = [int(number or 0) for number in re.findall(r"--heat\),[\d.]+\)\">(\d*)</td>", text)]
    assert found == counts.ravel().tolist()


def test_the_config_in_it_is_the_run_s(run):
    text = "".join(Page(report.html(run)).text)
    start = text.index('{\n "cnnviz_config"')
    assert json.JSONDecoder().raw_decode(text[start:])[0] == json.loads(run.config().to_json())


def test_the_same_numbers_are_promised_only_where_nothing_was_changed_by_hand(run, runs_folder):
    assert "bit for bit" in report.html(run)
    assert "bit for bit" not in report.html(shelf.made(runs_folder, "fast", shelf.config(mode="fast")))
    gpu = shelf.made(runs_folder, "gpu")
    events = gpu.path / "events.jsonl"
    events.write_text(events.read_text().replace('"device": "cpu"', '"device": "cuda:0"'))
    assert "bit for bit" not in report.html(gpu)
    with (run.path / "events.jsonl").open("a") as file:
        file.write(to_line(Changed(12, "learning_rate", 0.01, 1.2)))
    text = report.html(run)
    assert "bit for bit" not in text
    assert text.count("learning rate 0.01 after step 12") == 2  # beside the config, and at "How to repeat it"


def test_colour_kernels_are_pictures_and_many_classes_need_no_matrix(runs_folder):
    run = shelf.made(runs_folder, "b")
    shelf.looked_into(run, classes=10)
    np.savez(
        run.path / "epochs" / "0003.npz",
        kernels=np.ones((70, 3, 3, 3), np.float16), confusion=np.eye(10, dtype=np.int32),
        predicted=np.zeros(100, np.uint16), confidence=np.ones(100, np.float16),
    )  # fmt: skip
    page = Page(report.html(run))
    assert len([tag for tag, _ in page.tags if tag == "img"]) == 64


@pytest.mark.parametrize("what", ["empty", "config", "events", "npz", "nan"])
def test_a_damaged_run_is_reported_as_far_as_it_goes(runs_folder, what):
    run = shelf.made(runs_folder, "a")
    shelf.looked_into(run)
    if what == "empty":
        for name in ("config.json", "events.jsonl", "test.npz"):
            (run.path / name).unlink()
    elif what == "config":
        (run.path / "config.json").write_text("{")
    elif what == "events":
        (run.path / "events.jsonl").write_bytes(b"\xff\x00{}\n[]\n")
    elif what == "npz":
        for path in [*run.path.rglob("*.npz")]:
            path.write_bytes(b"PK no archive")
        (run.path / "card.json").write_text("[1]")
    else:
        text = (run.path / "events.jsonl").read_text().replace('"losses": [', '"losses": ["nan", "inf", ')
        (run.path / "events.jsonl").write_text(text)
    assert Page(report.html(run)).open == []


def test_a_run_that_failed_says_why_in_the_reader_s_language(runs_folder):
    run = shelf.made(runs_folder, "a", end="failed")
    assert "the disk is full: &lt;b&gt;no space&lt;/b&gt;" in report.html(run)
    assert "&lt;b&gt;no space&lt;/b&gt;" in report.html(run, "zh")


def test_a_reason_that_a_damaged_file_garbled_is_shown_as_it_is(runs_folder):
    run = shelf.made(runs_folder, "garbled", end="failed")
    events = run.path / "events.jsonl"
    events.write_text(events.read_text().replace("the disk is full: {reason}", "{nobody.knows} full: {"))
    assert "{nobody.knows} full: {" in report.html(run, "zh")


def test_a_run_that_only_exists_has_a_report(runs_folder):
    (runs_folder / "empty").mkdir(parents=True)
    assert Page(report.html(upkeep.find("empty"))).open == []
