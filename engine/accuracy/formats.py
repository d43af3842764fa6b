"""The floating-point formats that are measured, and their floats by ordinal.

NumPy is imported late: what reads a kept measurement needs only the names and precisions of the formats.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Format:
    """A binary floating-point format of IEEE 754. precision: bits of the significand, the hidden one counted."""

    name: str
    precision: int
    lowest: int  # exponent of the smallest normal number
    highest: int  # exponent of the largest number

    @property
    def last(self) -> int:
        """Ordinal of the largest finite number."""
        return ((self.highest - self.lowest + 2) << (self.precision - 1)) - 1

    @property
    def exhaustive(self) -> bool:
        """Whether the format is small enough to try all of its numbers."""
        return self.last < 1 << 16

    @property
    def largest(self) -> float:
        """The largest finite number."""
        return (2.0 - 2.0 ** (1 - self.precision)) * 2.0**self.highest

    @property
    def smallest_normal(self) -> float:
        """The smallest positive number with a full significand."""
        return 2.0**self.lowest

    def values(self, ordinals: NDArray[np.int64]) -> NDArray[np.float64]:
        """The floats with these ordinals: 0 for zero, and one more for each next float; negative ones mirror."""
        import numpy as np

        size = np.abs(ordinals)
        field = size >> (self.precision - 1)
        significand = (size & ((1 << (self.precision - 1)) - 1)) + np.where(field > 0, 1 << (self.precision - 1), 0)
        exponent = np.maximum(field, 1) - 1 + self.lowest - (self.precision - 1)
        return np.copysign(np.ldexp(significand.astype(np.float64), exponent.astype(np.int32)), ordinals)

    def ordinals(self, values: NDArray[np.float64]) -> NDArray[np.int64]:
        """The ordinals of the floats at or next towards zero from finite values."""
        import numpy as np

        size = np.minimum(np.abs(values), self.largest)
        fraction, exponent = np.frexp(size)
        exponent = np.maximum(exponent.astype(np.int64) - 1, self.lowest)
        units = np.ldexp(size, (self.precision - 1 - exponent).astype(np.int32))
        # a normal number's units hold the hidden bit, which counts for the first step of the exponent's field
        ordinals = np.floor(units).astype(np.int64) + ((exponent - self.lowest) << (self.precision - 1))
        return np.where(values < 0, -ordinals, np.where(fraction == 0, 0, ordinals))


FORMATS = {
    format.name: format
    for format in (
        Format("float16", 11, -14, 15),
        Format("bfloat16", 8, -126, 127),
        Format("float32", 24, -126, 127),
        Format("float64", 53, -1022, 1023),
    )
}
#: Bits of the significand of each format.
PRECISION = {name: format.precision for name, format in FORMATS.items()}
