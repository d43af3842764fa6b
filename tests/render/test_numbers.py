"""Numbers as readers see them."""

import pytest

from engine.render.numbers import apart, distinct, exactly


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.125, "0.125"), (1 / 3, "1/3"), (-2 / 3, "−2/3"), (20.0, "20"), (0.3333, "0.3333"), (1.6732632423543772, None)],
)
def test_what_somebody_chose_stands_as_it_is(value, text):
    assert exactly(value) == (text or repr(value))


def test_two_numbers_are_told_apart_by_their_digits() -> None:
    assert apart(0.5, 0.25) == ("0.5", "0.25")
    assert apart(-0.24999993, -0.25) == ("−0.24999993", "−0.25"), "the first digit would: it rounds to −0.2 and −0.3"
    assert apart(0.0022075, 0.0022075192) == ("0.0022075", "0.002207519")
    assert apart(1.25, float("nan")) == ("1.25", "nan")


def test_numbers_are_told_apart_by_as_many_digits_as_it_takes() -> None:
    assert distinct([20.0, 0.0, 20.0]) == {0.0: "0", 20.0: "20"}
    assert list(distinct([20.000001907348633, -1.0, 20.0]).values()) == ["−1", "20", "20.000002"]
    assert list(distinct([20.000000000000004, 20.0]).values()) == ["20", "20.000000000000004"]
