"""Real processes that want places, some of them killed: never more than there are, in order, nothing leaked."""

import os
import random
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest

from cnnviz.errors import RunError
from cnnviz.train import queue

# Draws a ticket, says so, holds its place for a while and writes what happened, each in one write to one file. With
# a place it also sits down on one of as many seats as there are places (flock, dropped at its death): a proof that
# does not ask the queue.
USER = """
import fcntl, os, sys, time
from pathlib import Path
from cnnviz.train import queue
root, log, name, seconds, *devices = sys.argv[1:]
out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
say = lambda word: os.write(out, f"{name} {os.getpid()} {word}\\n".encode())
drawn = queue.Ticket.draw
def draw(ticket, should_stop):
    done = drawn(ticket, should_stop)
    say("drew")
    return done
queue.Ticket.draw = draw
with queue.place(Path(root), devices, name) as ticket:
    assert ticket.held
    say("in")
    for number in range(queue.places(devices[0])):
        seat = os.open(f"{log}-{devices[0]}-{number}", os.O_RDWR | os.O_CREAT)
        try:
            fcntl.flock(seat, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            os.close(seat)
    else:
        say("crowded")
    time.sleep(float(seconds))
    say("out")
    os.close(seat)
"""


@pytest.fixture
def root(tmp_path):
    return tmp_path / "runs"


@pytest.fixture
def begin(root, tmp_path):
    """Start processes that want a place; none survives its test."""
    made = []

    def start(name, *devices, seconds=60.0):
        arguments = [
            sys.executable,
            "-c",
            USER,
            str(root),
            str(tmp_path / "log"),
            name,
            str(seconds),
            *devices,
        ]
        made.append(subprocess.Popen(arguments))
        return made[-1]

    yield start
    for process in made:
        process.kill()
        process.wait()


def said(tmp_path):
    try:
        return [line.split() for line in (tmp_path / "log").read_text().splitlines()]
    except OSError:
        return []


def names(tmp_path, word):
    return [name for name, _, what in said(tmp_path) if what == word]


def test_a_free_device_is_had_at_once_and_given_back(root):
    with queue.place(root, ["cuda:0"], "ada") as ticket:
        assert ticket.held
        assert queue.users(root) == {"cuda:0": ("ada",)}
    assert queue.users(root) == {}
    assert not any(path.name.isdecimal() for path in root.rglob("*"))


def test_who_waits_is_told_for_what_and_behind_how_many_and_can_give_up(root, begin, wait_for):
    begin("one", "cuda:0")
    wait_for(lambda: queue.users(root) == {"cuda:0": ("one",)})
    begin("two", "cuda:0")
    wait_for(lambda: queue.users(root) == {"cuda:0": ("one", "two")})
    told, patience = [], iter([False, False, True])
    with queue.place(
        root, ["cuda:0"], "me", waiting=lambda *what: told.append(what), should_stop=lambda: next(patience)
    ) as ticket:
        assert not ticket.held
    assert told == [("cuda:0", 2)]
    assert queue.users(root) == {"cuda:0": ("one", "two")}


def test_the_place_of_a_killed_process_goes_to_the_next(root, begin, wait_for, tmp_path):
    first = begin("one", "cuda:0")
    wait_for(lambda: names(tmp_path, "in") == ["one"])
    second = begin("two", "cuda:0")
    wait_for(lambda: names(tmp_path, "drew") == ["one", "two"])
    begin("three", "cuda:0")
    wait_for(lambda: names(tmp_path, "drew") == ["one", "two", "three"])
    second.kill()  # while it waits
    first.kill()  # while it computes
    wait_for(lambda: names(tmp_path, "in") == ["one", "three"])
    assert queue.users(root) == {"cuda:0": ("three",)}


def test_who_needs_two_devices_waits_for_both_and_is_not_passed_by(root, begin, wait_for, tmp_path):
    begin("left", "cuda:0", seconds=5)  # long enough for three processes to begin on a busy machine
    wait_for(lambda: names(tmp_path, "in") == ["left"])
    begin("both", "cuda:0", "cuda:1", seconds=0.1)
    wait_for(lambda: "both" in names(tmp_path, "drew"))
    begin("right", "cuda:1", seconds=0.1)
    wait_for(lambda: "right" in names(tmp_path, "drew"))
    begin("elsewhere", "cuda:2", seconds=0.1)
    wait_for(lambda: len(names(tmp_path, "out")) == 4)
    assert names(tmp_path, "in") == ["left", "elsewhere", "both", "right"]


def test_more_processes_than_the_cpu_has_places_may_still_begin(root, monkeypatch):
    monkeypatch.setenv("CNNVIZ_CPU_PLACES", "1")
    with queue.place(root, ["cpu", "cpu"], "both") as ticket:
        assert ticket.held
    assert queue.places("cpu") == 1
    monkeypatch.delenv("CNNVIZ_CPU_PLACES")
    assert queue.places("cpu") == max(1, queue.cores() // 2)


def test_many_with_random_kills_are_never_more_than_the_places_and_come_in_order(
    root, begin, tmp_path, monkeypatch, wait_for
):
    places, count = 2, 16
    monkeypatch.setenv("CNNVIZ_CPU_PLACES", str(places))
    chance = random.Random(7)
    processes = [begin(f"p{number}", "cpu", seconds=0.15) for number in range(count)]
    killed = set()
    until = time.monotonic() + 60
    while any(process.poll() is None for process in processes):
        assert time.monotonic() < until
        time.sleep(chance.random() * 0.12)
        living = [process for process in processes if process.poll() is None]
        if living and len(killed) < count // 3:
            victim = chance.choice(living)
            victim.send_signal(signal.SIGKILL)
            victim.wait()
            killed.add(victim.pid)
    events = said(tmp_path)
    drew = [pid for _, pid, word in events if word == "drew"]
    entered = [pid for _, pid, word in events if word == "in"]
    survivors = {str(process.pid) for process in processes} - {str(pid) for pid in killed}
    assert survivors <= set(entered)
    order = [drew.index(pid) for pid in entered]
    assert not names(tmp_path, "crowded")
    # Two that get places at the same moment may say so the other way round, and nothing more.
    assert all(after > before - 2 * places for before, after in pairwise(order))
    with queue.place(root, ["cpu"], "last") as ticket:
        assert ticket.held
        assert queue.users(root) == {"cpu": ("last",)}
    assert [path.name for path in root.rglob("*") if path.is_file()] == [queue.DOOR]


def test_a_forked_child_does_not_keep_its_parents_place(root, wait_for):
    ticket = queue.place(root, ["cuda:0"], "parent")
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(write)
        os.read(read, 1)
        os._exit(0)
    os.close(read)
    path = next(path for path in Path(root).rglob("*") if path.name.isdecimal())
    queue._open.discard(ticket._fd)
    os.close(ticket._fd)  # as a death of the parent would
    ticket._fd = -1
    wait_for(lambda: queue.users(root) == {})
    assert path.exists()  # the next one who draws a ticket removes it
    os.close(write)
    os.waitpid(child, 0)
    with queue.place(root, ["cuda:0"], "next") as after:
        assert after.held
    assert not path.exists()


def test_a_damaged_ticket_and_a_folder_that_cannot_be_made(root, tmp_path):
    with queue.place(root, ["cuda:0"], "ada"):
        folder = queue._folder(root)
        (folder / "00000000").write_text("rubbish")
        assert queue.users(root) == {"cuda:0": ("ada",)}
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="cannot be written"):
        queue.place(tmp_path / "file", ["cpu"], "ada")
