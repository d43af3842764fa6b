"""A process that loads anybody's implementation and finds out whose arrays it takes.

`engine.accuracy.own` starts it.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator

import numpy as np
from msgspec import Struct

from engine.accuracy.adapters import ADAPTERS, Call
from engine.accuracy.exact import Floats
from engine.accuracy.formats import FORMATS, Format
from engine.accuracy.jobs import Job, serve
from engine.accuracy.subject import Refused
from engine.accuracy.target import LOAD, TargetError, call, load
from engine.mathematics.lengths import shapes

#: What an implementation is tried with, in this order of types, and then in the first one that it takes.
TRIED, TYPES = np.array([-1.0, 0.5, 1.0]), ("float32", "float64", "float16", "bfloat16")
MORE = {
    "an array of one number": np.ones(1),
    "an array of many numbers": np.linspace(-9, 9, 65537),
    "an array of numbers that are not finite": np.array([-np.inf, np.inf, np.nan]),
}


class Probe(Job, frozen=True):
    """Try an implementation with arrays of a library, or of those that its module imports, and of NumPy.

    libraries: whose arrays may be tried; of several, those that the module does not import are left to other processes;
    entries: of a function of a vector, as of a definition: then it is tried with rows.
    """

    target: str
    device: str
    libraries: tuple[str, ...]
    entries: str = ""


class Found(Struct, frozen=True):
    """What came of it.

    error: why it is not to be measured at all; taken: the library whose arrays it takes; refused: what those said whose
    arrays it does not; loaded: the libraries that its module has imported.
    """

    error: str = ""
    taken: str = ""
    refused: tuple[tuple[str, str], ...] = ()
    loaded: tuple[str, ...] = ()


def answer(job: Probe) -> Found:
    """Do the job."""
    try:
        load(job.target)
        loaded = tuple(name for name in ADAPTERS if name in sys.modules)
        refused = []
        one = len(job.libraries) == 1
        for library in job.libraries if one else [name for name in (*loaded, "numpy") if name in job.libraries]:
            if reason := _refusal(library, job):
                refused.append((library, reason))
            else:
                return Found(taken=library, refused=tuple(refused), loaded=loaded)
    except TargetError as error:
        return Found(error=str(error))
    return Found(refused=tuple(refused), loaded=loaded)


def _refusal(library: str, job: Probe) -> str:
    """Why an implementation does not take arrays of a library, or nothing. Raises TargetError."""
    implementation = ADAPTERS.get(library, Call)(LOAD, call(job.target), job.device)
    reasons = []
    given, *more = _arrays(job.entries)
    for name in TYPES:
        try:
            first, again = (_results(implementation, given[1], FORMATS[name], job.entries) for _ in range(2))
        except Refused as error:
            reasons.append(str(error))
            continue
        if not np.array_equal(first, again, equal_nan=True):
            raise TargetError(f"{job.target.rpartition(':')[2]} returns something else each time for the same array")
        for what, numbers in more:
            try:
                _results(implementation, numbers, FORMATS[name], job.entries)
            except Refused as error:
                return f"{what}: {error}"
        return ""
    return reasons[0]


def _arrays(entries: str) -> Iterator[tuple[str, Floats]]:
    """What is tried, the first in all types, each with what it is called."""
    if not entries:
        yield from (("an array of three numbers", TRIED), *MORE.items())
        return
    lengths = [length for length, _ in shapes(entries)]
    for length in (lengths[-1], *lengths[:-1]):
        rows = np.linspace(-4, 4, 3 * length).reshape(3, length)
        yield f"rows of length {length}", rows
    masked = np.where(np.arange(lengths[-1]) % 2 == 1, -np.inf, 1.0)[np.newaxis]
    yield "a row with entries of −∞", masked


def _results(implementation: Call, x: Floats, format: Format, entries: str) -> Floats:
    """What an implementation returns, of the shape that it has to have. Raises Refused."""
    if not entries:
        return implementation.values(x, format, 0)[0]
    got, _ = implementation.rows(x, format, 0)
    should = len(x), dict(shapes(entries))[x.shape[1]]
    if got.shape != should:
        raise Refused(f"returns an array of shape {got.shape} for {x.shape}, and not {should}")
    return got


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    serve(Probe, answer)
