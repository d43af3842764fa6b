"""Outlines in few characters: the same shape as before, and an error for what is none."""

from __future__ import annotations

import pytest
from fontTools.pens.recordingPen import RecordingPen
from fontTools.svgLib.path import parse_path
from hypothesis import given
from hypothesis import strategies as st

from engine.render.outlines import OutlineError, compact, decimal


def points(outline: str) -> list[tuple[str, tuple[float, ...]]]:
    """What draws an outline, as another library reads it, without lines that have no length."""
    pen = RecordingPen()
    parse_path(outline, pen)
    steps, last = [], None
    for step, places in pen.value:
        if step != "lineTo" or any(abs(a - b) > 1e-6 for a, b in zip(places[-1], last, strict=True)):
            steps.append((step, tuple(value for place in places for value in place)))
        last = places[-1] if places else last
    return steps


@pytest.mark.parametrize(
    ("outline", "short"),
    [
        ("M 1 1 L 2 1 L 3 1 L 2 1 L 2 5  Q 1 1 2 2  z ", "m1 1h2-1v4q-1-4 0-3z"),
        ("M 0 0 L 0.04 0", "m0 0h0"),
        ("M 9 9 L 8.1 7.25 L 3 3.33 L 3 3", "m9 9-.9-1.8-5.1-3.9v-.3"),
        ("M 0 0 C 1 2 3 4 5 6 C 6 7 8 9 1e1 10", "m0 0c1 2 3 4 5 6 1 1 3 3 5 4"),
        ("M 1 1 L 2 2 z M 5 5 L 6 6 z", "m1 1 1 1zm4 4 1 1z"),
        ("M 1 1 M 2 2 L 2 3", "m1 1m1 1v1"),
        ("", ""),
    ],
)
def test_examples(outline: str, short: str) -> None:
    assert compact(outline) == short


numbers = st.integers(-30000, 30000).map(lambda number: number / 100)
steps = st.one_of(
    st.tuples(st.just("L"), st.lists(numbers, min_size=2, max_size=2)),
    st.tuples(st.just("Q"), st.lists(numbers, min_size=4, max_size=4)),
    st.tuples(st.just("C"), st.lists(numbers, min_size=6, max_size=6)),
)


@given(st.lists(st.tuples(numbers, numbers, st.lists(steps, min_size=1), st.booleans()), min_size=1))
def test_every_point_stays_within_half_a_unit(parts: list) -> None:
    outline = " ".join(
        f"M {x} {y} " + " ".join(f"{name} " + " ".join(map(str, values)) for name, values in drawn) + " z" * closed
        for x, y, drawn, closed in parts
    )
    short = compact(outline, 0.1)
    ends = {(step, values[-2:]) for step, values in points(outline) if step != "lineTo" and values}
    shown = [(step, values[-2:]) for step, values in points(short) if values]
    for step, (x, y) in ends:
        assert any(step == other and abs(x - u) < 0.0501 and abs(y - v) < 0.0501 for other, (u, v) in shown)
    corners = [values for step, values in points(outline) if step == "lineTo"]
    for x, y in corners:  # a corner, or a point on a line along an axis
        assert any(abs(x - values[0]) < 0.0501 for _, values in shown)
        assert any(abs(y - values[1]) < 0.0501 for _, values in shown)
    assert len(points(short)) <= len(points(outline))


@pytest.mark.parametrize("outline", ["M 1", "m 1 1", "M 1 1 H 5", "1 1", "M 1 1 L 2 2 3 3", "M 1 1 L a b", "M nan 1"])
def test_what_matplotlib_never_writes_is_an_error(outline: str) -> None:
    with pytest.raises(OutlineError, match="not an outline as matplotlib writes it"):
        compact(outline)


def test_decimals() -> None:
    assert [decimal(units, 1) for units in (0, 5, -5, 10, -105, 123)] == ["0", ".5", "-.5", "1", "-10.5", "12.3"]
    assert [decimal(units, 2) for units in (5, 1205, -100)] == [".05", "12.05", "-1"]
    assert decimal(-3, 0) == "-3"
