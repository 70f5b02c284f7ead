"""Pictures out of a zip file become a data set: ``upload:NAME``, a folder with one subfolder a class.

Nothing in a zip file is believed. Its directory is bounded before it is read, sizes are bounded as declared and
again while unpacking, and each file is written under a name of ours, and only once it has been decoded as a picture.

    unpack(file, "pets.zip") -> Unpacked    delete("upload:pets")
"""

import contextlib
import os
import re
import shutil
import stat
import struct
import tempfile
import time
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

from cnnviz.data import catalog, images
from cnnviz.data.catalog import FORMATS, MOST_CLASSES, UPLOAD, UPLOAD_NAME
from cnnviz.errors import DataError

MOST_PICTURES = 50_000
MOST_ENTRIES = 60_000
"""Files and folders in the archive, whatever they are."""

MOST_DIRECTORY = 20_000_000
"""Bytes of the archive's list of files."""

MOST_UNPACKED = 2_000_000_000
MOST_PIXELS = 10_000_000_000
"""Bytes and pixels of all pictures together; those of each are bounded by ``cnnviz.data.images``."""

NESTED = {".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".jar"}
TRAIN, TEST = {"train", "training"}, {"test", "testing"}
VALIDATION = {"val", "valid", "validation", "dev"}

ABANDONED = 24 * 3600.0
"""Seconds after which what an unpacking left behind is removed: its process was killed."""

HIDDEN = ".unpacking-"

END, END_64 = b"PK\x05\x06", b"PK\x06\x07"

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What came out of a zip file.

    Attributes:
        name: of the data set, ``upload:NAME``.
        classes: the classes' names, in the order of their numbers.
        pictures: how many there are.
        left_out: for each picture that was not taken the sentence that says why, with its name in the archive.
    """

    name: str
    classes: tuple[str, ...]
    pictures: int
    left_out: tuple[DataError, ...]


class Member(NamedTuple):
    """A picture in the archive: its entry, its name there, and the folders and file that this name is made of."""

    info: zipfile.ZipInfo
    name: str
    parts: tuple[str, ...]


def unpack(
    file: BinaryIO, filename: str, progress: Progress = lambda done, total: None, *, root: Path | None = None
) -> Unpacked:
    """Make a data set of a zip file of pictures: one folder a class, or train/ and test/ with such folders.

    One folder around all of it, hidden files and what a Mac adds are passed over. Where there are val/ and test/,
    the pictures of val/ are training pictures, as cnnviz makes a validation part itself; without test/ they test.

    Args:
        file: the archive, seekable.
        filename: what its owner calls it; the data set is named after it.
        progress: called with (pictures done, pictures in all); may raise to cancel.
        root: folder of the data sets; ``catalog.data_root()`` by default.

    Raises:
        DataError: if it is no zip file, or breaks a bound or rule; names the file in it.
    """
    home = catalog.uploads_root(root)
    try:
        _bound_directory(file, filename)
        with zipfile.ZipFile(file) as archive:
            members, left_out = _pictures(archive, filename)
            placed, more = _placed(members, filename)
            left_out += more
            _bound_declared(placed, filename)
            home.mkdir(parents=True, exist_ok=True)
            _sweep(home)
            _check_room(home, sum(member.info.file_size for member, _ in placed))
            with tempfile.TemporaryDirectory(prefix=HIDDEN, dir=home, ignore_cleanup_errors=True) as folder:
                target = Path(folder) / "pictures"
                taken, more = _write(archive, filename, placed, target, progress)
                left_out += more
                classes = _classes(taken, filename, left_out)
                name = _move(target, home, _name(filename))
    except (zipfile.BadZipFile, NotImplementedError, UnicodeError, EOFError, struct.error):
        raise _no_zip(filename) from None
    except OSError as error:
        raise DataError(
            "`{file}` cannot be unpacked to {root}: {reason}",
            file=filename, root=str(home), reason=error.strerror or str(error),
        ) from None  # fmt: skip
    return Unpacked(f"{UPLOAD}{name}", classes, len(taken), tuple(left_out))


def delete(name: str, *, root: Path | None = None) -> None:
    """Remove a data set that came in a zip file.

    Raises:
        DataError: if ``name`` is no ``upload:NAME``, or there is none.
    """
    path = catalog.folder_path(name, root=root)
    if not name.startswith(UPLOAD) or not path.is_dir() or path.is_symlink():
        raise DataError("there is no upload `{name}`", name=name[:80])
    try:
        with tempfile.TemporaryDirectory(
            prefix=HIDDEN, dir=path.parent, ignore_cleanup_errors=True
        ) as folder:
            path.rename(Path(folder) / "removed")  # gone at once, whatever the removal takes
    except OSError as error:
        raise DataError(
            "`{name}` cannot be removed: {reason}", name=name, reason=error.strerror or str(error)
        ) from None


def _bound_directory(file: BinaryIO, filename: str) -> None:
    """Refuse a list of files that is too long, before it is read; Python would make an object of every line.

    The end of a zip file says how long the list is. Where it needs the larger form (more than 65,535 files or
    4 GB), it is beyond our bounds anyway.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 66_000))
    tail = file.read()
    at = len(tail) - 22  # as zipfile looks for it: at the very end, else the last one before a comment
    if at < 0 or tail[at : at + 4] != END or tail[-2:] != b"\0\0":
        at = tail.rfind(END)
    if at < 0:
        raise _no_zip(filename)
    count, length = struct.unpack_from("<HI", tail, at + 10)
    larger = tail[max(0, at - 20) : at].startswith(END_64)
    if larger or count > MOST_ENTRIES or length > MOST_DIRECTORY:
        raise DataError("`{file}` holds too many files: at most {most:,}", file=filename, most=MOST_ENTRIES)
    file.seek(0)


def _pictures(archive: zipfile.ZipFile, filename: str) -> tuple[list[Member], list[DataError]]:
    """Return the pictures of an archive by their names, and what is left out; refuse what no honest one has."""
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise DataError("`{file}` holds too many files: at most {most:,}", file=filename, most=MOST_ENTRIES)
    letters = _letters(entries)
    found: list[Member] = []
    left_out: list[DataError] = []
    for info in entries:
        name = _decoded(info, letters)
        shown = name[:120]
        if name.startswith("/") or re.match("[A-Za-z]:", name) or ".." in name.split("/"):
            raise DataError("`{file}` in `{archive}` would leave its folder", file=shown, archive=filename)
        if any(unicodedata.category(letter) == "Cc" for letter in name):
            raise DataError(
                "`{file}` in `{archive}` has control characters in its name",
                file=ascii(shown)[1:-1], archive=filename,
            )  # fmt: skip
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
            raise DataError("`{file}` in `{archive}` is a link, not a file", file=shown, archive=filename)
        parts = tuple(part for part in name.split("/") if part not in {"", "."})
        if name.endswith("/") or not parts or "__MACOSX" in parts or any(part[0] == "." for part in parts):
            continue
        suffix = Path(parts[-1]).suffix.lower()
        if suffix in NESTED:
            raise DataError(
                "`{file}` in `{archive}` is an archive itself: unpack it first", file=shown, archive=filename
            )
        if suffix not in FORMATS:
            continue
        if info.flag_bits & 1:
            raise DataError("`{file}` in `{archive}` is locked with a password", file=shown, archive=filename)
        if info.compress_type not in {
            zipfile.ZIP_STORED,
            zipfile.ZIP_DEFLATED,
        }:  # others unpack without a bound
            raise DataError(
                "`{file}` in `{archive}` is packed in an unusual way: pack it as a plain zip file",
                file=shown, archive=filename,
            )  # fmt: skip
        if info.file_size > images.MOST_BYTES:
            left_out.append(_too_large(shown))
            continue
        found.append(Member(info, shown, parts))
    if len(found) > MOST_PICTURES:
        raise DataError(
            "`{file}` holds {count:,} pictures; at most {most:,} are taken",
            file=filename, count=len(found), most=MOST_PICTURES,
        )  # fmt: skip
    return found, left_out


def _placed(members: list[Member], filename: str) -> tuple[list[tuple[Member, Path]], list[DataError]]:
    """Return each picture with the folder that it goes to, ``train/CLASS`` or ``test/CLASS``; and what has no class."""
    depth = 0
    while len(
        tops := {member.parts[depth] for member in members if len(member.parts) > depth + 1}
    ) == 1 and any(len(member.parts) > depth + 2 for member in members):
        depth += 1
    low = {top.lower() for top in tops}
    in_parts = low & TRAIN and low - TRAIN and low <= TRAIN | TEST | VALIDATION
    placed, loose = [], []
    for member in members:
        parts = member.parts[depth:]
        part = parts[0].lower() if in_parts and parts else ""
        parts = parts[1:] if in_parts else parts
        if len(parts) < 2:
            loose.append(DataError("`{file}` lies in no class's folder: left out", file=member.name))
            continue
        tests = part in TEST or (part in VALIDATION and not low & TEST)
        placed.append((member, Path("test" if tests else "train") / _class(parts[0], filename)))
    if not placed:
        raise DataError(
            "`{file}` holds no pictures in folders: pack one folder a class, with pictures ({formats}) in it",
            file=filename, formats=", ".join(sorted(FORMATS)),
        )  # fmt: skip
    return placed, loose


def _bound_declared(placed: list[tuple[Member, Path]], filename: str) -> None:
    if sum(member.info.file_size for member, _ in placed) > MOST_UNPACKED:
        raise _all_too_large(filename)


def _write(
    archive: zipfile.ZipFile,
    filename: str,
    placed: list[tuple[Member, Path]],
    target: Path,
    progress: Progress,
) -> tuple[list[Path], list[DataError]]:
    """Unpack the pictures; return their folders, one for each, and the pictures that cannot be read."""
    taken: list[Path] = []
    broken: list[DataError] = []
    sizes = pixels = 0
    for number, (member, folder) in enumerate(placed):
        progress(number, len(placed))
        try:
            with archive.open(member.info) as file:
                data = file.read(images.MOST_BYTES + 1)  # what is declared may be a lie
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, struct.error):
            broken.append(DataError("`{file}` is damaged in the archive: left out", file=member.name))
            continue
        sizes += len(data)
        if sizes > MOST_UNPACKED:
            raise _all_too_large(filename)
        try:
            image = images.parse(data, member.name, "RGB")
        except DataError as error:
            broken.append(error)
            continue
        pixels += image.width * image.height
        if pixels > MOST_PIXELS:
            raise DataError(
                "the pictures have more than {most:,} pixels together: make them smaller", most=MOST_PIXELS
            )
        (target / folder).mkdir(parents=True, exist_ok=True)
        suffix = Path(member.parts[-1]).suffix.lower()
        (target / folder / f"{number:06}{suffix}").write_bytes(data)
        taken.append(folder)
    progress(len(placed), len(placed))
    return taken, broken


def _classes(taken: list[Path], filename: str, left_out: list[DataError]) -> tuple[str, ...]:
    """Return the classes of what was unpacked.

    Raises:
        DataError: if nothing was, for too few or too many, and where train/ and test/ do not have the same.
    """
    if not taken and left_out:
        raise left_out[0]
    train, test = ({folder.name for folder in taken if folder.parts[0] == part} for part in ("train", "test"))
    if not 2 <= len(train) <= MOST_CLASSES:
        raise DataError(
            "`{file}` must hold one folder of pictures a class, from 2 to {most} of them; it has {count}",
            file=filename, most=MOST_CLASSES, count=len(train),
        )  # fmt: skip
    if test and test != train:
        raise DataError(
            "`{file}` must have the same classes in train and test; `{name}` is in one of them only",
            file=filename, name=min(test ^ train),
        )  # fmt: skip
    return tuple(sorted(train))


def _letters(entries: list[zipfile.ZipInfo]) -> str:
    """Return how the names without the flag of UTF-8 are written: as all of them can be.

    They are in the packer's own letters: a Mac writes UTF-8, a Chinese Windows GB 2312, DOS cp437, which zipfile reads.
    """
    raw = [info.orig_filename.encode("cp437") for info in entries if _is_unmarked(info)]
    for letters in ("utf-8", "gb2312"):
        with contextlib.suppress(UnicodeDecodeError):
            for name in raw:
                name.decode(letters)
            return letters
    return "cp437"


def _is_unmarked(info: zipfile.ZipInfo) -> bool:
    return not info.flag_bits & 0x800 and not info.orig_filename.isascii()


def _decoded(info: zipfile.ZipInfo, letters: str) -> str:
    """Return an entry's name, with / between its folders."""
    name = info.orig_filename.encode("cp437").decode(letters) if _is_unmarked(info) else info.orig_filename
    return unicodedata.normalize("NFC", name.replace("\\", "/"))


def _class(name: str, filename: str) -> str:
    if len(name.encode()) > 200:
        raise DataError("`{name}…` in `{file}` is too long for a class's name", name=name[:40], file=filename)
    return name


def _name(filename: str) -> str:
    """Return what an upload is called: its file's name without what no name of ours may have."""
    stem = unicodedata.normalize("NFC", Path(filename.replace("\\", "/")).stem)
    words = re.sub(r"[^\w-]+", "_", stem).strip("_-")[:50]
    return words if UPLOAD_NAME.fullmatch(words) else "pictures"


def _move(folder: Path, home: Path, name: str) -> str:
    """Give a folder the first name that is free: pets, pets-2, pets-3; return it."""
    for number in range(1, 1000):
        own = name if number == 1 else f"{name}-{number}"
        if (home / own).exists():
            continue
        try:
            folder.rename(home / own)
        except OSError:
            if (home / own).exists():  # somebody else's, this very moment
                continue
            raise
        return own
    raise DataError("there are too many uploads called `{name}`: remove some", name=name)


def _check_room(home: Path, need: int) -> None:
    free = shutil.disk_usage(home).free
    if free < need + 50_000_000:
        raise DataError(
            "there is no room for the pictures in {root}: {free} bytes are free, {need} are needed",
            root=str(home), free=free, need=need,
        )  # fmt: skip


def _sweep(home: Path) -> None:
    for path in home.glob(f"{HIDDEN}*"):
        if time.time() - path.stat().st_mtime > ABANDONED:
            shutil.rmtree(path, ignore_errors=True)


def _no_zip(filename: str) -> DataError:
    return DataError(
        "`{file}` is no zip file, or it is damaged: pack the folder as a zip file", file=filename
    )


def _too_large(name: str) -> DataError:
    return DataError("`{file}` is larger than {most} MB", file=name, most=images.MOST_BYTES // 1_000_000)


def _all_too_large(filename: str) -> DataError:
    return DataError(
        "`{file}` holds more than {most} MB of pictures: take fewer or smaller ones",
        file=filename, most=MOST_UNPACKED // 1_000_000,
    )  # fmt: skip
