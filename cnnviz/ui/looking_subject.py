"""What the Data page looks at: a data set, and how a training would use it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.spec import Network
from cnnviz.ui.looking_cache import Known

if TYPE_CHECKING:
    from cnnviz.data.datasets import Dataset


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """A data set and the choices that say how it is used.

    Attributes:
        name: of the data set, as a config says it.
        key: what its statistics are kept under.
        dataset: the pictures.
        network: what they go into.
        classes: the classes' names, translated.
        fraction: part of the training pictures that is kept for validation.
        seed: of that choice.
        kinds: of augmentation.
    """

    name: str
    key: Known
    dataset: "Dataset"
    network: Network
    classes: tuple[str, ...]
    fraction: float
    seed: int
    kinds: tuple[str, ...]
