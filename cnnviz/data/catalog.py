"""Which data sets there are, where they lie and whether they are complete, without opening one.

    lookup("mnist") -> DatasetInfo    status("mnist") -> Status    data_root() -> Path

Standard library only: a page can list the data sets before torch is imported. A name is one of ``DATASETS``,
or ``folder:PATH`` for a folder of pictures with one subfolder a class, or ``upload:NAME`` for one that came in a
zip file (``cnnviz.data.archive``).
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from platformdirs import user_data_path

from cnnviz.errors import CnnvizError, DataError
from cnnviz.language import N_

DEFAULT = "digits"
FOLDER = "folder:"
UPLOAD = "upload:"
UPLOAD_NAME = re.compile(r"\w[\w-]{0,59}")
"""What an upload may be called: letters and digits of any script, _ and -. No path can be made of these."""

FORMATS = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".bmp": "BMP", ".gif": "GIF", ".webp": "WEBP"}
"""The picture files that a folder may hold, and the format that each must really have."""

TORCHVISION = {"mnist": "MNIST", "fashion_mnist": "FashionMNIST", "cifar10": "CIFAR10"}
"""The class of ``torchvision.datasets`` that downloads and reads each."""

MOST_CLASSES = 1000

State = Literal["embedded", "ready", "missing", "incomplete"]


@dataclass(frozen=True, slots=True)
class DatasetInfo:
    """What is known about a data set before it is loaded.

    Attributes:
        name: what a config calls it.
        title: shown to the user (a key of the translations, as are ``description`` and ``classes``).
        shape: (channels, height, width) of a picture; None where each has its own size (a folder).
        classes: the names of the classes, in the order of their numbers.
        train_count, test_count: pictures in the two parts; 0 where that is unknown (a folder).
        download_bytes: what a download fetches; 0 where there is none.
        licence, source: what it may be used for, and where it comes from.
        files: (path below the data root, exact size in bytes) of the files that prove that it is there.
    """

    name: str
    title: str
    description: str
    shape: tuple[int, int, int] | None
    classes: tuple[str, ...]
    train_count: int
    test_count: int
    download_bytes: int
    licence: str
    source: str
    files: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Status:
    """Whether a data set can be used, and if not, why.

    Attributes:
        state: "embedded" (comes with cnnviz), "ready", "missing" (nothing there) or "incomplete".
        problem: the sentence that says what is wrong and the cure; None where it can be used.
    """

    state: State
    problem: CnnvizError | None = None


def _idx(folder: str) -> tuple[tuple[str, int], ...]:
    return (
        (f"{folder}/raw/train-images-idx3-ubyte", 47_040_016),
        (f"{folder}/raw/train-labels-idx1-ubyte", 60_008),
        (f"{folder}/raw/t10k-images-idx3-ubyte", 7_840_016),
        (f"{folder}/raw/t10k-labels-idx1-ubyte", 10_008),
    )


_NUMERALS = tuple("0123456789")

DATASETS: dict[str, DatasetInfo] = {
    info.name: info
    for info in (
        DatasetInfo(
            "digits", N_("Digits (built in)"),
            N_("1,797 handwritten digits, 8x8 pixels enlarged to 28x28; nothing is downloaded"),
            (1, 28, 28), _NUMERALS, 1438, 359, 0, "BSD-3-Clause",
            "https://archive.ics.uci.edu/dataset/80/optical+recognition+of+handwritten+digits",
        ),
        DatasetInfo(
            "mnist", N_("MNIST"), N_("70,000 handwritten digits, 28x28 pixels"),
            (1, 28, 28), _NUMERALS, 60_000, 10_000, 11_594_722, "CC BY-SA 3.0",
            "https://yann.lecun.com/exdb/mnist", _idx("MNIST"),
        ),
        DatasetInfo(
            "fashion_mnist", N_("Fashion-MNIST"), N_("70,000 pictures of clothes, 28x28 pixels"),
            (1, 28, 28),
            (
                N_("T-shirt/top"), N_("Trouser"), N_("Pullover"), N_("Dress"), N_("Coat"),
                N_("Sandal"), N_("Shirt"), N_("Sneaker"), N_("Bag"), N_("Ankle boot"),
            ),
            60_000, 10_000, 30_878_645, "MIT",
            "https://github.com/zalandoresearch/fashion-mnist", _idx("FashionMNIST"),
        ),
        DatasetInfo(
            "cifar10", N_("CIFAR-10"), N_("60,000 small colour photographs, 32x32 pixels"),
            (3, 32, 32),
            (
                N_("airplane"), N_("automobile"), N_("bird"), N_("cat"), N_("deer"),
                N_("dog"), N_("frog"), N_("horse"), N_("ship"), N_("truck"),
            ),
            50_000, 10_000, 170_498_071, N_("free for research; no licence stated"),
            "https://www.cs.toronto.edu/~kriz/cifar.html",
            (
                ("cifar-10-batches-py/data_batch_1", 31_035_704),
                ("cifar-10-batches-py/data_batch_2", 31_035_320),
                ("cifar-10-batches-py/data_batch_3", 31_035_999),
                ("cifar-10-batches-py/data_batch_4", 31_035_696),
                ("cifar-10-batches-py/data_batch_5", 31_035_623),
                ("cifar-10-batches-py/test_batch", 31_035_526),
                ("cifar-10-batches-py/batches.meta", 158),
            ),
        ),
    )
}  # fmt: skip


def data_root() -> Path:
    """Return the folder of the data sets: ``CNNVIZ_DATA``, else a folder in the user's data directory."""
    given = os.environ.get("CNNVIZ_DATA")
    return Path(given).expanduser() if given else user_data_path("cnnviz", appauthor=False) / "data"


def uploads_root(root: Path | None = None) -> Path:
    """Return the folder of the data sets that came in zip files."""
    return (root or data_root()) / "uploads"


def uploads(root: Path | None = None) -> list[str]:
    """Return the names of the data sets that came in zip files, as ``upload:NAME``, in alphabetical order."""
    try:
        with os.scandir(uploads_root(root)) as entries:
            found = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return []
    return [f"{UPLOAD}{name}" for name in sorted(found) if UPLOAD_NAME.fullmatch(name)]


def is_folder(name: str) -> bool:
    """Return whether a data set's name means a folder of pictures: its owner's, or one out of a zip file."""
    return name.startswith((FOLDER, UPLOAD))


def folder_path(name: str, *, root: Path | None = None) -> Path:
    """Return the folder that ``folder:PATH`` or ``upload:NAME`` means, as an absolute path.

    Raises:
        DataError: if an upload cannot be called so.
    """
    if name.startswith(UPLOAD):
        own = name.removeprefix(UPLOAD)
        if not UPLOAD_NAME.fullmatch(own):
            raise DataError(
                "`{name}` is no name for an upload: letters, digits, _ and -, at most 60", name=own[:80]
            )
        return uploads_root(root).absolute() / own
    return Path(name.removeprefix(FOLDER)).expanduser().absolute()


def lookup(name: str, *, root: Path | None = None) -> DatasetInfo:
    """Return what is known about a data set.

    Raises:
        DataError: for an unknown name, or a folder that holds no subfolders of pictures.
    """
    if is_folder(name):
        path = folder_path(name, root=root)
        return DatasetInfo(
            name,
            path.name,
            str(path),
            None,
            folder_classes(path),
            0,
            0,
            0,
            N_("your own pictures"),
            str(path),
        )
    if name not in DATASETS:
        raise DataError(
            "there is no data set `{name}`; there are: {known}, and folder:PATH",
            name=name[:80], known=", ".join(DATASETS),
        )  # fmt: skip
    return DATASETS[name]


def folder_classes(path: Path) -> tuple[str, ...]:
    """Return the classes of a folder of pictures: its subfolders' names, or those of its ``train`` folder.

    Raises:
        DataError: if there is no such folder, or it has fewer than 2 or more than 1000 subfolders.
    """
    if not path.is_dir():
        raise DataError("there is no folder {path}", path=str(path))
    home = path / "train" if (path / "train").is_dir() else path
    try:
        names = sorted(entry.name for entry in os.scandir(home) if entry.is_dir() and entry.name[0] != ".")
    except OSError as error:
        raise DataError("{path} cannot be read: {reason}", path=str(home), reason=str(error)) from None
    if not 2 <= len(names) <= MOST_CLASSES:
        raise DataError(
            "{path} must hold one subfolder of pictures a class, from 2 to {most} of them; it has {count}",
            path=str(home), most=MOST_CLASSES, count=len(names),
        )  # fmt: skip
    return tuple(names)


def status(name: str, *, root: Path | None = None) -> Status:
    """Return whether a data set can be used, judged by the sizes of its files.

    Args:
        name: as in ``lookup``; an unknown name raises as there.
        root: folder of the data sets; ``data_root()`` where it is not given.
    """
    if is_folder(name):
        there = folder_path(name, root=root).is_dir()
        try:
            lookup(name, root=root)
        except DataError as error:
            return Status("incomplete" if there else "missing", error)
        return Status("ready")
    info = lookup(name)
    if not info.files:
        return Status("embedded")
    home = root or data_root()
    found = {path: _size(home / path) for path, _ in info.files}
    if all(size is None for size in found.values()):
        problem = DataError(
            "{title} is not in {root}: download it, or set CNNVIZ_DATA to the folder that has it",
            title=info.title, root=str(home),
        )  # fmt: skip
        return Status("missing", problem)
    for path, expected in info.files:
        size = found[path]
        if size is None:
            problem = DataError(
                "{title} is incomplete: {file} is missing; download it again",
                title=info.title, file=str(home / path),
            )  # fmt: skip
            return Status("incomplete", problem)
        if size != expected:
            problem = DataError(
                "{title} is incomplete: {file} has {found} bytes instead of {expected}; download it again",
                title=info.title, file=str(home / path), found=size, expected=expected,
            )  # fmt: skip
            return Status("incomplete", problem)
    return Status("ready")


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size if path.is_file() else None
    except OSError:
        return None


def bare(name: str) -> str:
    """Return a data set's name without what marks it as a folder or an upload: as people know it."""
    return name.removeprefix(FOLDER).removeprefix(UPLOAD)
