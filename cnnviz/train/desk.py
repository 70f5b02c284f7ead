"""Where a training is asked for something: to stop, to wait, for single steps, another rate, more epochs."""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from cnnviz.train.control import Continue, More, Pause, Rate, Request, Step
from cnnviz.train.events import Changed, Continued, Event, Paused

if TYPE_CHECKING:
    from cnnviz.train.training import Training

EVERY = 0.02
"""Seconds between two looks for requests, and between two looks in a pause."""


class StopAsked(Exception):  # noqa: N818
    """Someone asked for the end."""


class Desk:
    """Takes the requests of one training, between its batches."""

    def __init__(
        self, training: "Training", should_stop: Callable[[], bool], requests: Callable[[], Iterable[Request]]
    ) -> None:
        self._training, self._should_stop, self._requests = training, should_stop, requests
        self._paused, self._singles, self._asked_at = False, 0, 0.0
        self.stands_since = 0.0

    @property
    def single(self) -> bool:
        """Whether batches are done one by one, as many as were asked for."""
        return self._singles > 0

    def count(self) -> None:
        """Note that a batch was done."""
        self._singles = max(0, self._singles - 1)

    def heed(self) -> None:
        """Raise ``StopAsked`` where somebody asked for the end."""
        if self._should_stop():
            raise StopAsked

    def serve(self, *, at_once: bool = False) -> Iterator[Event]:
        """Do what somebody asks for; in a pause, wait."""
        self.heed()
        now = time.perf_counter()
        if at_once or now - self._asked_at >= EVERY:
            self._asked_at = now
            yield from self._obey()
        if self._paused and not self._singles:
            yield from self._wait()

    def _obey(self) -> Iterator[Event]:
        for request in self._requests():
            match request:
                case Pause():
                    self._paused, self._singles = True, 0
                case Continue():
                    self._paused, self._singles = False, 0
                case Step(count):
                    self._paused = True
                    self._singles += count
                case Rate(value):
                    if self._training.rate > 0:
                        yield from self._training.flush()  # the steps before were done with the rate before
                        self._training.progress.factor *= value / self._training.rate
                        yield Changed(
                            self._training.progress.step, "learning_rate", value, self._training.seconds
                        )
                        yield from self._training.save()
                case More(epochs):
                    yield from self._training.flush()
                    self._training.progress.extend(epochs, self._training.config.patience)
                    yield Changed(
                        self._training.progress.step,
                        "epochs",
                        float(self._training.progress.epochs),
                        self._training.seconds,
                    )
                    yield from self._training.save()

    def _wait(self) -> Iterator[Event]:
        """Wait until somebody wants to go on; the clock stands still meanwhile."""
        yield from self._training.look()
        yield from (
            self._training.save(weights=True) if self._training.keeper.quick else self._training.flush()
        )
        yield Paused(self._training.progress.step, self._training.progress.epoch, self._training.seconds)
        self.stands_since = time.perf_counter()
        try:
            while self._paused and not self._singles:
                self.heed()
                time.sleep(EVERY)
                yield from self._obey()
        finally:
            gone = time.perf_counter() - self.stands_since
            self.stands_since = 0.0
            self._training.stood(gone)
        if not self._paused:
            yield Continued(self._training.progress.step, self._training.seconds)
