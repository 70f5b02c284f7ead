"""Whatever stands in a link, a page answers with itself or with a sentence, never with a traceback."""

import inspect

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from cnnviz.ui import fields
from cnnviz.ui.shell import PAGES
from tests.conftest import DEEP
from tests.pages.conftest import SCRIPT, go

NUMBERS = st.one_of(st.integers(-2, 14), st.integers(-(10**6), 10**6), st.floats(-20, 20)).map(str)
ODD = st.sampled_from(["", "nan", "inf", "-0", "1e400", "\u0661", "../x", "<b>", "0.0.0~1", "0.0.0.0~-2.5_1.0.0.0~9", "output.2.2", "3_1", "x" * 300])  # fmt: skip


def texts(field: fields.Field) -> st.SearchStrategy[str]:
    """What might stand in a link for a field: one of its choices if it has some, numbers, odd things, any text."""
    choices = inspect.getclosurevars(field.read).nonlocals.get("choices", ())
    known = [st.sampled_from(choices)] * 4 if choices else [NUMBERS] * 4
    return st.one_of(*known, NUMBERS, ODD, st.text(max_size=8))


@pytest.mark.parametrize("name", [name for name in PAGES if fields.fields_of(name)])
@given(data=st.data())
@settings(
    max_examples=30 if DEEP else 8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_link_breaks_a_page(name: str, data: st.DataObject) -> None:
    app = AppTest.from_string(SCRIPT, default_timeout=60)
    chosen = data.draw(
        st.lists(st.sampled_from(fields.fields_of(name)), max_size=12, unique_by=lambda field: field.key)
    )
    for field in chosen:
        app.query_params[field.url] = data.draw(texts(field), label=field.url)
    go(app, name)
    assert not any("Something went wrong" in error.value for error in app.error)
    assert len(app.title) == 1
