"""A process that measures how exact a library's functions are.

Started by `engine.accuracy.measuring`, one library each. `engine.accuracy.jobs` has the jobs; the answers hold the
dataclasses of `engine.accuracy.results`.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from engine.accuracy.adapters import ADAPTERS, Call
from engine.accuracy.exact import errors
from engine.accuracy.formats import FORMATS, Format
from engine.accuracy.jobs import Card, Exact, Library, Outline, serve
from engine.accuracy.metrics import accuracy
from engine.accuracy.nearest import formula, nearest, outline
from engine.accuracy.oracle import ORDERS, Oracle
from engine.accuracy.results import INTEGERS, Accuracy, Integers, Row, title
from engine.accuracy.subject import Implementation, Refused, Subject


def measure(
    name: str,
    backend: str,
    implementation: Implementation,
    oracle: Oracle,
    format: Format,
    integers: tuple[Integers, ...],
    declared: Sequence[str] = (),
) -> Row:
    """Everything about one implementation in one format. declared: points that are told in any case."""
    refused, returns, no_gradient = "", "", ""
    orders: list[Accuracy] = []
    probe = np.array([-1.0, 0.5, 1.0])
    for order in ORDERS:
        try:
            dtype = implementation.values(probe, format, order)[1]
            returns = returns or dtype
            if dtype != format.name and order == 0:
                break  # its error would be measured in units of another type
            orders.append(accuracy(Subject(implementation, oracle, format, order), declared))
        except Refused as error:  # at once, or of some numbers only
            if order == 0:
                refused, returns = str(error), ""
            else:
                no_gradient = str(error)
            break
    library, lent = title(name, backend), implementation.lent(format)
    return Row(name, backend, library, format.name, lent, refused, returns, no_gradient, tuple(orders), integers)


def integer_input(implementation: Implementation, oracle: Oracle) -> tuple[Integers, ...]:
    """What an array of each type of integers gives."""
    return tuple(_integers(implementation, oracle, dtype) for dtype in INTEGERS)


def _integers(implementation: Implementation, oracle: Oracle, given: str) -> Integers:
    x = np.array([-3, -1, 0, 1, 2, 20], given)
    try:
        values, dtype = implementation.integers(x)
    except Refused as error:
        return Integers(given, str(error), "", None)
    exact = oracle.values(0, x.astype(np.float64))
    if dtype in FORMATS:
        difference = errors(values, exact, FORMATS[dtype])
    else:
        difference = values - exact.rounded(FORMATS["float64"])
    return Integers(given, "", dtype, float(np.max(np.abs(difference))))


def answer(job: Outline | Exact | Library | Card) -> Any:
    """Do a job: an answer for each of its functions, one after the other, so that no more than one is in memory."""
    if isinstance(job, Card):
        return ADAPTERS.get(job.backend, Call)(job.backend, "", job.device).card()
    if isinstance(job, Outline):
        return [outline(function) for function in job.functions]
    oracles = (Oracle(formula(function), Path(job.cache)) for function in job.functions)
    if isinstance(job, Exact):
        return [nearest(oracle, FORMATS[job.dtype]) for oracle in oracles]
    rows = [_library(job, *each) for each in zip(job.apis, job.declared, oracles, strict=True)]
    if float(np.float64(2.0**-1000) * np.float64(2.0**-70)) == 0:
        raise RuntimeError("a library made this process flush subnormal numbers; nothing here can be trusted")
    return rows


def _library(job: Library, apis: Sequence[tuple[str, str]], declared: Sequence[str], oracle: Oracle) -> list[Row]:
    """The functions of one library that are to be what the oracle says."""
    rows = []
    for name, call in apis:
        implementation = ADAPTERS.get(job.backend, Call)(name, call, job.device)
        integers = integer_input(implementation, oracle)
        for format in FORMATS.values():
            rows.append(measure(name, job.backend, implementation, oracle, format, integers, declared))
    return rows


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    serve(Outline | Exact | Library | Card, answer)
