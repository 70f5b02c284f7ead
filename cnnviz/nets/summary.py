"""torchinfo's own table of a network, for whoever wants to compare."""

import torch

from cnnviz.nets.build import build
from cnnviz.spec import Network


def summary(network: Network) -> str:
    """Return what ``torchinfo.summary`` prints for one picture.

    torchinfo counts the bias among the multiply-adds; we count convolution and linear only, as the papers do.

    Raises:
        ShapeError: if the layers do not fit together.
        DeviceError: if the network is too large to build.
    """
    import torchinfo  # noqa: PLC0415  (only the page's button needs it)

    columns = ("input_size", "output_size", "num_params", "kernel_size", "mult_adds")
    with torch.device("meta"):  # shapes only: no weights, nothing computed
        module = build(network)
    shape = (1, *network.input_shape)
    return str(
        torchinfo.summary(module, input_size=shape, col_names=columns, device="meta", verbose=0, depth=8)
    )
