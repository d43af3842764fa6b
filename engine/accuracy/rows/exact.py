"""Exact values of a function of a vector, and its derivatives by the definition's formula, which the build proves."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.accuracy.exact import Exact
from engine.accuracy.oracle import joined, value_parts
from engine.accuracy.rows.suite import Vector
from engine.base.code import code_digest
from engine.base.store import digest
from engine.mathematics.formula.balls import Balls
from engine.mathematics.formula.python import number, read
from engine.mathematics.formula.tree import Expr, Variable
from engine.mathematics.formula.unrolled import entry, unrolled, value_of

Parts = tuple[float, float, int]  # of one value: the fields of `Exact`


@dataclass
class RowOracle:
    """Evaluates a definition at vectors. entries: as of a definition; parameters have their defaults.

    cache: folder in which `save` keeps what was computed, for the processes of other libraries.
    """

    expression: str
    derivative: str
    parameters: Mapping[str, float]
    entries: str
    cache: Path | None = None
    balls: Balls = field(default_factory=Balls)

    def __post_init__(self) -> None:
        self._known: dict[str, Exact] = {}
        self._file = self.cache and self.cache / f"rows-{self._digest()}.npz"
        if self._file and self._file.is_file():
            with np.load(self._file) as parts:
                self._known = {name: Exact(*_columns(parts[name])) for name in parts.files}
        self._saved = len(self._known)
        values = {name: number(value) for name, value in self.parameters.items()}
        names = {name: Variable(name) for name in ("x", "i", "j", "n")} | values
        self.formulas = read(self.expression, names), read(self.derivative, names)
        self._unrolled: dict[tuple[int, ...], Expr] = {}

    def count(self, length: int) -> int:
        """How many entries the result has."""
        value = value_of(unrolled(read(self.entries, {"n": Variable("n")}), {}, {"n": length}))
        if value is None or value.denominator != 1:
            raise ValueError(f"no result for vectors of {length} entries")
        return int(value)

    def values(self, vectors: Sequence[Vector]) -> Exact:
        """Of vectors of one length, the entries of each, one after the other."""
        length = len(vectors[0])
        indices = range(1, self.count(length) + 1)
        return self._kept((tuple(vectors), 0), lambda: [self._value(x, length, i) for x in vectors for i in indices])

    def derivatives(self, vectors: Sequence[Vector], row: int) -> Exact:
        """Of vectors of one length, the derivatives of the entry `row` (from 1) by each of their entries."""
        length = len(vectors[0])
        indices = range(1, length + 1)
        return self._kept(
            (tuple(vectors), row), lambda: [self._value(x, length, row, j) for x in vectors for j in indices]
        )

    def save(self) -> None:
        """Keep what was computed."""
        if self._file and len(self._known) > self._saved:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            descriptor, partial = tempfile.mkstemp(dir=self._file.parent, suffix=".partial")
            with open(descriptor, "wb") as out:
                np.savez(out, **{name: _bits(exact) for name, exact in self._known.items()})
            os.replace(partial, self._file)
            self._saved = len(self._known)

    def _digest(self) -> str:
        return digest(self.expression, self.derivative, dict(self.parameters), self.entries, code_digest(__name__))

    def _kept(self, asked: tuple[Any, ...], compute: Callable[[], list[Parts]]) -> Exact:
        name = digest(repr(asked))
        if name not in self._known:
            self._known[name] = joined(compute())
        return self._known[name]

    def _value(self, x: Vector, length: int, *indices: int) -> Parts:
        key = (length, *indices)
        if key not in self._unrolled:
            whole = {"n": length, **dict(zip("ij", indices, strict=False))}
            self._unrolled[key] = unrolled(self.formulas[len(indices) - 1], {"x": length}, whole)
        formula = self._unrolled[key]
        point = {entry("x", k + 1): value for k, value in enumerate(x)}
        return value_parts(self._at(formula, point))

    def _at(self, formula: Expr, point: Mapping[str, float]) -> Callable[[], Any]:
        return lambda: self.balls.value(formula, point)


def _bits(exact: Exact) -> NDArray[np.int64]:
    """The three fields as columns of one type, which keeps all of their bits."""
    return np.stack([exact.high.view(np.int64), exact.low.view(np.int64), exact.exponent])


def _columns(bits: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    high, low, exponent = bits
    return high.copy().view(np.float64), low.copy().view(np.float64), exponent
