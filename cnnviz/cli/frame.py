"""What all commands share: the program, languages, networks by name or file, tables and JSON."""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from cnnviz import zoo
from cnnviz.errors import CnnvizError, DataError, SpecError
from cnnviz.language import from_environment, sentence, translator
from cnnviz.spec import Network, from_json

LANGUAGE = from_environment()
_ = translator(LANGUAGE)

app = typer.Typer(
    name="cnnviz", help=_("A visual laboratory for convolutional neural networks, without its pages."),
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
)  # fmt: skip

Json = Annotated[bool, typer.Option("--json", help=_("One JSON document on standard output, nothing else."))]
Described = Annotated[str, typer.Argument(metavar="NETWORK_OR_JSON_FILE", help=_("A name, or a JSON file."))]
Named = Annotated[str, typer.Argument(metavar="RUN", help=_("Its name, as in the list of runs."))]
Options = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="OPTION=VALUE", help=_("An option of a documented network.")),
]


def main() -> None:
    """Run a command; every error of ours ends as one line."""
    try:
        code = app(standalone_mode=False)
    except CnnvizError as error:
        fail(sentence(error, LANGUAGE), 2)
    except typer.Abort:
        fail(_("interrupted"), 1)
    except typer._click.exceptions.ClickException as error:
        fail(error.format_message(), 2)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    sys.exit(code if isinstance(code, int) else 0)


def network_of(name: str, options: list[str] | None) -> Network:
    """Return a documented network with its options, or the one in a JSON file.

    Raises:
        SpecError: if there is none, or an option cannot be.
        DataError: if the file cannot be read.
    """
    given = {}
    for option in options or []:
        key, equals, value = option.partition("=")
        if not equals:
            raise SpecError("`--set` (={option}) must be OPTION=VALUE", option=option[:60])
        given[key] = value
    if name in zoo.ZOO or given or not (name.endswith(".json") or Path(name).exists()):
        return zoo.get(name, **zoo.read(name, given))
    try:
        return from_json(Path(name).read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError("`{file}` cannot be read: {reason}", file=name, reason=error.strerror or "") from None
    except UnicodeDecodeError:
        raise DataError("`{file}` is not a text file", file=name) from None
    except SpecError as error:
        raise error.at(name) from None


def print_json(data: Any) -> None:
    """Print one JSON document."""
    typer.echo(json.dumps(data, ensure_ascii=False, indent=1, default=str))


def print_table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    """Print rows in columns as wide as their widest cell."""
    widths = [max(map(_width, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        typer.echo("  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip())  # fmt: skip


def _width(text: str) -> int:
    """Return the columns that a text takes on a terminal: Chinese characters take two."""
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)


def percent(share: float | None) -> str:
    """Return a share as people write it."""
    return "-" if share is None else f"{100 * share:.2f} %"


def write(file: Path, data: bytes) -> None:
    """Write a file.

    Raises:
        DataError: if it cannot be written.
    """
    try:
        file.write_bytes(data)
    except OSError as error:
        raise DataError(
            "`{file}` cannot be written: {reason}", file=str(file), reason=error.strerror or ""
        ) from None


def fail(line: str, code: int) -> None:
    """Say one line on standard error and end with an exit code."""
    typer.echo(" ".join(line.split()), err=True)
    sys.exit(code)
