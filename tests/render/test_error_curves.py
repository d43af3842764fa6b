"""The figure of an audit: which curves it has, and that it is drawn once."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from engine.accuracy import jobs
from engine.accuracy.bins import BINS
from engine.accuracy.results import Accuracy, Row
from engine.base.errors import SourceError
from engine.render import error_curves
from engine.render.error_curves import draw, groups, legend, look

DEFINITION = Path("snippets/demo/definition.yml")


def row(api: str, library: str, dtype: str, error: float) -> Row:
    """A row whose value, and nothing else, is off by some ulp everywhere."""
    curve = (error,) * 2 * BINS
    accuracy = Accuracy(0, 9, None, math.nan, (), 0, (), {}, curve)
    return Row(api, api.partition(".")[0], library, dtype, "", "", dtype, "none", (accuracy,), ())


ROWS = [
    row("a.f", "A (B)", "float32", 1.0),
    row("b.f", "B", "float32", 1.0),
    row("c.f", "C", "float32", 9.0),
    row("c.f", "C", "float16", 2.0),
]


def test_libraries_with_equal_curves_share_one() -> None:
    assert [label for label, _ in groups(ROWS)] == ["B, A (B)", "C"]
    assert [list(curves) for _, curves in groups(ROWS)] == [["float32"], ["float32"]], "16 bits are not drawn"
    assert legend(ROWS).count("<i ") == 2
    assert [look(index) for index in (0, 3, 4)] == [(0, "solid"), (3, "solid"), (0, "dashed")]


def test_the_figure_is_drawn_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    svg = draw(tmp_path, DEFINITION, ROWS)
    assert ET.fromstring(svg).tag == "{http://www.w3.org/2000/svg}svg"
    monkeypatch.setattr(jobs, "ask", lambda *_: "drawn anew")
    assert draw(tmp_path, DEFINITION, ROWS) == svg
    assert draw(tmp_path, DEFINITION, ROWS[2:]) == "drawn anew"
    assert draw(tmp_path, DEFINITION, ROWS[3:]) == "", "there is no curve"
    assert draw(tmp_path, DEFINITION, [row("a.f", "A", "float32", 0.0)]) == "", "there is no error"


def test_matplotlib_that_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(error_curves, "installed", lambda module: False)
    with pytest.raises(SourceError, match=r"snippets/demo/definition\.yml: the audit needs matplotlib, not installed"):
        draw(tmp_path, DEFINITION, ROWS)
