"""The notes' examples: each is a page's settings, one click away, and what is to be seen there.

Where the notes are mistaken, ``correction`` says so and gives the right value; ``claims`` names the statements that
``tests/notes`` reproduces.
"""

from cnnviz.content.examples.example import Example
from cnnviz.content.examples.layers import ACTIVATIONS, BATCHNORM, DENSE, DROPOUT, LEARN, LINEAR, SOFTMAX
from cnnviz.content.examples.networks import BLOCKS
from cnnviz.content.examples.windows import CONVOLUTION, INTERPOLATION, POOLING

EXAMPLES: tuple[Example, ...] = (
    *CONVOLUTION, *POOLING, *ACTIVATIONS, *BATCHNORM, *DROPOUT, *LINEAR, *SOFTMAX, *INTERPOLATION, *DENSE, *LEARN,
    *BLOCKS,
)  # fmt: skip
"""In the order in which their page shows them."""

__all__ = ["EXAMPLES", "Example", "of"]


def of(page: str) -> list[Example]:
    """Return the examples of a page."""
    return [example for example in EXAMPLES if example.page == page]
