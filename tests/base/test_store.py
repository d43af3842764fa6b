"""What is kept comes back as it was, and what does not is made anew."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from engine.base.store import Store, digest


@dataclass(frozen=True)
class Part:
    """A part with what JSON does not have."""

    size: float
    ends: tuple[float, float | None]
    data: bytes


@dataclass(frozen=True)
class Whole:
    """Parts by name."""

    parts: dict[str, tuple[Part, ...]]
    note: str | None = None


WHOLE = Whole({"one": (Part(-0.0, (math.inf, None), b"\x00\xff"), Part(0.1, (-math.inf, 5e-324), b""))}, "β\n")


def test_what_json_does_not_have_comes_back(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.get("a", Whole) is None
    store.put("a", WHOLE)
    again = store.get("a", Whole)
    assert again == WHOLE
    assert again is not None
    assert math.copysign(1, again.parts["one"][0].size) == -1, "-0.0 is not 0.0"
    store.put("b", [math.nan, 0.1 + 0.2])
    first, second = store.get("b", list[float]) or ()
    assert math.isnan(first)
    assert second == 0.1 + 0.2


@pytest.mark.parametrize("data", [b"", b"{}", msgspec.msgpack.encode(WHOLE)[:-1], msgspec.msgpack.encode(["another"])])
def test_what_is_damaged_or_of_another_type_is_made_anew(tmp_path: Path, data: bytes) -> None:
    store = Store(tmp_path)
    (tmp_path / "a").write_bytes(data)
    assert store.get("a", Whole) is None
    assert store.made("a", Whole, lambda: WHOLE) == WHOLE
    assert store.made("a", Whole, lambda: pytest.fail("it is kept")) == WHOLE


def test_of_many_only_what_is_missing_is_made_and_only_what_holds_is_kept(tmp_path: Path) -> None:
    store, asked = Store(tmp_path), []

    def make(items: list[int]) -> list[int]:
        asked.append(items)
        return [item * 10 for item in items]

    for _ in range(2):
        known = store.all({"one": 1, "two": 2, "three": 3}, int, make, lambda value: value != 20)
        assert known == {"one": 10, "two": 20, "three": 30}
    assert asked == [[1, 2, 3], [2]]
    store.keep(["three", "four"])
    assert store.get("one", int) is None
    assert store.get("three", int) == 30


def test_a_digest_sees_into_dataclasses() -> None:
    assert digest(Part(1, (1, None), b"a")) == digest(Part(1, (1, None), b"a"))
    assert len({digest(Part(size, (1, None), b"a")) for size in (1.0, 0.0, -0.0, math.nan)}) == 4
