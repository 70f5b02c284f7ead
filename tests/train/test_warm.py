"""A standby becomes a worker that a plain start would have given, only sooner; and it is nobody else's."""

import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from cnnviz.train import locks, runs, warm
from cnnviz.train.config import TrainConfig
from cnnviz.train.events import Steps, from_line
from cnnviz.train.history import EVENTS, read
from tests.train.conftest import tiny_network

SHORT = {"epochs": 2, "device": "cpu", "batch_size": 61}
LONG = SHORT | {"epochs": 10_000}

# The standby without torch: how it is met and how it ends.
BARE = """
import sys
from cnnviz.train import standby, warm, worker
warm.IDLE = float(sys.argv[4])
standby.prepare = lambda: None
worker.main = lambda arguments: print("trains", *arguments) or 3
sys.exit(standby.main(sys.argv[1:4]))
"""


@pytest.fixture(autouse=True)
def own_folder(monkeypatch):
    """Sockets of our own, their paths short enough for the system, and no standby that survives its test."""
    home = Path(tempfile.mkdtemp(prefix="standby-"))
    folder = home / "own"
    monkeypatch.setenv(warm.FOLDER, str(folder))
    yield folder
    warm.leave()
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def kept(wait_for):
    """Have a real standby, and return its process id."""

    def keep():
        def ready():
            warm.keep()  # anew where somebody has just edited our code
            return warm._waiting()

        wait_for(ready, 60)
        return pid_of_socket(warm._waiting()[0])

    return keep


@pytest.fixture
def started():
    made = []

    def start(**changes):
        made.append(runs.start(TrainConfig(tiny_network(), **(LONG | changes))))
        return made[-1]

    yield start
    for run in made:
        runs.stop(run)


@pytest.fixture
def bare(own_folder, wait_for):
    """Start a standby without torch; return its process and the line that it lives by."""
    made = []

    def start(idle=60.0, key=None):
        own_folder.mkdir(mode=0o700, exist_ok=True)
        ours, theirs = socket.socketpair()
        with theirs:
            arguments = [str(theirs.fileno()), str(own_folder), key or warm.key(), str(idle)]
            process = subprocess.Popen(
                [sys.executable, "-c", BARE, *arguments], pass_fds=(theirs.fileno(),), stdout=subprocess.PIPE
            )
        made.append((process, ours))
        return process, ours

    yield start
    for process, line in made:
        line.close()
        process.kill()
        process.communicate()


def pid_of_socket(path):
    return int(path.stem.rpartition("-")[2])


def pid_of(run):
    return int((run.path / runs.LOCK).read_text())


def gone(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0] == b"Z"
    except OSError:
        return True


def losses(run):
    lines = (run.path / EVENTS).read_bytes().splitlines()
    return [loss for event in map(from_line, lines) if isinstance(event, Steps) for loss in event.losses]


def test_a_run_is_trained_by_the_standby_exactly_as_by_a_plain_worker_and_a_new_one_comes(
    kept, ended, wait_for, monkeypatch, own_folder
):
    monkeypatch.setattr(warm, "LATER", 0.1)
    plain = runs.start(TrainConfig(tiny_network(), **SHORT))
    assert ended(plain) == "finished"
    pid = kept()
    run = runs.start(TrainConfig(tiny_network(), **SHORT))
    assert run.state() in {"starting", "running"}
    assert pid_of(run) == pid
    assert os.getsid(pid) == pid
    assert ended(run) == "finished"
    assert losses(run) == losses(plain)
    assert run.log() == plain.log()
    timed = {"state.previous.safetensors"}  # is there if it lasted long enough
    assert {path.name for path in run.path.iterdir()} - timed == {
        path.name for path in plain.path.iterdir()
    } - timed
    wait_for(lambda: any(pid_of_socket(path) != pid for path in own_folder.glob("*.sock")), 60)


def test_a_run_of_a_standby_is_stopped_and_killed_like_any_other(kept, started, wait_for):
    pid = kept()
    run = started()
    began = time.monotonic()
    assert runs.stop(run) == "stopped"  # in its first milliseconds
    assert time.monotonic() - began < 3
    wait_for(lambda: gone(pid), 5)

    pid = kept()
    run = started()
    assert pid_of(run) == pid
    wait_for(lambda: read(run).step > 0, 30)
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not locks.held(run.path / runs.LOCK), 5)
    assert run.state() == "failed"
    wait_for(lambda: not Path(f"/proc/{pid}").exists(), 5)  # reaped, no zombie


def test_a_worker_outlives_the_app_that_kept_it_as_a_standby(started, wait_for):
    code = "from cnnviz.train import warm; import time; warm.keep(); time.sleep(100)"
    app = subprocess.Popen([sys.executable, "-c", code])
    try:
        wait_for(warm._waiting, 60)
        run = started()
        assert pid_of(run) != app.pid
        wait_for(lambda: read(run).step > 0, 30)
        app.kill()
        app.wait()
        step = read(run).step
        wait_for(lambda: read(run).step > step + 5, 10)
        assert runs.stop(run) == "stopped"
    finally:
        app.kill()
        app.wait()


def test_a_standby_hands_itself_over_with_environment_folder_log_and_lock(
    bare, wait_for, monkeypatch, tmp_path
):
    process, line = bare()
    wait_for(warm._waiting)
    run, lock = runs._make(TrainConfig(tiny_network(), **SHORT), None, None)
    assert warm.take(run.path, lock)
    os.close(lock)  # the standby's is enough
    assert process.wait(10) == 3
    assert line.recv(1) == warm.TAKEN
    assert run.log() == f"trains {run.path}"
    assert pid_of(run) == process.pid
    assert not warm._waiting()


def test_while_it_is_handed_over_the_lock_always_has_an_owner(bare, wait_for):
    bare()
    wait_for(warm._waiting)
    run, lock = runs._make(TrainConfig(tiny_network(), **SHORT), None, None)
    path = warm._waiting()[0]
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(str(path))
        payload = json.dumps({"run": str(run.path), "folder": "/", "environment": dict(os.environ)}).encode()
        socket.send_fds(line, [struct.pack("!I", len(payload))], [lock])
        line.sendall(payload)
        assert line.recv(1) == warm.READY
        os.close(lock)  # the starter dies in the middle
        assert locks.held(run.path / runs.LOCK)
    wait_for(lambda: not locks.held(run.path / runs.LOCK))  # nobody said go: it lets go, and trains nothing
    assert warm._waiting() == [path]
    assert run.log() == ""


@pytest.mark.parametrize("end", ["app gone", "SIGTERM", "idle"])
def test_a_standby_ends_with_its_app_when_asked_and_when_nobody_wants_it(bare, wait_for, end):
    process, line = bare(idle=1.5 if end == "idle" else 60.0)
    wait_for(warm._waiting)
    if end == "app gone":
        line.close()
    elif end == "SIGTERM":
        process.send_signal(signal.SIGTERM)
    process.wait(10)
    assert not warm._waiting()


def test_a_standby_that_somebody_wants_stays(bare, wait_for):
    process, line = bare(idle=1.5)
    wait_for(warm._waiting)
    for _ in range(4):
        time.sleep(0.5)
        line.send(warm.STAY)
    assert process.poll() is None


def test_where_one_standby_is_dead_and_one_does_not_answer_a_run_starts_as_ever(
    bare, wait_for, started, monkeypatch
):
    monkeypatch.setattr(warm, "ANSWER", 0.2)
    dead, _line = bare()
    wait_for(warm._waiting)
    silent, _line = bare()
    wait_for(lambda: len(warm._waiting()) == 2)
    dead.kill()
    dead.wait()
    silent.send_signal(signal.SIGSTOP)
    run = started()
    assert [pid_of_socket(path) for path in warm._waiting()] == [silent.pid]
    assert pid_of(run) not in {dead.pid, silent.pid}
    silent.send_signal(signal.SIGCONT)
    wait_for(lambda: read(run).step > 0, 60)
    assert silent.poll() is None  # it waits for the next
    assert run.state() == "running"


def test_a_folder_that_others_can_enter_is_not_used(own_folder, monkeypatch, tmp_path):
    own_folder.mkdir(mode=0o755)
    own_folder.chmod(0o755)
    assert warm.folder() is None
    assert not warm.take(tmp_path, 0)
    shutil.rmtree(own_folder)
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    own_folder.symlink_to(tmp_path / "elsewhere")
    assert warm.folder() is None
    own_folder.unlink()
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    assert warm.folder() is None
    monkeypatch.undo()


def test_the_folder_is_for_this_user_only(own_folder):
    assert warm.folder() == own_folder
    assert own_folder.stat().st_mode & 0o777 == 0o700


def test_a_standby_is_good_only_for_the_same_runs_and_settings_of_torch(monkeypatch, tmp_path):
    key = warm.key()
    assert warm.key() == key
    for name in ("CNNVIZ_RUNS", "OMP_NUM_THREADS", "TORCH_SOMETHING"):
        with monkeypatch.context() as changed:
            changed.setenv(name, str(tmp_path / "other"))
            assert warm.key() != key
    with monkeypatch.context() as changed:
        changed.setenv("CNNVIZ_DATA", "elsewhere")  # is handed over
        assert warm.key() == key
    with monkeypatch.context() as changed:
        changed.setattr(sys, "executable", "/another/python")
        assert warm.key() != key


def test_a_process_that_keeps_none_gets_none(own_folder):
    warm.renew()
    assert warm._line is None
    assert not own_folder.exists()


def test_a_standby_of_older_code_makes_room_for_a_new_one_when_somebody_is_about_to_train(
    kept, wait_for, monkeypatch
):
    pid = kept()
    monkeypatch.setenv("TORCH_SOMETHING", "new")
    monkeypatch.setattr(warm, "_renewed", -1e9)
    warm.renew()
    wait_for(lambda: gone(pid), 10)
    wait_for(warm._waiting, 60)


def test_sockets_of_the_dead_are_removed_by_the_next_standby(bare, wait_for, own_folder):
    own_folder.mkdir(mode=0o700)
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    (own_folder / f"old-{dead.pid}.sock").touch()
    (own_folder / f"old-{os.getpid()}.sock").touch()
    bare()
    wait_for(warm._waiting)
    assert {path.name for path in own_folder.iterdir()} == {
        warm._waiting()[0].name,
        f"old-{os.getpid()}.sock",
    }


def test_where_another_apps_standby_waits_no_second_is_made(monkeypatch):
    begun = []
    monkeypatch.setattr(warm, "_start", begun.append)
    socket_of = f"{warm.key()}-{{}}{warm.END}"
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    (warm.folder() / socket_of.format(dead.pid)).touch()
    warm.keep()
    assert begun == [warm.key()]
    (warm.folder() / socket_of.format(os.getpid())).touch()
    warm.keep()
    assert begun == [warm.key()]
