import json
import math

import pytest

from cnnviz.components.chart import ChartData, Mark, Series


def test_bars_take_their_middles_or_their_edges_and_nothing_else():
    assert Series("", [0, 1, 2], [5, 6, 7], "bars").to_json()["x"] == [0, 1, 2]
    assert Series("", [0, 1, 2, 3], [5, 6, 7], "bars").to_json()["x"] == [0, 1, 2, 3]
    with pytest.raises(ValueError, match=r"`x` \(length 4\) must be as long as `y` \(length 3\)"):
        Series("", [0, 1, 2, 3], [5, 6, 7])
    with pytest.raises(ValueError, match="length 2"):
        Series("", [0, 1], [5, 6, 7], "bars")


def test_what_is_no_number_becomes_a_gap_that_json_knows():
    data = ChartData(
        [Series("a", range(4), [1, math.nan, math.inf, 1 / 3])], "x", "y", marks=[Mark(x=1, text="here")]
    )
    found = json.loads(json.dumps(data.to_json(), allow_nan=False))
    assert found["series"][0]["y"] == [1, None, None, pytest.approx(1 / 3, abs=1e-10)]
    assert found["marks"] == [{"x": 1, "y": None, "text": "here"}]
