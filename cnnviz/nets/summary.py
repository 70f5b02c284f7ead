"""torchinfo's own table of a network, for whoever wants to compare."""

from dataclasses import dataclass

import torch

from cnnviz.nets.build import build
from cnnviz.spec import Network


@dataclass(frozen=True, slots=True)
class Summary:
    """What torchinfo says of one picture.

    Attributes:
        text: its table.
        params: its count of parameters.
        macs: its count of multiply-adds. It counts the bias of convolution and linear layers among them, and each
            parameter of any other layer once; we count convolution and linear only, as the papers do.
    """

    text: str
    params: int
    macs: int


def summary(network: Network) -> Summary:
    """Return what ``torchinfo.summary`` prints for one picture.

    Raises:
        ShapeError: if the layers do not fit together.
        DeviceError: if the network is too large to build.
    """
    import torchinfo  # noqa: PLC0415  (only the page's button needs it)

    columns = ("input_size", "output_size", "num_params", "kernel_size", "mult_adds")
    with torch.device("meta"):  # shapes only: no weights, nothing computed
        module = build(network)
    shape = (1, *network.input_shape)
    said = torchinfo.summary(module, input_size=shape, col_names=columns, device="meta", verbose=0, depth=8)
    return Summary(str(said), int(said.total_params), int(said.total_mult_adds))
