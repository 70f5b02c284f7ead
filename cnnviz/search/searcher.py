"""The process that searches: ``python -m cnnviz.search.searcher FOLDER``.

Optuna says what to try (ask) and learns how it went (tell); each trial is a run in a process of its own, whose events
are followed. Everything that must survive a fall is on disk before it is acted on: the values of a trial in Optuna's
journal, the trial's run under a name that its number gives. So a searcher that is started again takes up the trials
that it had: their runs still train, have ended meanwhile, or are resumed.
"""

import os
import random
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cnnviz import files
from cnnviz.errors import CnnvizError, RunError
from cnnviz.search import tasks
from cnnviz.search.searches import STUDY, Search, TrialState, progress
from cnnviz.search.space import Choice, Range, SearchConfig, Value
from cnnviz.train import devices, locks, runs
from cnnviz.train.events import EpochEnd, Failed, Finished
from cnnviz.train.history import History, read
from cnnviz.train.run import ALIVE, Run

if TYPE_CHECKING:
    import optuna

POLL = 0.1
"""Seconds between two looks at the trials' events."""

MOST_FALLS = 3
"""How often a trial's run that was killed is taken up again."""

MOST_FAILURES = 5
"""So many failed trials in a row, and none that worked, end the search."""


@dataclass(slots=True)
class Live:
    """A trial whose run is followed.

    Attributes:
        trial: as Optuna knows it. run: its run. values: what it tries. slot: its place among those at the same time.
        told: the last epoch that Optuna knows. falls: how often its run was killed. history: of its run.
    """

    trial: "optuna.Trial"
    run: Run
    values: dict[str, Value]
    slot: int
    told: int = 0
    falls: int = 0
    history: History = field(default_factory=History)

    @property
    def number(self) -> int:
        """Counted from 1."""
        return self.trial.number + 1

    @property
    def accuracy(self) -> float | None:
        """The best on the validation pictures so far."""
        return max(self.history.val_accuracy, default=None)


class Searcher:
    """One search at work."""

    def __init__(self, search: Search, asked: Callable[[], bool]) -> None:
        self.search, self.config, self.asked = search, search.config(), asked
        self.news = tasks.News(search.path)
        self.study = study_of(search, self.config)
        self.live: list[Live] = []
        self.devices = slots(self.config)
        lines, _offset = search.news()
        self._before = max((float(line["spent"]) for line in lines if "spent" in line), default=0.0)
        self._began = time.monotonic()

    @property
    def spent(self) -> float:
        """Seconds that were searched, over all sittings."""
        return self._before + time.monotonic() - self._began

    def work(self) -> None:
        """Search to the end, or until somebody asks for it."""
        self._queue_grid()
        self._take_up()
        while not self.asked():
            for live in list(self.live):
                self._follow(live)
            while self._may_begin() and not self.asked():
                self._begin()
            self._check_failures()
            if not self.live:
                self.news.end("finished", spent=self.spent)
                return
            time.sleep(POLL)
        self._halt()
        self.news.end("stopped", spent=self.spent)

    def _may_begin(self) -> bool:
        known = [trial for trial in self.study.get_trials(deepcopy=False) if trial.state.name != "WAITING"]
        if len(self.live) >= self.config.parallel or len(known) >= self.config.most_trials:
            return False
        return not self.config.seconds or self.spent < self.config.seconds

    def _queue_grid(self) -> None:
        """Line up all combinations of a grid, in a random order, so that a limit of time sees some of everything."""
        if self.config.sampler != "grid":
            return
        combinations = self.config.grid()
        random.Random(self.config.seed).shuffle(combinations)  # noqa: S311
        for values in combinations[len(self.study.get_trials(deepcopy=False)) :]:
            self.study.enqueue_trial(values)

    def _take_up(self) -> None:
        """Go on with the trials that an earlier sitting left."""
        from optuna.trial import Trial, TrialState  # noqa: PLC0415

        for frozen in self.study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
            trial = Trial(self.study, frozen._trial_id)
            run = Run(self.search.run_of(frozen.number + 1))
            live = Live(
                trial, run, self._values(trial), self._free(), max(frozen.intermediate_values, default=0)
            )
            if not run.path.is_dir():
                self._start(live)
                continue
            self.live.append(live)
            if run.state() not in ALIVE and not isinstance(run.end(), Finished | Failed):
                self._resume(live)
            if live in self.live:
                self._say(live, "running")

    def _begin(self) -> None:
        trial = self.study.ask()
        run = Run(self.search.run_of(trial.number + 1))
        self._start(Live(trial, run, self._values(trial), self._free()))

    def _start(self, live: Live) -> None:
        try:
            config = self.config.trial(live.values)
            if self.devices:
                config = replace(config, device=self.devices[live.slot % len(self.devices)])
            said = {"search": self.search.name, "trial": live.number}
            live.run = runs.start(config, run_dir=live.run.path, about=said)
        except CnnvizError as error:
            self._end(live, "failed", Failed.of(error), run="")
            return
        self.live.append(live)
        self._say(live, "running")

    def _resume(self, live: Live) -> None:
        """Take up a run that was killed or stopped; where that cannot be, it has failed."""
        try:
            runs.resume(live.run)
        except CnnvizError as error:
            self._end(live, "failed", Failed.of(error))

    def _follow(self, live: Live) -> None:
        """Tell Optuna what is new in a trial's run, and end it where it is worse than others were."""
        state = live.run.state()  # before the events: after the last one nothing comes
        live.history = read(live.run, live.history)
        for epoch in live.history.epochs:
            if epoch.epoch > live.told and epoch.val_accuracy is not None:
                self._report(live, epoch)
        match state:
            case "finished":
                self._end(live, "finished" if live.accuracy is not None else "failed")
            case "stopped":  # by hand: Optuna learns from as far as it went
                self._end(live, "pruned")
            case "failed":
                end = live.run.end()
                live.falls += end is None
                if end is None and live.falls <= MOST_FALLS:
                    self._resume(live)
                else:
                    self._end(live, "failed", live.run.failure())
            case _ if live.told and live.told < self.config.base.epochs and live.trial.should_prune():
                runs.stop(live.run)
                self._end(live, "pruned")

    def _report(self, live: Live, epoch: EpochEnd) -> None:
        assert epoch.val_accuracy is not None
        live.trial.report(epoch.val_accuracy, epoch.epoch)
        live.told = epoch.epoch
        self._say(live, "running")

    def _end(
        self, live: Live, state: TrialState, failure: Failed | None = None, run: str | None = None
    ) -> None:
        """Tell Optuna and the news how a trial ended.

        A failed one is told as pruned before its first epoch: the sampler then keeps away from such values (a rate
        that is too large, a batch that does not fit), while it would forget a trial that "failed".
        """
        from optuna.trial import TrialState as Ended  # noqa: PLC0415

        if live in self.live:
            self.live.remove(live)
        if state == "finished":
            self.study.tell(live.trial, live.accuracy)
        else:
            self.study.tell(live.trial, state=Ended.PRUNED)
        self._say(live, state, failure, run)

    def _check_failures(self) -> None:
        """End a search that only fails: at its end, or after enough trials.

        Raises:
            RunError: then.
        """
        found = progress(self.search)
        failed = found.of("failed")
        if not failed or found.of("finished", "pruned") or (self.live and len(failed) < MOST_FAILURES):
            return
        self._halt()
        raise RunError("the first {count} trials all failed: the table says why", count=len(failed))

    def _halt(self) -> None:
        """Stop the runs; their trials stay open and are taken up with the search."""
        stopping = [threading.Thread(target=_stop, args=(live.run,)) for live in self.live]
        for thread in stopping:
            thread.start()
        for live, thread in zip(self.live, stopping, strict=True):
            thread.join()
            live.history = read(live.run, live.history)
            self._say(live, "stopped")
        self.live = []

    def _say(
        self, live: Live, state: TrialState, failure: Failed | None = None, run: str | None = None
    ) -> None:
        self.news.say(
            trial=live.number, run=live.run.name if run is None else run, values=live.values, state=state,
            epochs=live.history.epoch if live.history.epochs else 0, accuracy=live.accuracy, spent=self.spent,
            template=failure.template if failure else "", details=failure.values if failure else {},
        )  # fmt: skip

    def _values(self, trial: "optuna.Trial") -> dict[str, Value]:
        """Return what a trial tries; asked again, the same."""
        values: dict[str, Value] = {}
        for name, each in self.config.space.items():
            if not self.config.varies(name, values):
                continue
            match each:
                case Choice():
                    chosen = trial.suggest_categorical(name, each.values)
                    assert chosen is not None
                    values[name] = chosen
                case Range(whole=True):
                    values[name] = trial.suggest_int(name, int(each.least), int(each.most), log=each.log)
                case Range():
                    values[name] = trial.suggest_float(name, each.least, each.most, log=each.log)
        return values

    def _free(self) -> int:
        taken = {live.slot for live in self.live}
        return next(slot for slot in range(len(taken) + 1) if slot not in taken)


def study_of(search: Search, config: SearchConfig) -> "optuna.Study":
    """Return Optuna's study of a search, as its journal says; only the searcher itself may write to it."""
    import optuna  # noqa: PLC0415
    from optuna.storages import JournalStorage  # noqa: PLC0415
    from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock  # noqa: PLC0415

    class Ours(JournalFileOpenLock):
        """The search's own flock keeps everybody else away; a file as lock would outlive a killed process."""

        def acquire(self) -> bool:
            return True

        def release(self) -> None:
            pass

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
    path = search.path / STUDY
    files.cut_torn_line(path)
    storage = JournalStorage(JournalFileBackend(str(path), lock_obj=Ours(str(path))))
    study = optuna.create_study(
        storage=storage, study_name=search.name, direction="maximize", load_if_exists=True,
        pruner=pruner_of(config),
    )  # fmt: skip
    # A sampler begins its random numbers anew with each process: without another seed it would try the same again.
    seed = config.seed + 7919 * len(study.get_trials(deepcopy=False))
    first = max(4, min(10, config.trials // 4))
    if config.sampler == "tpe":
        study.sampler = optuna.samplers.TPESampler(
            n_startup_trials=first, seed=seed, constant_liar=config.parallel > 1
        )
    else:  # a grid is lined up beforehand
        study.sampler = optuna.samplers.RandomSampler(seed=seed)
    return study


def pruner_of(config: SearchConfig) -> "optuna.pruners.BasePruner":
    """Return what ends bad trials early: not before some have gone through, nor at first: one epoch says little."""
    import optuna  # noqa: PLC0415

    if config.pruner == "none":
        return optuna.pruners.NopPruner()
    return optuna.pruners.MedianPruner(n_startup_trials=4, n_warmup_steps=1 + config.base.epochs // 4)


def slots(config: SearchConfig) -> tuple[str, ...]:
    """Return the GPUs over which trials at the same time are spread; none where the config or the queue decides."""
    if config.parallel == 1 or config.base.device != "auto":
        return ()
    return tuple(device.id for device in devices.available() if device.kind == "cuda")


def _stop(run: Run) -> None:
    try:
        runs.stop(run)
    except CnnvizError as error:
        sys.stderr.write(f"{error}\n")


def main(arguments: list[str]) -> int:
    """Search what a folder describes; return the process's exit code."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m cnnviz.search.searcher FOLDER\n")
        return 2
    search = Search(Path(arguments[0]).absolute())
    try:
        locks.inherit(search.path / tasks.LOCK)
    except CnnvizError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    asked = tasks.listen(lambda: None)
    try:
        Searcher(search, asked).work()
    except CnnvizError as error:
        tasks.News(search.path).failed(error)
        return 1
    except Exception as error:
        traceback.print_exc()
        reason = traceback.format_exception_only(error)[-1].strip()[:300]
        tasks.News(search.path).failed(RunError("the search ended with an error: {reason}", reason=reason))
        return 1
    return 0


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # reaping threads may still wait for runs that go on
