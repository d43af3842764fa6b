"""What an implementation returned at floats of one format, beside the exact values, and what follows from both."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.accuracy.exact import Exact, Floats, Integers, errors
from engine.accuracy.formats import Format

Mask = NDArray[np.bool_]

#: What a result is, and the names of those kinds that end a function's range.
FINITE, ZERO, INFINITE, NAN = range(4)
KINDS = {ZERO: "zero", INFINITE: "inf", NAN: "nan"}


@dataclass(frozen=True)
class Points:
    """Results and exact values at the floats with some ordinals."""

    format: Format
    ordinals: Integers
    computed: Floats
    exact: Exact

    def __len__(self) -> int:
        return len(self.ordinals)

    def __getitem__(self, index: Any) -> Points:
        return Points(self.format, self.ordinals[index], self.computed[index], self.exact[index])

    def joined(self, other: Points) -> Points:
        """These, then the others."""
        ordinals = np.concatenate((self.ordinals, other.ordinals))
        computed = np.concatenate((self.computed, other.computed))
        return Points(self.format, ordinals, computed, Exact.join((self.exact, other.exact)))

    @cached_property
    def x(self) -> Floats:
        """The floats."""
        return self.format.values(self.ordinals)

    @cached_property
    def error(self) -> Floats:
        """The signed errors in ulp."""
        return errors(self.computed, self.exact, self.format)

    @cached_property
    def rounded(self) -> Floats:
        """The exact values, rounded."""
        return self.exact.rounded(self.format)

    @cached_property
    def defined(self) -> Mask:
        """Where there is an exact value."""
        return ~np.isnan(self.exact.high)

    @cached_property
    def normal(self) -> Mask:
        """Where the exact value is a normal number."""
        return self.exact.normal(self.format)

    @cached_property
    def subnormal(self) -> Mask:
        """Where the exact value is below the normal numbers, and not 0."""
        return self.defined & ~self.normal & (self.exact.high != 0) & np.isfinite(self.rounded)

    @cached_property
    def judged(self) -> Mask:
        """Where the error counts: a number was returned, and the exact value is no subnormal number."""
        return self.defined & ~self.subnormal & ~np.isnan(self.computed)

    @cached_property
    def comparable(self) -> Mask:
        """Where differences of results can be measured in ulp."""
        return self.normal & self.judged & np.isfinite(self.computed)

    @cached_property
    def kind(self) -> NDArray[np.int_]:
        """What each result is. A zero that is the exact value is a number like any other."""
        kind = np.where(np.isnan(self.computed), NAN, np.where(np.isinf(self.computed), INFINITE, FINITE))
        return np.where((self.computed == 0) & (self.exact.high != 0), ZERO, kind)
