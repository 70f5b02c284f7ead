"""A real training, small and plain, that leaves a run folder as ``docs/architecture.md`` describes it."""

import dataclasses
import os
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from cnnviz.data.datasets import fit, load, split
from cnnviz.nets.build import build
from cnnviz.nets.checkpoint import Checkpoint, save
from cnnviz.spec import AvgPool2d, Chain, Conv2d, Flatten, Linear, Network, ReLU
from cnnviz.train import locks
from cnnviz.train.config import TrainConfig
from cnnviz.train.events import EpochEnd, Finished, Started, Stopped, to_line
from cnnviz.train.run import CONFIG, LOCK, Run

HANDFUL = 6


def tiny(*, convolution: bool = True) -> Network:
    layers = (Conv2d(1, 4, 5), ReLU(), AvgPool2d(4), Flatten(), Linear(144, 10))
    return Network("Tiny", (1, 28, 28), Chain("", layers if convolution else (Flatten(), Linear(784, 10))))


def train(  # noqa: PLR0915  (one story)
    path: Path,
    network: Network | None = None,
    dataset: str = "digits",
    epochs: int = 3,
    *,
    end: str = "finished",
    fraction: float = 0.2,
    most: int = 10**9,
    records: bool = True,
) -> Run:
    """Train for some epochs and write down all that the engine writes down; ``end=""`` leaves it fallen."""
    config = TrainConfig(network or tiny(), dataset, epochs=epochs, validation_fraction=fraction, seed=1)
    path.mkdir(parents=True)
    (path / CONFIG).write_text(config.to_json())
    os.close(locks.take(path / LOCK))
    data, chance = load(dataset), torch.Generator().manual_seed(config.seed)
    learned, kept = (numbers[:most] for numbers in split(data, fraction, config.seed))
    torch.manual_seed(config.seed)
    module = build(config.network)
    optimizer = torch.optim.Adam(module.parameters(), 0.003)

    def ready(x):
        pictures = fit(x, config.network.input_shape).float() / 255
        return (pictures - data.mean[0]) / data.std[0]

    def asked(x):
        with torch.inference_mode():
            return torch.cat([module(ready(part)).softmax(1) for part in x.split(500)])

    events = [
        Started(0.0, "cpu", "CPU", len(learned), len(kept), len(data.test_y), 1, epochs, 1, (), data.classes)
    ]
    card = {
        entry.name: getattr(config, entry.name)
        for entry in dataclasses.fields(config)
        if entry.name != "network"
    }

    def keep(name, epoch):
        weights = {key: value.clone() for key, value in module.state_dict().items()}
        known = Checkpoint(
            config.network, data.classes, data.mean, data.std, dataset, epoch, epoch, weights, card
        )
        save(path / f"{name}.safetensors", known)

    first = next((layer for layer in module.modules() if isinstance(layer, torch.nn.Conv2d)), None)
    best, best_accuracy, best_loss, best_weights = 0, -1.0, None, None
    for epoch in range(1, epochs + 1):
        module.train()
        for numbers in learned[torch.randperm(len(learned), generator=chance)].split(64):
            loss = F.cross_entropy(module(ready(data.train_x[numbers])), data.train_y[numbers])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        module.eval()
        keep("last", epoch)
        if not len(kept):
            events.append(EpochEnd(epoch, epoch, loss.item(), 0.5, None, None, 1.0))
            continue
        probabilities = asked(data.train_x[kept])
        sure, answers = probabilities.max(1)
        labels = data.train_y[kept]
        accuracy = (answers == labels).double().mean().item()
        val_loss = F.nll_loss(probabilities.log(), labels).item()
        events.append(EpochEnd(epoch, epoch, loss.item(), 0.5, val_loss, accuracy, float(epoch)))
        if accuracy > best_accuracy:
            best, best_accuracy, best_loss = epoch, accuracy, val_loss
            best_weights = {key: value.clone() for key, value in module.state_dict().items()}
            keep("best", epoch)
        if records:
            (path / "epochs").mkdir(exist_ok=True)
            confusion = np.zeros((10, 10), np.int32)
            np.add.at(confusion, (labels.numpy(), answers.numpy()), 1)
            kernels = {} if first is None else {"kernels": first.weight.detach().numpy().astype(np.float16)}
            np.savez(
                path / "epochs" / f"{epoch:04}.npz", confusion=confusion, predicted=answers.numpy().astype(np.uint16),
                confidence=sure.numpy().astype(np.float16), handful=probabilities[:HANDFUL].numpy().astype(np.float16),
                **kernels,
            )  # fmt: skip
    if records and len(kept):
        np.savez(path / "epochs" / "validation.npz", numbers=kept.numpy(), labels=data.train_y[kept].numpy())
        few = fit(data.train_x[kept[:HANDFUL]], config.network.input_shape).numpy()
        np.savez(path / "live.npz", pictures=few, labels=data.train_y[kept[:HANDFUL]].numpy(), step=epochs)
    if end == "finished":
        if best_weights:
            module.load_state_dict(best_weights)
        probabilities = asked(data.test_x)
        if records:
            np.savez(
                path / "test.npz",
                probabilities=probabilities.numpy().astype(np.float16),
                labels=data.test_y.numpy(),
            )
        accuracy = (probabilities.argmax(1) == data.test_y).double().mean().item()
        test_loss = F.nll_loss(probabilities.log(), data.test_y).item()
        events.append(
            Finished(0.1, 0.9, best_loss, best_accuracy, test_loss, accuracy, best or epochs, 1.0, 1.0)
        )
    elif end == "stopped":
        events.append(Stopped(epochs, epochs, 1.0))
    (path / "events.jsonl").write_text("".join(map(to_line, events)))
    return Run(path)
