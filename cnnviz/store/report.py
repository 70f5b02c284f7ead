"""A run on one page of HTML that needs nothing else: offline, on paper, on a phone, in light and dark.

Everything comes from the run's folder. Whatever people typed is escaped, and the page may load nothing and run
nothing (its own Content-Security-Policy).
"""

import time
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path

from cnnviz.data.catalog import lookup
from cnnviz.errors import CnnvizError
from cnnviz.explain import epochs as looks
from cnnviz.explain.evaluation import Answers
from cnnviz.figures.svg import Line, legend, lines
from cnnviz.language import DEFAULT, render, translator
from cnnviz.shapes import say, trace
from cnnviz.store import report_parts as parts
from cnnviz.store.overview import Record, card, record
from cnnviz.train.config import TrainConfig
from cnnviz.train.history import History, Point, read, thin
from cnnviz.train.run import Run

Say = Callable[[str], str]

STYLE = Path(__file__).parent / "program" / "report.css"
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
MOST_LAYERS = 80


def html(run: Run, language: str = DEFAULT) -> str:
    """Return a run's report.

    Args:
        run: past or still going; a damaged one is reported as far as it can be read.
        language: "en" or "zh".
    """
    _ = translator(language)
    row, history = record(run), read(run)
    classes = _classes(run, history)
    sections = [
        _head(row, _), _failure(run, language, _), _facts(row, history, _), _note(row), _curves(history, _),
        _answers(run, row, classes, _), _kernels(run, _), _columns(_config(row, _), _layers(row.config, _)), _card(run, _),
        _again(row, history, _),
    ]  # fmt: skip
    body = "\n".join(filter(None, sections))
    written = _("Written by cnnviz, {time}.").format(time=_moment(time.time()))
    return (
        f'<!doctype html>\n<html lang="{"zh-CN" if language == "zh" else "en"}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(row.title)}</title>\n<style>\n{STYLE.read_text(encoding='utf-8')}</style>\n</head>\n<body>\n"
        f'{body}\n<footer class="soft small"><p>{escape(written)}</p></footer>\n'
        "</body>\n</html>\n"
    )


def _head(row: Record, _: Say) -> str:
    what = " · ".join(filter(None, [row.network, _dataset(row, _), _(row.state), _moment(row.created)]))
    tags = "".join(f'<span class="tag">{escape(tag)}</span>' for tag in row.tags)
    return (
        f"<header><h1>{escape(row.title)}</h1>\n"
        f'<p class="soft">{escape(what)} · <code>{escape(row.name)}</code></p>{tags and f"<p>{tags}</p>"}</header>'
    )


def _dataset(row: Record, _: Say) -> str | None:
    """Return what the data set is called; a folder by its path."""
    try:
        return None if row.dataset is None else _(lookup(row.dataset).title)
    except CnnvizError:
        return row.dataset


def _failure(run: Run, language: str, _: Say) -> str:
    failed = run.failure()
    if failed is None:
        return ""
    return f'<p class="failure">{escape(render(failed.template, failed.values, language))}</p>'


def _facts(row: Record, history: History, _: Say) -> str:
    epoch = _("after epoch {epoch}").format(epoch=row.best_epoch) if row.best_epoch else ""
    started = history.started
    facts = [
        (_("Test accuracy"), _percent(row.test_accuracy), _("on {count} pictures, never trained with").format(count=f"{started.test_samples:,}") if started and row.test_accuracy is not None else ""),
        (_("Test loss"), _number(row.test_loss), _("cross-entropy, in nats")),
        (_("Best validation"), _percent(row.val_accuracy), epoch),
        (_("Time"), _lasted(row.seconds), row.device or ""),
        (_("Speed"), _count(row.samples_per_second), _("pictures a second")),
        (_("Parameters"), _count(row.parameters), _("numbers that are learned")),
        (_("Epochs"), f"{row.epochs} / {row.epochs_ahead}", _("{count} steps").format(count=f"{row.steps:,}")),
        (_("Seed"), "–" if row.seed is None else str(row.seed), ""),
    ]  # fmt: skip
    cells = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd>{small and f'<small>{escape(small)}</small>'}</div>"
        for name, value, small in facts
    )
    return f'<dl class="facts">{cells}</dl>'


def _note(row: Record) -> str:
    return f'<div class="note">{escape(row.about.note)}</div>' if row.about.note else ""


def _curves(history: History, _: Say) -> str:
    seen = history.val_steps
    plots = [
        (_("Loss (cross-entropy, in nats)"), {"log": True}, [
            Line(_("Training, each step"), _thin(history.steps, history.loss), 0),
            Line(_("Validation, each epoch"), _thin(seen, history.val_loss), 1, marked=len(seen) <= 60),
        ]),
        (_("Accuracy (%)"), {"percent": True}, [
            Line(_("Training, each step"), _thin(history.steps, history.accuracy), 0),
            Line(_("Validation, each epoch"), _thin(seen, history.val_accuracy), 1, marked=len(seen) <= 60),
        ]),
        (_("Learning rate"), {}, [Line(_("Learning rate"), _thin(history.rate_steps, history.rates), 2)]),
    ]  # fmt: skip
    figures = []
    for title, kind, given in plots:
        if drawn := lines(given, title=title, x_title=_("Step"), **kind):
            names = legend(given) if len(given) > 1 else ""
            figures.append(f"<figure><figcaption>{escape(title)}</figcaption>{names}{drawn}</figure>")
    return _section(_("Curves"), f'<div class="plots">{"".join(figures)}</div>') if figures else ""


def _answers(run: Run, row: Record, classes: tuple[str, ...], _: Say) -> str:
    answers: Answers | None = looks.tested(run.path, classes) if classes else None
    title = _("Which class is taken for which: the test pictures, with the best weights")
    if answers is None and classes:
        answers, epoch = _validated(run, row, classes)
        title = _("Which class is taken for which: the validation pictures, after epoch {epoch}").format(
            epoch=epoch
        )
    if answers is None or not len(answers):
        return ""
    return _section(title, parts.answers(answers, _))


def _validated(run: Run, row: Record, classes: tuple[str, ...]) -> tuple[Answers | None, int]:
    """Return the answers to the validation pictures of the best epoch, else of the newest."""
    known, validation = looks.files(run.path), looks.validation(run.path)
    if not known or validation is None:
        return None, 0
    epoch = row.best_epoch if row.best_epoch in known else max(known)
    found = looks.read(known[epoch])
    return (None if found is None else found.answers(validation.labels, classes)), epoch


def _kernels(run: Run, _: Say) -> str:
    known = looks.files(run.path)
    found = looks.read(known[max(known)]) if known else None
    if found is None or found.kernels is None:
        return ""
    count, channels, height, width = found.kernels.shape
    about = _("{count} kernels of {channels}x{height}x{width}, after epoch {epoch}. Blue is below 0, orange above; each kernel has its own scale.")  # fmt: skip
    if channels == 3:
        about = _("{count} kernels of {channels}x{height}x{width}, after epoch {epoch}, as colours; each kernel has its own scale.")  # fmt: skip
    said = about.format(count=count, channels=channels, height=height, width=width, epoch=found.number)
    pictures = parts.kernels(found.kernels)
    return _section(_("The first kernels"), f'{pictures}<p class="soft small">{escape(said)}</p>')


def _section(title: str, inside: str) -> str:
    return f"<h2>{escape(title)}</h2>{inside}"


def _columns(*sections: str) -> str:
    inside = "".join(f"<section>{section}</section>" for section in sections if section)
    return f'<div class="columns">{inside}</div>' if inside else ""


def _config(row: Record, _: Say) -> str:
    if row.config is None:
        return ""
    by_hand = _("Changed by hand: {changes}.").format(changes=parts.changes(row.changes, _))
    said = f"<p>{escape(by_hand)}</p>" if row.changes else ""
    return _section(_("Config"), f'<div class="wide">{parts.pairs(parts.told(row.config))}</div>{said}')


def _layers(config: TrainConfig | None, _: Say) -> str:
    if config is None:
        return ""
    traced = trace(config.network)
    shown = [
        (row.path, row.layer, say(row.output_shape), f"{row.params:,}") for row in traced.rows[:MOST_LAYERS]
    ]
    more = len(traced.rows) - len(shown)
    left = _("{count} more layers").format(count=more) if more > 0 else ""
    total = _("Input {shape}; {params} parameters, {macs} multiply-adds for one picture.").format(
        shape=say(config.network.input_shape), params=f"{traced.params:,}", macs=f"{traced.macs:,}"
    )
    layers = _("Layers")
    head = (_("Layer"), _("Kind"), _("Output"), _("Parameters"))
    return (
        f"<h2>{escape(config.network.name)}</h2><p>{escape(total)}</p>"
        f'<details open><summary>{escape(layers)}</summary><div class="wide">{parts.table(head, shown, numbers={3})}</div>'
        f"<p>{escape(left)}</p></details>"
    )


def _card(run: Run, _: Say) -> str:
    said = parts.flat(card(run))
    if not said:
        return ""
    return _section(_("What the run says of itself"), f'<div class="wide">{parts.pairs(said)}</div>')


def _again(row: Record, history: History, _: Say) -> str:
    if row.config is None:
        return ""
    first = _("Save the config below as config.json, then:")
    exact = _("The same config and seed give the same numbers on a CPU, bit for bit, with the same versions and number of threads.")  # fmt: skip
    inside = [f"<p>{escape(first)}</p><pre>python -m cnnviz train --config config.json</pre>"]
    on_cpu = history.started is not None and history.started.device.startswith("cpu")
    if row.changes:
        other = _("This run was changed by hand while it trained, so its config alone does not give the same numbers: {changes}.")  # fmt: skip
        inside.append(f"<p>{escape(other.format(changes=parts.changes(row.changes, _)))}</p>")
    elif row.config.mode == "exact" and on_cpu:
        inside.append(f"<p>{escape(exact)}</p>")
    inside.append(
        f"<details><summary>config.json</summary><pre>{escape(row.config.to_json())}</pre></details>"
    )
    return _section(_("How to repeat it"), "".join(inside))


def _classes(run: Run, history: History) -> tuple[str, ...]:
    """Return the names of the classes: as the training said them, else as numbers, where their count is known."""
    if history.started and history.started.classes:
        return history.started.classes
    try:
        count = trace(run.config().network).output_shape[0]
    except Exception:
        return ()
    return tuple(map(str, range(count)))


def _thin(steps: Sequence[int], values: Sequence[float]) -> list[Point]:
    return thin([(float(step), value) for step, value in zip(steps, values, strict=False)], 400)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.2f} %"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"


def _count(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}"


def _lasted(seconds: float | None) -> str:
    if seconds is None:
        return "–"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def _moment(created: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(created))
