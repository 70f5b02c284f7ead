"""The training that every tutorial starts from, to be measured against: pytorch/examples' ``mnist/main.py``.

Written anew after that script (BSD-3-Clause; no line is copied), faithful in what it does: torchvision's data set with
its two transforms, a ``DataLoader`` of 64 in the main process, Adadelta with rate 1.0, times 0.7 after each epoch,
negative log-likelihood, a line every 10 batches, the test pictures after every epoch by 1,000. As there, training
pictures are shuffled only on an accelerator: on a CPU they come in the order of the file. What is ours: lines of JSON
instead of prose, and an end as soon as the accuracy that is asked for is reached (``--until``).

    python benchmarks/peer_mnist.py DATA_ROOT --until 0.99 --epochs 14
"""

import argparse
import json
from collections.abc import Iterator

import torch
from torch import Tensor, nn, optim
from torch.nn import functional as F  # noqa: N812
from torch.optim.lr_scheduler import StepLR
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

LOG_EVERY = 10


class Net(nn.Module):
    """Two convolutions, two linear layers; our ``digit_recognizer`` is the same network."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 32, 3, 1), nn.Conv2d(32, 64, 3, 1)
        self.dropout1, self.dropout2 = nn.Dropout(0.25), nn.Dropout(0.5)
        self.fc1, self.fc2 = nn.Linear(9216, 128), nn.Linear(128, 10)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, 1, 28, 28) to log-probabilities (N, 10)."""
        x = F.relu(self.conv2(F.relu(self.conv1(x))))
        x = torch.flatten(self.dropout1(F.max_pool2d(x, 2)), 1)
        x = self.dropout2(F.relu(self.fc1(x)))
        return F.log_softmax(self.fc2(x), dim=1)


def mnist(root: str, *, train: bool, size: int = 28) -> datasets.MNIST:
    """Return torchvision's data set as the script has it; resized where a network wants other pictures."""
    larger = [transforms.Resize(size)] if size != 28 else []
    steps = [*larger, transforms.ToTensor(), transforms.Normalize((0.1307,), (0.3081,))]
    return datasets.MNIST(root, train=train, transform=transforms.Compose(steps))


def batches(
    module: nn.Module,
    loader: DataLoader[tuple[Tensor, Tensor]],
    optimizer: optim.Optimizer,
    *,
    scores: bool = False,
) -> Iterator[int]:
    """Train one epoch as the script does; yield the number of pictures of each batch.

    ``scores``: whether the network gives scores instead of log-probabilities.
    """
    module.train()
    for number, (data, target) in enumerate(loader):
        data, target = data.to("cpu"), target.to("cpu")  # noqa: PLW2901
        optimizer.zero_grad()
        output = module(data)
        loss = F.cross_entropy(output, target) if scores else F.nll_loss(output, target)
        loss.backward()
        optimizer.step()
        if number % LOG_EVERY == 0:
            print(json.dumps({"batch": number, "loss": loss.item()}), flush=True)
        yield len(data)


def tested(module: nn.Module, loader: DataLoader[tuple[Tensor, Tensor]]) -> float:
    """Return the accuracy on the test pictures."""
    module.eval()
    loss, right = 0.0, 0
    with torch.no_grad():
        for data, target in loader:
            data, target = data.to("cpu"), target.to("cpu")  # noqa: PLW2901
            output = module(data)
            loss += F.nll_loss(output, target, reduction="sum").item()
            right += int(output.argmax(dim=1, keepdim=True).eq(target.view(-1, 1)).sum().item())
    return right / len(loader.dataset)  # type: ignore[arg-type]


def main() -> None:
    """Train until the accuracy is reached or the epochs are over."""
    parser = argparse.ArgumentParser()
    parser.add_argument("root")
    parser.add_argument("--until", type=float, default=2.0)
    parser.add_argument("--epochs", type=int, default=14)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    torch.manual_seed(given.seed)
    learning = DataLoader(mnist(given.root, train=True), batch_size=64)
    testing = DataLoader(mnist(given.root, train=False), batch_size=1000)
    module = Net().to("cpu")
    optimizer = optim.Adadelta(module.parameters(), lr=1.0)
    scheduler = StepLR(optimizer, step_size=1, gamma=0.7)
    for epoch in range(1, given.epochs + 1):
        for _count in batches(module, learning, optimizer):
            pass
        accuracy = tested(module, testing)
        scheduler.step()
        print(json.dumps({"epoch": epoch, "accuracy": accuracy}), flush=True)
        if accuracy >= given.until:
            break


if __name__ == "__main__":
    main()
