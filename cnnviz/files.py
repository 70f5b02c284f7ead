"""Files that others read while they are written: whole, or by lines that are appended."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

TAIL = 65_536
"""Bytes at a file's end in which its last lines are looked for."""


@contextmanager
def whole(path: Path, *, durable: bool = True, previous: Path | None = None) -> Iterator[BinaryIO]:
    """Write a file beside ``path`` that takes its place when the block ends; an error leaves the old one.

    Args:
        path: what is written.
        durable: whether it is forced to the disk, so that it stands even after a power failure.
        previous: where the old file goes; it is gone without.

    Raises:
        OSError: if it cannot be written (a full disk).
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with beside.open("wb") as file:
            yield file
            if durable:
                file.flush()
                os.fsync(file.fileno())
        if previous is not None:
            with suppress(FileNotFoundError):
                path.replace(previous)
        beside.replace(path)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise
    if durable:
        _force(path.parent)


def _force(folder: Path) -> None:
    """See to it that what was renamed in a folder stays so even after a power failure."""
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def tail(path: Path) -> bytes:
    """Return the last ``TAIL`` bytes of a file; nothing where it cannot be read."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL))
            return file.read()
    except OSError:
        return b""


def cut_torn_line(path: Path) -> None:
    """Cut a file of lines behind its last whole one: a process was killed while it wrote."""
    try:
        with path.open("rb+") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - TAIL))
            end = file.read()
            torn = len(end) - (end.rfind(b"\n") + 1)
            if torn:
                file.truncate(size - torn)
    except FileNotFoundError:
        pass
