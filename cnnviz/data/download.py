"""Fetch a data set from the internet, by torchvision's own downloader in a process of its own.

The files arrive in a hidden folder beside the data sets, are checked there (torchvision's checksums, our
sizes) and moved in place at once, so a download that is cut leaves nothing behind that looks like data.
"""

import contextlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from cnnviz import processes
from cnnviz.data import catalog
from cnnviz.data.catalog import DatasetInfo
from cnnviz.errors import DataError

PATIENCE = 20.0
"""Seconds that a server may be silent."""

FREE_FACTOR = 3
"""Room on the disk, in downloads: the archive, and what comes out of it."""

Progress = Callable[[int, int], None]


def download(name: str, progress: Progress = lambda done, total: None, *, root: Path | None = None) -> None:
    """Fetch a data set into the folder of the data sets; one that is there and complete is left alone.

    Args:
        name: one of ``catalog.DATASETS``.
        progress: called about five times a second with (bytes done, bytes in all); may raise to cancel.
        root: folder of the data sets; ``catalog.data_root()`` by default.

    Raises:
        DataError: if there is no such download, no network, no room, or what came is damaged.
    """
    info = catalog.lookup(name)
    if catalog.status(name, root=root).problem is None:
        return
    if not info.download_bytes:
        raise DataError("{title} cannot be downloaded", title=info.title)
    home = root or catalog.data_root()
    try:
        home.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(home).free
        if free < FREE_FACTOR * info.download_bytes:
            raise DataError(
                "there is no room for {title} in {root}: {free} bytes are free, {need} are needed",
                title=info.title, root=str(home), free=free, need=FREE_FACTOR * info.download_bytes,
            )  # fmt: skip
        with tempfile.TemporaryDirectory(prefix=".download-", dir=home, ignore_cleanup_errors=True) as folder:
            _run(info, Path(folder), progress)
            problem = catalog.status(name, root=Path(folder)).problem
            if problem is not None:
                raise DataError("what came of {title} is damaged; try it again", title=info.title)
            for path, _ in info.files:
                (home / path).parent.mkdir(parents=True, exist_ok=True)
                (Path(folder) / path).replace(home / path)
    except OSError as error:
        raise DataError(
            "{title} cannot be written to {root}: {reason}",
            title=info.title, root=str(home), reason=str(error),
        ) from None  # fmt: skip
    progress(info.download_bytes, info.download_bytes)


def command(name: str, folder: Path) -> list[str]:
    """Return the command of the process that downloads."""
    return [sys.executable, "-m", "cnnviz.data.download", name, str(folder)]


def fetch(name: str, folder: Path) -> None:
    """Let torchvision download into a folder; runs in the process that ``download`` starts."""
    from torchvision import datasets as torchvision_datasets  # noqa: PLC0415

    socket.setdefaulttimeout(PATIENCE)
    getattr(torchvision_datasets, catalog.TORCHVISION[name])(folder, download=True)


def _run(info: DatasetInfo, folder: Path, progress: Progress) -> None:
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(  # noqa: S603
            command(info.name, folder), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            env=processes.environment(),
        )  # fmt: skip
        try:
            while process.poll() is None:
                progress(min(_received(folder), info.download_bytes), info.download_bytes)
                time.sleep(0.2)
        finally:
            process.kill()
            process.wait()
        if process.returncode:
            log.seek(0)
            lines = log.read()[-4000:].decode("utf-8", "replace").strip().splitlines()
            raise DataError(
                "{title} could not be downloaded: is there a network? ({reason})",
                title=info.title, reason=lines[-1][:200] if lines else "",
            )  # fmt: skip


def _received(folder: Path) -> int:
    """Return the bytes of the archives so far; what is unpacked beside them does not count."""
    size = 0
    for path in folder.rglob("*.gz"):
        with contextlib.suppress(OSError):
            size += path.stat().st_size
    return size


if __name__ == "__main__":
    fetch(sys.argv[1], Path(sys.argv[2]))
