"""Data sets as tensors: load one, split it, fit its pictures to a network's input.

    load("mnist") -> Dataset    split(dataset, 0.1, seed) -> (train, validation)    fit(images, (1, 32, 32))

Pictures are uint8 tensors (N, C, H, W), 0 to 255, labels int64 tensors (N,). Nothing is downloaded here
(``cnnviz.data.download`` does); a data set cut in half is refused with the file's name and sizes.
"""

import hashlib
import io
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from cnnviz.data import catalog
from cnnviz.data.folder import Files, Pictures, read_folder
from cnnviz.errors import DataError

EMBEDDED = Path(__file__).parent / "embedded"
TEST_FRACTION = 0.2
MEASURED = 2000
"""Pictures of a folder that its mean and deviation are taken of, whether it fits into memory or not."""

Shape = tuple[int, int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """Pictures and what they show, in two parts.

    Attributes:
        name: as the catalog knows it.
        classes: the classes' names, in the order of their numbers.
        train_x, test_x: uint8 (N, C, H, W); of a folder too large for the memory ``Files``, which are indexed alike.
        train_y, test_y: int64 (N,).
        mean, std: of each channel of the training pictures, on the scale 0 to 1.
    """

    name: str
    classes: tuple[str, ...]
    train_x: Pictures
    train_y: Tensor
    test_x: Pictures
    test_y: Tensor
    mean: tuple[float, ...]
    std: tuple[float, ...]

    @property
    def shape(self) -> Shape:
        """(channels, height, width) of one picture."""
        channels, height, width = self.train_x.shape[1:]
        return channels, height, width


def load(
    name: str, *, root: Path | None = None, shape: Shape | None = None, room: int | None = None
) -> Dataset:
    """Return a data set.

    Args:
        name: one of ``catalog.DATASETS``, ``folder:PATH`` or ``upload:NAME``.
        root: folder of the data sets; ``catalog.data_root()`` by default.
        shape: (channels, height, width) that the pictures of a folder are read as, 1 channel being grey; what
            the network takes in. Other data sets keep their own shape.
        room: bytes up to which a folder is read into memory at once; a third of what is free by default.

    Raises:
        DataError: if it is unknown, missing, incomplete or damaged; names the file and the cure.
    """
    info = catalog.lookup(name, root=root)
    if catalog.is_folder(name):
        home = catalog.folder_path(name, root=root)
        parts = read_folder(home, info.classes, shape or (3, 64, 64), room=room)
        if parts.test_x is None or parts.test_y is None:
            return _dataset(name, info.classes, *_stratified(parts.x, parts.y, TEST_FRACTION, seed=0))
        return _dataset(name, info.classes, parts.x, parts.y, parts.test_x, parts.test_y)
    problem = catalog.status(name, root=root).problem
    if problem is not None:
        raise problem
    if name == catalog.DEFAULT:
        x, y = digits()
        return _dataset(name, info.classes, *_stratified(x, y, TEST_FRACTION, seed=0))
    return _official(info, root or catalog.data_root())


def split(dataset: Dataset, fraction: float, seed: int) -> tuple[Tensor, Tensor]:
    """Return the numbers of the training pictures to learn from, and of those to validate with.

    Every class gives the same part; the same seed gives the same pictures.

    Args:
        dataset: what is split.
        fraction: part for validation, 0 to below 1; at least one picture of a class remains in training.
        seed: of the choice.

    Returns:
        Two int64 tensors, ascending.
    """
    return _chosen(dataset.train_y, fraction, seed)


def some(pictures: Pictures, numbers: Tensor) -> Pictures:
    """Return some pictures by number; those in files stay there."""
    return pictures.only(numbers) if isinstance(pictures, Files) else pictures[numbers]


@dataclass(frozen=True, slots=True)
class Fitting:
    """How pictures of one shape come to another.

    Attributes:
        channels: "keep"; "grey" (colour becomes grey); "repeat" (grey becomes colour).
        size: "keep"; "pad" (black around); "resize".
        padding: pixels that "pad" adds left, top, right and below.
    """

    channels: Literal["keep", "grey", "repeat"]
    size: Literal["keep", "pad", "resize"]
    padding: tuple[int, int, int, int] = (0, 0, 0, 0)


def fitting(have: Shape, want: Shape) -> Fitting:
    """Return how pictures of one (channels, height, width) are brought to another.

    Raises:
        DataError: for channels that are neither 1 nor 3 where they have to change.
    """
    if have[0] == want[0]:
        channels: Literal["keep", "grey", "repeat"] = "keep"
    elif have[0] == 1:
        channels = "repeat"
    elif (have[0], want[0]) == (3, 1):
        channels = "grey"
    else:
        raise DataError(
            "pictures with {have} channels cannot go into a network that takes {wanted}",
            have=have[0],
            wanted=want[0],
        )
    if have[1:] == want[1:]:
        return Fitting(channels, "keep")
    if not all(0.75 * side <= now <= side for now, side in zip(have[1:], want[1:], strict=True)):
        return Fitting(channels, "resize")
    down, right = want[1] - have[1], want[2] - have[2]
    return Fitting(channels, "pad", (right // 2, down // 2, right - right // 2, down - down // 2))


def fit(images: Tensor, shape: Shape) -> Tensor:
    """Bring pictures to a network's (channels, height, width).

    Colour becomes grey by the luminance of ITU-R 601 (0.299 R + 0.587 G + 0.114 B); grey becomes colour by
    repetition. A picture that is at most a quarter smaller than wanted (28 for 32) is padded with black,
    the odd pixel right and below; any other size is resized, bilinear and antialiased.

    Args:
        images: (N, C, H, W), uint8 0 to 255 or floating point; the result has the same kind.
        shape: what the network takes in.

    Raises:
        DataError: as ``fitting``.
    """
    way = fitting((images.shape[1], images.shape[2], images.shape[3]), shape)
    if way.channels == "repeat":
        images = images.expand(-1, shape[0], -1, -1)
    elif way.channels == "grey":
        images = _grey(images)
    if way.size == "keep":
        return images
    if way.size == "pad":
        left, top, right, below = way.padding
        return F.pad(images, (left, right, top, below))
    if images.dtype != torch.uint8:
        return F.interpolate(images, shape[1:], mode="bilinear", antialias=True)
    parts = [
        F.interpolate(part.float(), shape[1:], mode="bilinear", antialias=True)
        .round_()
        .clamp_(0, 255)
        .to(torch.uint8)
        for part in torch.split(images, 1024)
    ]
    return torch.cat(parts)


def fingerprint(dataset: Dataset) -> str:
    """Return what tells a data set from every other: SHA-256 of its classes, shapes, labels and pictures.

    Two runs with the same fingerprint saw the same pictures in the same order. Of a folder too large for the
    memory the files' names and sizes stand for the pictures.
    """
    found = hashlib.sha256(repr(dataset.classes).encode())
    for part in (dataset.train_x, dataset.train_y, dataset.test_x, dataset.test_y):
        found.update(repr(tuple(part.shape)).encode())
        if isinstance(part, Files):
            for path in part.paths:
                found.update(f"{path}\0{(part.home / path).stat().st_size}\0".encode())
        else:
            found.update(part.contiguous().numpy().data.cast("B"))
    return found.hexdigest()


def digits() -> tuple[Tensor, Tensor]:
    """Return the embedded digits made like MNIST: uint8 (1797, 1, 28, 28) and their labels.

    MNIST was made by fitting each digit into 20x20 pixels and putting its centre of mass at the middle of
    28x28, so the 8x8 pictures are enlarged smoothly to 20x20 and placed by the same rule: what reads drawings
    prepared like MNIST reads these too.
    """
    with np.load(io.BytesIO((EMBEDDED / "digits.npz").read_bytes()), allow_pickle=False) as data:
        small = torch.from_numpy(data["images"].astype(np.float32)) / 16
        labels = torch.from_numpy(data["labels"].astype(np.int64))
    large = F.interpolate(small[:, None], (20, 20), mode="bicubic", align_corners=False).clamp_(0, 1)
    return (centred(large, 28) * 255).round_().to(torch.uint8), labels


def centred(images: Tensor, side: int) -> Tensor:
    """Put pictures into ``side`` x ``side`` with their centres of mass in the middle, to a whole pixel.

    Args:
        images: floating point (N, 1, H, W), ink positive on 0, H and W at most ``side``.
        side: of the result; the middle is the corner between pixels ``side / 2 - 1`` and ``side / 2``.
    """
    count, _, height, width = images.shape
    ink = images.sum((1, 2, 3)).clamp_min_(1e-6)
    rows = (images.sum((1, 3)) * (torch.arange(height) + 0.5)).sum(1) / ink
    columns = (images.sum((1, 2)) * (torch.arange(width) + 0.5)).sum(1) / ink
    tops = (side / 2 - rows).round().clamp(0, side - height).long()
    lefts = (side / 2 - columns).round().clamp(0, side - width).long()
    result = images.new_zeros((count, 1, side, side))
    for image, top, left, place in zip(images, tops.tolist(), lefts.tolist(), result, strict=True):
        place[:, top : top + height, left : left + width] = image
    return result


def _official(info: catalog.DatasetInfo, root: Path) -> Dataset:
    try:
        if info.files[0][0].endswith("idx3-ubyte"):
            images, labels, test_images, test_labels = (_idx(root / path) for path, _ in info.files)
            tensors = [images[:, None], labels.long(), test_images[:, None], test_labels.long()]
        else:
            tensors = _by_torchvision(info, root)
    except (OSError, RuntimeError, ValueError, AssertionError, EOFError, KeyError) as error:
        raise DataError(
            "{title} in {root} is damaged ({reason}); download it again",
            title=info.title, root=str(root), reason=str(error)[:200],
        ) from None  # fmt: skip
    return _dataset(info.name, info.classes, *tensors)


def _idx(path: Path) -> Tensor:
    """Return what an IDX file of bytes holds; torchvision gives the same, but takes seconds to be imported.

    Format (LeCun, MNIST's page): 0, 0, 8 for bytes, the number of dimensions, each size (big-endian), the values.
    """
    raw = path.read_bytes()
    start = 4 + 4 * raw[3] if len(raw) > 3 else 4
    sizes = np.frombuffer(raw[4:start], ">i4").tolist()
    if raw[:3] != b"\0\0\x08" or min(sizes, default=-1) < 0 or len(raw) - start != math.prod(sizes):
        raise ValueError(f"{path.name} is no IDX file of bytes")
    return torch.from_numpy(np.frombuffer(raw, np.uint8, offset=start).copy()).view(sizes)


def _by_torchvision(info: catalog.DatasetInfo, root: Path) -> list[Tensor]:
    from torchvision import datasets as torchvision_datasets  # noqa: PLC0415  (a second, and often not needed)

    kind = getattr(torchvision_datasets, catalog.TORCHVISION[info.name])
    tensors: list[Tensor] = []
    for part in (kind(root, train=train, download=False) for train in (True, False)):
        pictures = torch.as_tensor(part.data).permute(0, 3, 1, 2).contiguous()
        tensors += [pictures, torch.as_tensor(part.targets, dtype=torch.int64)]
    return tensors


def _dataset(
    name: str, classes: tuple[str, ...], train_x: Pictures, train_y: Tensor, test_x: Pictures, test_y: Tensor
) -> Dataset:
    title = catalog.bare(name)
    if not len(train_y) or not len(test_y):
        raise DataError("{name} has too few pictures: at least one class needs two of them", name=title)
    for x, y in ((train_x, train_y), (test_x, test_y)):
        if len(x) != len(y) or int(y.min()) < 0 or int(y.max()) >= len(classes):
            raise DataError("{name} is damaged: pictures and labels do not fit together", name=title)
    measured = train_x
    if catalog.is_folder(name) and len(train_x) > MEASURED:
        measured = some(train_x, torch.linspace(0, len(train_x) - 1, MEASURED).round().long())
    mean, std = statistics(measured[:])
    return Dataset(name, classes, train_x, train_y, test_x, test_y, mean, std)


def statistics(images: Tensor) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return mean and standard deviation of each channel, by counting its 256 values: exactly."""
    means, stds = [], []
    values = torch.arange(256, dtype=torch.float64) / 255
    for channel in range(images.shape[1]):
        counts = torch.zeros(256, dtype=torch.float64)
        for part in torch.split(images[:, channel], 16_384):
            counts += torch.bincount(part.reshape(-1), minlength=256)
        weights = counts / counts.sum()
        mean = float((weights * values).sum())
        means.append(mean)
        stds.append(max(float((weights * (values - mean) ** 2).sum().sqrt()), 1e-3))
    return tuple(means), tuple(stds)


def _stratified(
    x: Pictures, y: Tensor, fraction: float, *, seed: int
) -> tuple[Pictures, Tensor, Pictures, Tensor]:
    train, test = _chosen(y, fraction, seed)
    return some(x, train), y[train], some(x, test), y[test]


def _chosen(labels: Tensor, fraction: float, seed: int) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(labels), generator=generator)
    kept, taken = [], []
    for label in range(int(labels.max()) + 1):
        members = order[labels[order] == label]
        count = min(round(len(members) * fraction), max(len(members) - 1, 0))
        if fraction > 0 and len(members) > 1:
            count = max(count, 1)
        taken.append(members[:count])
        kept.append(members[count:])
    return torch.cat(kept).sort().values, torch.cat(taken).sort().values


def _grey(images: Tensor) -> Tensor:
    weights = torch.tensor([0.299, 0.587, 0.114], device=images.device).view(1, 3, 1, 1)
    if images.dtype != torch.uint8:
        return (images * weights.to(images.dtype)).sum(1, keepdim=True)
    parts = torch.split(images, 4096)
    return torch.cat([(part * weights).sum(1, keepdim=True).round_().to(torch.uint8) for part in parts])
