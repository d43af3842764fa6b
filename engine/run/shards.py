"""Divide the work of one command among machines.

The items are dealt out like cards, in the order of their workers. So the shards differ by one item at most, in all and
of each worker. That every machine imports every framework is meant: the workers of a machine run side by side, so a
machine with the snippets of one framework would use one core, and take as long as they take without shards. An import
is a matter of seconds. Neighbours, such as the labs, which take longest, fall to different machines.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True)
class Shard:
    """The part of one machine: `number` of `total`, counted from one."""

    number: int
    total: int

    @classmethod
    def read(cls, text: str) -> Shard:
        """From `i/n`. Raises ValueError, with a text for the person who typed it."""
        if not (match := re.fullmatch(r"(\d+)/(\d+)", text, re.ASCII)):
            raise ValueError(f"a shard is i/n, such as 1/4, not {text!r}")
        number, total = map(int, match.groups())
        if not 1 <= number <= total:
            raise ValueError(f"there is no shard {number} of {total}: i/n counts from 1 to n")
        return cls(number, total)

    def of(self, items: Sequence[Item]) -> Sequence[Item]:
        """The items that fall to this machine. They must come in the same order on each."""
        return items[self.number - 1 :: self.total]

    def __str__(self) -> str:
        return f"{self.number}/{self.total}"
