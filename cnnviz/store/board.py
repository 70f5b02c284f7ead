"""A run for TensorBoard: ``tensorboard --logdir RUNS`` shows its curves beside those of any other tool.

An event file is TFRecords of protobuf messages. Of both formats a scalar needs so little that it is written here,
so that it can follow the events when they are cut back, and costs no package: tensorboard takes 161 MB (65 MB
beside what cnnviz has anyway), tensorboardX 77 MB (4 MB), and their writers only ever append. Sources: tensorflow's
``core/lib/io/record_writer.cc`` and ``core/util/event.proto``; the tests read the file with the real tensorboard.
"""

import json
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO
from zlib import adler32

from cnnviz.train.events import (
    EpochEnd,
    Event,
    Finished,
    Started,
    Steps,
    Watched,
    from_line,
    whole_lines,
)
from cnnviz.train.history import EVENTS
from cnnviz.train.run import Run

FOLDER, POSITION = "tb", "position.json"
MOST_AN_EPOCH = 500
"""Points of a curve in an epoch; of more steps every n-th is written."""

Scalars = dict[str, float]

_POLYNOMIAL = 0x82F63B78  # of CRC-32C (Castagnoli), least bit first
_MASK = 0xA282EAD8
_TAIL = 300


def write(run: Run) -> Path | None:
    """Bring ``tb/`` in a run's folder up to what its events say, and return the event file.

    Only what is new is read and appended. Where the events have been cut back since (a run that fell and was taken
    up again), the file is written anew. It never stands in a training's way: None where there is nothing to say yet,
    or the folder cannot be written.
    """
    try:
        return _write(run.path)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(path: Path) -> Path | None:
    folder = path / FOLDER
    with (path / EVENTS).open("rb") as events:
        at = _position(folder, events)
        events.seek(at["offset"])
        lines = whole_lines(events.read())
    records = []
    for line in lines:
        at["offset"] += len(line) + 1
        try:
            event = from_line(line)
        except ValueError:
            continue
        if isinstance(event, Started) and not at["name"]:
            at |= {"name": f"events.out.tfevents.{int(event.time)}.cnnviz", "began": event.time}
            at["every"] = max(1, -(-event.steps_per_epoch // MOST_AN_EPOCH))
            records.append(_record(_event(event.time, version="brain.Event:2")))
        for when, step, values in _scalars(event, at):
            records.append(_record(_event(at["began"] + when, step, values)))
            at["step"] = step
    if not at["name"]:
        return None
    folder.mkdir(exist_ok=True)
    target: Path = folder / at["name"]
    with target.open("r+b" if at["size"] else "wb") as file:
        file.truncate(at["size"])  # what was written when the worker was killed, but not noted down
        file.seek(at["size"])
        file.write(b"".join(records))
        at["size"] = file.tell()
    with (path / EVENTS).open("rb") as events:
        at["tail"] = _tail(events, at["offset"])
    (folder / POSITION).write_text(json.dumps(at), encoding="utf-8")
    return target


def _position(folder: Path, events: BinaryIO) -> dict[str, Any]:
    """Return how far the event file is; from the beginning where the two no longer belong together."""
    new = {"name": "", "began": 0.0, "every": 1, "step": 0, "offset": 0, "size": 0, "tail": 0}
    try:
        found = json.loads((folder / POSITION).read_text(encoding="utf-8"))
        same = _tail(events, found["offset"]) == found["tail"]
        if same and (folder / Path(found["name"]).name).stat().st_size >= found["size"] > 0:
            return {name: found[name] for name in new}
    except (OSError, ValueError, KeyError, TypeError):
        pass
    for file in folder.glob("events.out.tfevents.*.cnnviz"):
        file.unlink()
    return new


def _tail(events: BinaryIO, offset: int) -> int:
    """Return a checksum of the last bytes before a place: events that were cut and grew again have others."""
    events.seek(max(0, offset - _TAIL))
    data = events.read(min(_TAIL, offset))
    return adler32(data) if len(data) == min(_TAIL, offset) else -1


def _scalars(event: Event, at: dict[str, Any]) -> Iterator[tuple[float, int, Scalars]]:
    """Yield (seconds, step, tag -> value) of what an event says."""
    match event:
        case Steps():
            first = event.step - len(event.losses) + 1
            for step, (loss, accuracy) in enumerate(zip(event.losses, event.accuracies, strict=True), first):
                if step % at["every"] == 0:
                    yield event.seconds, step, {"loss/step": loss, "accuracy/step": accuracy}
            speed = {"speed/samples_per_second": event.samples_per_second}
            yield event.seconds, event.step, {"rate/learning_rate": event.rate, **speed}
        case EpochEnd():
            values = {"loss/train": event.train_loss, "accuracy/train": event.train_accuracy}
            if event.val_loss is not None and event.val_accuracy is not None:
                values |= {"loss/validation": event.val_loss, "accuracy/validation": event.val_accuracy}
            yield event.seconds, event.step, values
        case Watched():
            weights = _known("weight_norm", event.layers, event.weight_norms)
            gradients = _known("gradient_norm", event.layers, event.gradient_norms)
            yield event.seconds, event.step, weights | gradients | {"memory/bytes": float(event.memory)}
        case Finished(test_loss=float() as loss, test_accuracy=float() as accuracy):
            yield event.seconds, at["step"], {"loss/test": loss, "accuracy/test": accuracy}


def _known(group: str, layers: Sequence[str], norms: Sequence[float | None]) -> Scalars:
    return {f"{group}/{path}": norm for path, norm in zip(layers, norms, strict=False) if norm is not None}


def _event(time: float, step: int = 0, values: Scalars | None = None, version: str = "") -> bytes:
    """Return one message: Event {1: wall_time, 2: step, 3: file_version, 5: Summary {1: Value {1: tag, 2: number}}}."""
    message = b"\x09" + struct.pack("<d", time)
    if step:
        message += b"\x10" + _varint(step)
    if version:
        message += b"\x1a" + _bytes(version.encode())
    if values:
        summary = b""
        for tag, number in values.items():
            value = b"\x0a" + _bytes(tag.encode()) + b"\x15" + struct.pack("<f", _single(number))
            summary += b"\x0a" + _bytes(value)
        message += b"\x2a" + _bytes(summary)
    return message


def _single(number: float) -> float:
    """Return a number that a float32 can hold; beyond it is infinity."""
    try:
        struct.pack("<f", number)
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")
    return number


def _bytes(data: bytes) -> bytes:
    return _varint(len(data)) + data


def _varint(number: int) -> bytes:
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    found.append(number)
    return bytes(found)


def _record(data: bytes) -> bytes:
    """Return a TFRecord: length, its checksum, the message, its checksum."""
    length = struct.pack("<Q", len(data))
    return length + struct.pack("<I", _masked(length)) + data + struct.pack("<I", _masked(data))


def _table() -> list[int]:
    found = []
    for byte in range(256):
        rest = byte
        for _ in range(8):
            rest = rest >> 1 ^ _POLYNOMIAL * (rest & 1)
        found.append(rest)
    return found


_TABLE = _table()


def _masked(data: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in data:
        crc = _TABLE[(crc ^ byte) & 0xFF] ^ crc >> 8
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + _MASK) & 0xFFFFFFFF
