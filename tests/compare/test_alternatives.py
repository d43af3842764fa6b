"""The text of a figure: what is drawn, and what its script has found."""

from __future__ import annotations

import pytest

from engine.compare.alternatives import unfounded

PRINTED = "x = 1.5\nIt rises: True\nIt ends at 1.5: True\nIt falls: False\n"


@pytest.mark.parametrize(
    "text",
    ["", "A line", "A line.", "A line. It rises.", "A line, logarithmic. It rises. It ends at 1.5.", "一条曲线。"],
)
def test_what_is_drawn_and_was_found_may_be_said(text: str) -> None:
    assert unfounded(text, PRINTED) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("A line. It falls.", "It falls: True"),
        ("A line. It ends at 1.6.", "It ends at 1.6: True"),
        ("A line. It rises and ends.", "It rises and ends: True"),
        ("A line. x = 1.5.", "x = 1.5: True"),
        ("A line that rises.", "'rises'"),
        ("A line of fifty points.", "'fifty'"),
        ("A line through 1.5.", "'1.5'"),
        ("一条上升的曲线。", "'升'"),
        ("一条曲线。从左到右不变。", "从左到右不变: True"),
    ],
)
def test_what_was_not_found_may_not(text: str, said: str) -> None:
    (fault,) = unfounded(text, PRINTED)
    assert fault.endswith(said)
