"""Another process of a training on several devices: ``python -m cnnviz.train.follower DESCRIPTOR``.

Started by ``parallel.Leader``, which names it its batches over a pipe; it writes no file, and ends with its leader.
"""

import io
import os
import pickle
import sys
import traceback
from contextlib import suppress
from multiprocessing.connection import Connection

from cnnviz.train.worker import keep_memory, yield_cores


def main(arguments: list[str]) -> int:
    """Do a leader's batches; return the exit code, 1 where something fell."""
    line = Connection(int(arguments[0]))
    try:
        _follow(line)
    except BaseException as error:
        traceback.print_exc()
        from cnnviz.train.parallel import told  # noqa: PLC0415

        with suppress(OSError):
            line.send_bytes(told(error))
        return 1
    return 0


def _follow(line: Connection) -> None:
    rank, ids, store, config_text, dataset = pickle.loads(line.recv_bytes())  # noqa: S301  (from our own parent)
    keep_memory()
    yield_cores()
    import torch  # noqa: PLC0415  (after the allocator is set)

    from cnnviz.train.config import TrainConfig  # noqa: PLC0415
    from cnnviz.train.parallel import READY, Team, follow, meet  # noqa: PLC0415
    from cnnviz.train.training import Training  # noqa: PLC0415

    class Follower(Team):
        def join(self) -> None:
            line.send_bytes(READY)
            meet(self.device, self.rank, self.size, store)

    config = TrainConfig.from_json(config_text)
    training = Training(config, dataset, team=Follower(torch.device(ids[rank]), rank, len(ids)))
    torch.manual_seed(config.seed + 7919 * rank)  # its own chance for dropout
    training.quick.train()

    def take_over(data: bytes) -> None:
        state = torch.load(io.BytesIO(data), map_location=training.device, weights_only=True)
        training.module.load_state_dict(state["module"])
        training.optimizer.load(state["optimizer"])
        training.feed.load_state(state["feed"])

    follow(line, training.batch, take_over)


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stderr.flush()
    os._exit(code)
