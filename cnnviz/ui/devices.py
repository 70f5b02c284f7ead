"""Where to train: the choice of the device, who uses it, and whether the training fits into its memory."""

from pathlib import Path

import streamlit as st

from cnnviz.errors import DeviceError
from cnnviz.train import devices, queue, runs
from cnnviz.train import warm as standby
from cnnviz.train.config import TrainConfig
from cnnviz.train.devices import SEVERAL, Device
from cnnviz.train.estimate import Estimate, estimate, learned_from
from cnnviz.train.run import ALIVE
from cnnviz.train.runs import runs_root
from cnnviz.ui import fields, state, tables, warm
from cnnviz.ui.i18n import _

FRESH = 2.0
"""Seconds for which an answer about the devices is good; asking the driver takes a moment."""


def choose() -> str:
    """Show the devices, and what is free on the chosen one; return its id."""
    warm.wait()
    standby.renew()
    found = _available(str(runs_root()))
    titles = {"auto": _("Automatic: the fastest that is free"), **{each.id: _title(each) for each in found}}
    gpus = [each for each in found if each.kind == "cuda"]
    if len(gpus) > 1:
        titles[SEVERAL.join(each.id for each in gpus)] = _("{count} GPUs share each batch").format(
            count=len(gpus)
        )
    linked = state.get(fields.DEVICE)
    if linked not in titles and _is_there(linked, found):  # several that a link or a file names
        titles[linked] = linked
    state.keep_among(fields.DEVICE, list(titles))
    chosen = str(
        st.selectbox(_("Device"), list(titles), format_func=titles.__getitem__, **state.widget(fields.DEVICE))
    )
    alive = any(run.state() in ALIVE for run in runs.list_runs())
    st.fragment(_say, key="device_use", run_every=FRESH if alive else None)(chosen)
    return chosen


def _say(chosen: str) -> None:
    """Say what is free on the chosen device and who uses it; anew while somebody trains."""
    try:
        picked = devices.pick(chosen, _available(str(runs_root())))
    except DeviceError:
        return  # it has gone since: the next run of the whole page offers what is left
    st.caption(_about(chosen, picked))


def show_estimate(config: TrainConfig) -> None:
    """Show what a training takes of the device's memory, its parts, and the largest batch if this one is too large."""
    picked = devices.pick(config.device, _available(str(runs_root())))
    found = estimate(config, min(picked, key=lambda device: device.memory_free))
    if found.free and not found.fits:
        _warn(config, found)
    pictures = learned_from(config)
    if 0 < pictures < config.batch_size:
        st.caption(
            _("One batch holds all {count} training pictures: each epoch is a single step.").format(
                count=f"{pictures:,}"
            )
        )
    line = _("Memory: about {size}").format(size=tables.size(found.total))
    if found.free:
        line = _("Memory: about {size} of {free} free").format(
            size=tables.size(found.total), free=tables.size(found.free)
        )
    with st.expander(line, icon=":material/memory:", key="widget:memory"):
        st.table(_parts(found), border="horizontal")
        if len(picked) > 1:
            st.caption(_("In each of the {count} processes.").format(count=len(picked)))
        st.caption(
            _(
                "Weights, gradients, optimiser and activations are exact; the rest is estimated. It is most at one moment, so that the parts may be more than the whole."
            )
        )


def _warn(config: TrainConfig, found: Estimate) -> None:
    if not found.largest_batch:
        st.warning(
            _("This does not fit into the memory, not even one picture at a time: take a smaller network or another device."),
            icon=":material/warning:",
        )  # fmt: skip
        return
    st.warning(
        _("A batch of {batch:,} needs about {size}, but {free} is free. The largest batch that fits is {largest:,}.").format(
            batch=config.batch_size, size=tables.size(found.total), free=tables.size(found.free), largest=found.largest_batch,
        ),
        icon=":material/warning:",
    )  # fmt: skip
    st.button(
        _("Take batches of {largest:,}").format(largest=found.largest_batch), icon=":material/compress:",
        key="widget:largest_batch", on_click=state.put, args=(fields.BATCH_SIZE, found.largest_batch), width="stretch",
    )  # fmt: skip


def _parts(found: Estimate) -> dict[str, list[str]]:
    rows = (
        (_("Weights, and the best so far"), found.weights),
        (_("Gradients"), found.gradients),
        (_("Optimiser"), found.optimizer),
        (_("Activations, kept for the backward pass"), found.activations),
        (_("In passing"), found.passing),
        (_("Data set"), found.data),
        (_("PyTorch itself"), found.baseline),
    )
    return {
        _("What"): [name for name, _size in rows],
        _("Size"): [tables.size(size).replace(" ", "\N{NO-BREAK SPACE}") for _name, size in rows],
    }


def _title(device: Device) -> str:
    """What a device is called: nothing in it changes while it is chosen."""
    cores = _("{count} cores").format(count=device.cores) if device.cores else ""
    name = device.name if device.id == "mps" else f"{device.id}: {device.name}"
    return ", ".join(filter(None, [name, cores]))


def _about(chosen: str, picked: list[Device]) -> str:
    """Return what is free on the device, and which runs use it."""
    device = min(picked, key=lambda each: each.memory_free)
    facts = [_title(device)] if chosen == "auto" else []
    if device.memory_free:
        facts.append(
            _("{free} of {total} free").format(
                free=tables.size(device.memory_free), total=tables.size(device.memory_total)
            )
        )
    # A run that has just ended still has its place for a moment, and the answer may be two seconds old.
    ended = {run.name for run in runs.list_runs() if run.state() not in ALIVE}
    users = [[user for user in each.users[: queue.places(each.id)] if user not in ended] for each in picked]
    inside = list(dict.fromkeys(user for part in users for user in part))
    waiting = {user for each in picked for user in each.users}.difference(inside, ended)
    facts.append(_("in use by {run}").format(run=", ".join(inside)) if inside else _("nobody trains on it"))
    if waiting:
        facts.append(_("{count} waiting").format(count=len(waiting)))
    return " · ".join(facts)


def _is_there(wanted: str, found: list[Device]) -> bool:
    try:
        devices.pick(wanted, found)
    except DeviceError:
        return False
    return True


@st.cache_data(ttl=FRESH, max_entries=4, show_spinner=False)
def _available(root: str) -> list[Device]:
    """Return the devices, asked anew now and then."""
    return devices.available(Path(root))
