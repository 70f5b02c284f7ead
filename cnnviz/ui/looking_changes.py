"""What becomes of pictures on their way into a network: changed at random, and fitted to its input."""

import streamlit as st

from cnnviz.data import catalog
from cnnviz.errors import CnnvizError
from cnnviz.language import N_
from cnnviz.shapes import say
from cnnviz.spec import Shape
from cnnviz.train.config import AUGMENTS, check_classes
from cnnviz.ui import fields, labels, looking_cache, looking_grid, looking_numbers, looking_samples, state
from cnnviz.ui.guard import guard
from cnnviz.ui.i18n import _, paragraph, sentence
from cnnviz.ui.looking_grid import Tile
from cnnviz.ui.looking_subject import Subject

GREY = N_("Colour becomes grey as the eye sees it: 0.299 red + 0.587 green + 0.114 blue.")
PICTURES, DRAWS, FITTED = 5, 8, 6


def augmentation(subject: Subject) -> None:
    """Show the choice of kinds, and the same pictures as some epochs would show them."""
    key = "widget:augment"
    st.session_state[key] = list(subject.kinds)

    def follow() -> None:
        state.put(fields.AUGMENT, tuple(kind for kind in AUGMENTS if kind in st.session_state[key]))

    st.pills(
        _("Augmentation"), AUGMENTS, format_func=labels.augments().__getitem__, selection_mode="multi", key=key, on_change=follow,
    )  # fmt: skip
    with st.container(horizontal=True, key="data_drawing"):
        looking_samples.another(_("Other random versions"), fields.DATA_DRAWS)
        looking_samples.another(_("Other pictures"), fields.DATA_HANDFUL)
    numbers = looking_samples.handful(subject, PICTURES, state.get(fields.DATA_HANDFUL))
    shape = _input(subject)
    found = looking_cache.changed(
        subject.key, numbers, subject.kinds, DRAWS, state.get(fields.DATA_DRAWS), shape
    )
    rows = []
    for number, sources in zip(numbers, found, strict=True):
        name = looking_samples.text(subject, number)
        draws = [_("{picture}, draw {number}").format(picture=name, number=k) for k in range(1, DRAWS + 1)]
        label = subject.classes[int(subject.dataset.train_y[number])]
        rows.append((label, [Tile(*each) for each in zip(sources, [name, *draws], strict=True)]))
    looking_grid.rows(
        rows, side=_side(shape), ratio=shape[2] / shape[1], heads=(_("Picture"), _("What some epochs see")),
    )  # fmt: skip
    if subject.kinds:
        st.caption(_("Each time that a picture is learned from it is drawn anew; validation and test pictures are left as they are. Nearly the same in torchvision:"))  # fmt: skip
        st.code(lines(subject.kinds, shape), language="python")
        if "drawing" in subject.kinds:
            st.caption(_("Thickness of strokes has no counterpart there."))
    else:
        st.caption(_("No kind is chosen, so every epoch sees the same pictures. Choose one above."))


def lines(kinds: tuple[str, ...], shape: Shape) -> str:
    """Return torchvision's lines that change pictures nearly as we do."""
    from cnnviz.data.augment import furthest  # noqa: PLC0415  (imports torch)

    _channels, height, width = shape
    known = {
        "flip": ["v2.RandomHorizontalFlip(),"],
        "crop": [f"v2.RandomResizedCrop(({height}, {width}), scale=(0.5, 1.0), ratio=(3 / 4, 4 / 3)),"],
        "shift": [f"v2.RandomCrop(({height}, {width}), padding=({furthest(width)}, {furthest(height)})),"],
        "rotate": ["v2.RandomRotation(15, interpolation=v2.InterpolationMode.BILINEAR),"],
        "colour": ["v2.ColorJitter(brightness=0.3, contrast=0.3, saturation=0.3),"],
        "drawing": ["v2.RandomAffine(15, translate=(0.07, 0.07), scale=(0.88, 1.12), shear=6),"],
    }
    inside = [f"    {line}" for kind in AUGMENTS if kind in kinds for line in known[kind]]
    return "\n".join(["v2.Compose([", *inside, "])"])


def fitted(subject: Subject) -> None:
    """Show how pictures are brought to the network's input, with the lines that do it in torchvision."""
    from cnnviz.data.datasets import fitting  # noqa: PLC0415  (imports torch)

    data, shape = subject.dataset, subject.network.input_shape
    with guard():
        try:
            check_classes(subject.network, len(data.classes), labels.dataset(subject.name))
        except CnnvizError as error:
            st.warning(sentence(error), icon=":material/rule:")
    numbers = looking_samples.handful(subject, FITTED, state.get(fields.DATA_HANDFUL))
    folder = catalog.is_folder(subject.name)
    before = looking_cache.pictures(subject.key, numbers, original=True)
    after = [each[0] for each in looking_cache.changed(subject.key, numbers, (), 0, 0, _input(subject))]
    way = fitting(data.shape, _input(subject))
    st.markdown(_say(subject, way.channels, way.size, folder=folder))
    texts = [looking_samples.text(subject, number) for number in numbers]
    looking_samples.another(_("Other pictures"), fields.DATA_HANDFUL)
    looking_grid.rows(
        [
            (_("As they are"), [Tile(*each) for each in zip(before, texts, strict=True)]),
            (
                _("As {network} sees them").format(network=subject.network.name),
                [Tile(*each) for each in zip(after, texts, strict=True)],
            ),
        ],
        side=128, ratio=shape[2] / shape[1] if folder else 1.0, narrow=3,
    )  # fmt: skip
    mean, std = looking_cache.normalisation(subject.key, shape[0])
    steps = []
    if way.channels == "grey" or (folder and shape[0] == 1):
        steps.append("transforms.Grayscale()")
    elif way.channels == "repeat":
        steps.append(f"transforms.Grayscale({shape[0]})")
    if way.size == "pad":
        steps.append(f"transforms.Pad({way.padding})")
    elif way.size == "resize" or folder:
        steps.append(f"transforms.Resize(({shape[1]}, {shape[2]}))")
    steps += ["transforms.ToTensor()", looking_numbers.normalize(mean, std)]
    st.code("\n".join(["transforms.Compose([", *(f"    {step}," for step in steps), "])"]), language="python")


def _say(subject: Subject, channels: str, size: str, *, folder: bool) -> str:
    have, want = subject.dataset.shape, subject.network.input_shape
    said = [
        _("{network} takes in {want}.").format(network=subject.network.name, want=say(want)),
    ]
    if folder:
        said.append(_("Every picture is resized to that, whatever its sides: it may be stretched."))
        if want[0] == 1:
            said.append(_(GREY))
        return paragraph(said)
    said[0] = _("{network} takes in {want}; the pictures are {have}.").format(
        network=subject.network.name, want=say(want), have=say(have)
    )
    if channels == "grey":
        said.append(_(GREY))
    elif channels == "repeat":
        said.append(_("The grey channel is repeated."))
    if size == "pad":
        said.append(_("Black is put around them, so that no pixel changes."))
    elif size == "resize":
        said.append(_("They are resized (bilinear, smoothed where they become smaller)."))
    elif channels == "keep":
        said.append(_("Nothing has to be changed."))
    return paragraph(said)


def _input(subject: Subject) -> tuple[int, int, int]:
    channels, height, width = subject.network.input_shape
    return channels, height, width


def _side(shape: Shape) -> int:
    longest = max(shape[1:])
    return max(84 // longest, 1) * longest if longest <= looking_grid.SMALL else 96
