"""A run: a training in a process of its own, its events on disk.

    config   what to train and how, one frozen value
    events   what happens, one JSON line each
    run      one run folder and its state
    runs     all of them: start, list, find, stop
    locks    who lives: the flock that a worker holds
    history  events folded into curves
    devices  where a training can run
    feed     the data on the device, in batches
    recipe   first weights, loss, optimiser, learning rate
    dropout  a cheaper coin for the CPU
    loop     the training itself, an iterator of events: ``training`` does the steps, ``desk`` takes requests,
             ``examining`` asks pictures, ``watch`` looks inside, ``progress`` counts, ``faults`` says what is wrong
    state    all that it takes to go on exactly: ``snapshot`` takes it, ``keeper`` saves it, ``resuming`` cuts back
    journal  the event file;  records  what lies beside it
    worker   the process: python -m cnnviz.train.worker RUN_DIR

Only ``feed``, ``recipe``, ``dropout`` and ``loop`` need torch, so a page can start and watch runs without it.
"""
