"""Bring the Chinese catalogue up to date: ``python tools/catalogue.py`` (needs Babel, see requirements-dev.txt).

Collects every message of the code, keeps the translations that there are, writes the ``.po`` with what is missing
left empty, and compiles the ``.mo``. ``tests/ui/test_catalogue.py`` holds that nothing is missing or stale.
"""

import ast
import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
PO = ROOT / "cnnviz/locale/zh/LC_MESSAGES/cnnviz.po"
MO = PO.with_suffix(".mo")

# The first argument of each of these is a message.
KEYWORDS = frozenset(
    {
        "_",
        "N_",
        "CnnvizError",
        "SpecError",
        "ShapeError",
        "DataError",
        "DeviceError",
        "RunError",
        "LossError",
        "Sentence",
        "Noted",
    }
)


def said(code: str) -> Iterator[str]:
    """Yield every message of a file; Babel's own reader passes over those that stand inside f-strings."""
    for node in ast.walk(ast.parse(code)):
        match node:
            case ast.Call(
                func=ast.Name(id=name) | ast.Attribute(attr=name), args=[ast.Constant(value=str(text)), *_]
            ) if name in KEYWORDS:
                yield text


def messages() -> dict[str, list[str]]:
    """Return every message of the code with the files that say it."""
    found: dict[str, list[str]] = {}
    for path in sorted([*ROOT.glob("cnnviz/**/*.py"), *ROOT.glob("pages/*.py")]):
        for text in said(path.read_text(encoding="utf-8")):
            found.setdefault(text, []).append(str(path.relative_to(ROOT)))
    found.pop("", None)
    return found


def stored() -> Catalog:
    """Return the Chinese catalogue as it lies on disk."""
    with PO.open("rb") as file:
        return read_po(file, locale="zh")


def compiled(catalogue: Catalog) -> bytes:
    """Return the bytes of the ``.mo`` file."""
    out = io.BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def main() -> None:
    """Update both files and say what is still to translate."""
    old = {message.id: message.string for message in stored()} if PO.exists() else {}
    new = Catalog(locale="zh", project="cnnviz", fuzzy=False)
    for text, files in messages().items():
        new.add(text, old.get(text, ""), locations=[(file, None) for file in dict.fromkeys(files)])
    PO.parent.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as file:
        write_po(file, new, width=0, omit_header=False, sort_output=True, include_lineno=False)
    MO.write_bytes(compiled(new))
    missing = [message.id for message in new if message.id and not message.string]
    print(f"{len(new)} messages, {len(missing)} to translate")  # noqa: T201
    for text in missing:
        print(repr(text))  # noqa: T201


if __name__ == "__main__":
    main()
