"""The comparison accepts a last digit that moved, and nothing else."""

from __future__ import annotations

import math
import struct
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.compare.numbers import ULPS, compare, numbers_match


@pytest.mark.parametrize(
    ("recorded", "printed"),
    [
        ("x : [0.12692805 0.6931472  2.126928  ]", "x : [0.126928  0.6931472 2.126928 ]"),  # TensorFlow, two CPUs
        ("[0.1269  2.1269281]", "[0.1269 2.126928 ]"),
        ("a  b\tc", "a b c"),
        ("trailing   \n", "trailing\n"),
        ("one\r\ntwo\r\n", "one\ntwo\n"),
        ("[nan inf -inf]", "[nan inf -inf]"),
        ("NaN", "nan"),
        ("2.", "2.0"),
        ("0.0", "0.000"),
        ("1e-05", "1.0e-5"),
        ("+0.5", "0.5"),
        ("0.6931471805599453", "0.6931471805599454"),
        ("", "\n"),
        # NumPy aligns before commas and imaginary parts.
        (
            "array([-1.        ,  0.5       ], dtype=float32)",
            "array([-0.99999976,  0.5], dtype=float32)",
        ),
        ("0.5+3.141592653589793j", "0.5+3.141592653589794j"),
        ("(0.5-3.141592653589793j)", "(0.5-3.141592653589794j)"),
        ("[1.  +0.j  0.25+1.j]", "[1.+0.j 0.25+1.j]"),
        ("[nan+infj]", "[nan+infj]"),
        ("1.0000001e+4342944", "1.0000002e+4342944"),
        ("1.00000000000000000001e-4342944", "1e-4342944"),
        ("1e99999999999999999999", "1e99999999999999999999"),
    ],
)
def test_equal(recorded: str, printed: str) -> None:
    assert compare(recorded, printed) == []


@pytest.mark.parametrize(
    ("recorded", "printed"),
    [
        ("0.6931", "0.6932"),
        ("0.0", "2.0611537e-09"),
        ("2.0611537e-09", "0.0"),
        ("0.0", "-0.0"),
        ("1", "1.0"),
        ("3", "4"),
        ("inf", "-inf"),
        ("inf", "nan"),
        ("inf", "1e308"),
        ("-0.5", "0.5"),
        ("float32", "float64"),
        ("torch 2.13.0", "torch 2.13.1"),
        ("shape (3, 4)", "shape (3, 5)"),
        ("1e-300", "5e-301"),
        ("0.6931471805599453", "0.6931471805599459"),
        ("0.6931472", "0.69314"),
        ("x1", "x2"),
        ("0x1F", "0x1E"),
        ("3rd", "4th"),
        ("True", "False"),
        ("a b", "ab"),
        ("a", "a\nb"),
        ("a\nb", "a"),
        ("[1, 2]", "[12]"),
        ("1 2", "12"),
        ("1, 234", "1,234"),
        ("0.5+3.141592653589793j", "0.5+3.141592653589799j"),
        ("0.5+3.1415j", "0.5-3.1415j"),
        ("0.5+3.1415j", "0.6+3.1415j"),
        ("0.5+3.1415j", "0.5+3.1415"),
        ("0.5+0.0j", "0.5+1e-9j"),
        ("1+2j", "1+3j"),
        ("3-4", "3-5"),
        ("2026-11-26", "2026-11-27"),
        ("x1+2j", "x1+3j"),
        ("1.02e+4342944", "1.03e+4342944"),
        ("1.02e+4342944", "1.02e+4342945"),
        ("1.02e+4342944", "-1.02e+4342944"),
        ("9.9999999e+4342944", "1.0000001e+4342944"),
        ("1e99999999999999999999", "2e99999999999999999999"),
    ],
)
def test_different(recorded: str, printed: str) -> None:
    assert compare(recorded, printed)
    assert compare(printed, recorded)


def test_numbers_of_any_size_are_compared_at_once() -> None:
    started = time.process_time()
    assert compare("1.02e+4342944 3e-999999999", "1.03e+4342944 4e-999999999")
    assert not compare("9.99999999e+4342944", "1e+4342945"), "one unit, across a power of ten"
    assert time.process_time() - started < 1


def test_the_marks_point_at_the_digits() -> None:
    (difference,) = compare("a\ny = 0.6931 z", "a\ny = 0.6932 z")
    assert (difference.line, difference.marks) == (2, "         ^")
    assert str(difference) == "  - y = 0.6931 z\n  + y = 0.6932 z\n             ^"


def test_an_added_line_is_shown_as_added_and_no_other() -> None:
    (difference,) = compare("a\nb\nc", "a\nnew\nb\nc")
    assert (difference.line, difference.recorded, difference.printed) == (2, None, "new")


def float32(number: float) -> float:
    return struct.unpack("f", struct.pack("f", number))[0]


@given(st.floats(2.0**-100, 2.0**100, width=32), st.integers(0, 12))
@example(1.0, ULPS - 1)
@example(1.0, ULPS + 1)
def test_the_tolerance_is_four_units_of_float32(value: float, steps: int) -> None:
    bits = struct.unpack("I", struct.pack("f", value))[0]
    other = struct.unpack("f", struct.pack("I", bits + steps))[0]
    # Within one binade a step is one unit; at the tolerance itself the rounding to decimals decides.
    if math.frexp(value)[1] == math.frexp(other)[1] and steps != ULPS:
        assert numbers_match(f"{value:.12e}", f"{other:.12e}") is (steps < ULPS)


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(1e-6, 1e6))
def test_a_change_above_the_tolerance_fails(value: float, relative: float) -> None:
    other = value * (1 + relative)
    if value and math.isfinite(other) and other != value:
        assert compare(f"y = {value!r}", f"y = {other!r}")


@given(st.lists(st.sampled_from(["1.5", "-2.25e-3", "nan", "word", "7", "(x)"]), min_size=1), st.data())
def test_blanks_never_matter_between_words(words: list[str], data: st.DataObject) -> None:
    blanks = st.text(" \t", min_size=1, max_size=5)
    spread = "".join(word + data.draw(blanks) for word in words)
    assert compare(" ".join(words), spread) == []


@given(st.text())
def test_a_text_matches_itself(text: str) -> None:
    assert compare(text, text) == []
