"""A run: a training in a process of its own, its events on disk.

    config   what to train and how, one frozen value
    events   what happens, one JSON line each
    runs     run folders: start, list, find, stop, state
    history  events folded into curves
    devices  where a training can run
    loop     the training itself, an iterator of events (needs torch)
    worker   the process: python -m cnnviz.train.worker RUN_DIR

Nothing but ``loop`` and ``worker`` imports torch, so a page can start and watch runs without it.
"""
