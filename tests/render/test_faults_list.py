"""The list of faults: what says the same of several types, sides and libraries is said once."""

from __future__ import annotations

import math

import pytest

from engine.accuracy.audit import Audit
from engine.accuracy.flags import Flag
from engine.accuracy.results import Row, Spot
from engine.render.accuracy_words import WORDS
from engine.render.faults import faults

TYPES = ("float16", "bfloat16", "float32", "float64")


def spot(size: float, x: float) -> Spot:
    return Spot(size, x, 0.5, 0.25)


def shown(*flags: Flag, language: str = "en") -> list[str]:
    """The items of the list."""
    names = dict.fromkeys(flag.name for flag in flags)
    rows = tuple(Row(name, "numpy", name.upper(), "float32", "", "", "float32", "", (), ()) for name in names)
    text = faults(Audit("demo", rows, {}, {}, "", flags), WORDS[language])
    assert "{" not in text
    return [line for line in text.splitlines() if line.startswith("- ")]


def flag(name: str, dtype: str, size: float, x: float, kind: str = "error", order: int = 1, **more: str) -> Flag:
    return Flag(name, dtype, order, kind, "", ("left" if x < 0 else "right", more.get("reach", "tail")), spot(size, x))


def test_types_with_the_same_kind_of_fault_share_a_sentence() -> None:
    (item,) = shown(*(flag("a", dtype, size, -9.0 - size) for size, dtype in enumerate(TYPES, 5)))
    assert item == "- A: *f*′ 8 ulp at −17, 0.5 for 0.25 (float64; also in float16, bfloat16, float32)"
    (item,) = shown(*(flag("a", dtype, 7, 5.0) for dtype in TYPES))
    assert item == "- A: *f*′ 7 ulp at 5, 0.5 for 0.25 (float16, bfloat16, float32, float64)"


def test_a_fault_on_another_side_or_of_another_order_is_told_by_itself() -> None:
    (item,) = shown(flag("a", "float32", 9, -5.0), flag("a", "float32", 7, 6.0), flag("a", "float32", 8, 6.0, order=2))
    assert item.count("ulp") == 3
    (item,) = shown(flag("a", "float32", 9, 5.0), flag("a", "float32", 70, 3.0, reach="middle"))
    assert "70 ulp at 3" in item
    assert " 9 ulp" not in item, "the larger of two parts of one side"


def test_kinds_stay_apart_and_libraries_that_are_alike_together() -> None:
    steps = [flag(name, "float32", 9, 5.0, "step") for name in ("a", "b")]
    errors = [flag(name, dtype, 50, 25.0) for name in ("a", "b", "c") for dtype in ("float32", "float64")]
    items = shown(*steps, *errors)
    assert [item.partition(":")[0] for item in items] == ["- A, B", "- A, B, C"]


def test_texts_and_places_without_a_part_are_grouped_by_what_they_say() -> None:
    refused = [Flag("a", dtype, -1, "refused", "TypeError: no") for dtype in TYPES[:2]]
    assert shown(*refused) == ["- A: `TypeError` (float16, bfloat16)"]
    ends = [Spot(9e9, -math.inf, 7.0, 8.0), Spot(9e9, math.inf, 7.0, 8.0)]
    (item,) = shown(*(Flag("a", dtype, 0, "infinity", "", fault=end) for dtype in TYPES for end in ends))
    assert item.count("float64") == item.count("is 7, not 8") == 2
    (item,) = shown(Flag("a.f", "", -1, "default", "slope=0.01"))
    assert item == "- `a.f`: `slope=0.01`"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_hundreds_of_flags_make_a_short_list(language: str) -> None:
    flags = [
        flag(name, dtype, 5.0 + number, sign * (1.0 + number), kind, order)
        for number, dtype in enumerate(TYPES)
        for name in "abcdef"
        for kind in ("error", "step", "drop")
        for order in range(3)
        for sign in (-1, 1)
    ]
    assert len(flags) == 432
    items = shown(*flags, language=language)
    assert len(items) <= 3
    assert sum(item.count("ulp") for item in items) <= 18
