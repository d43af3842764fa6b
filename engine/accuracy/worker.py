"""A process that measures how exact a library's functions are.

Started by `engine.accuracy.measuring`, one library each. A job says what it is to measure; the answer holds the
dataclasses of `engine.accuracy.results`, as JSON.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from engine.accuracy import results
from engine.accuracy.adapters import ADAPTERS, Call, Nearest
from engine.accuracy.exact import errors
from engine.accuracy.formats import FORMATS, Format
from engine.accuracy.jobs import serve
from engine.accuracy.limits import limits
from engine.accuracy.metrics import accuracy
from engine.accuracy.oracle import ORDERS, Formula, Oracle
from engine.accuracy.subject import Implementation, Refused, Subject


def measure(implementation: Implementation, oracle: Oracle, format: Format) -> dict[str, Any]:
    """Everything about one implementation in one format. See `engine.accuracy.results.Row`."""
    report: dict[str, Any] = {"dtype": format.name, "refused": "", "returns": "", "orders": []}
    probe = np.array([-1.0, 0.5, 1.0])
    for order in ORDERS:
        try:
            returns = implementation.values(probe, format, order)[1]
        except Refused as error:
            report["refused" if order == 0 else "no_gradient"] = str(error)
            return report
        report["returns"] = report["returns"] or returns
        if returns != format.name and order == 0:
            return report  # its error would be measured in units of another type
        report["orders"].append(asdict(accuracy(Subject(implementation, oracle, format, order))))
    return report


def integer_input(implementation: Implementation, oracle: Oracle) -> dict[str, Any]:
    """What an array of integers gives: a type, and the largest error in ulp of it; or the refusal."""
    x = np.array([-3, -1, 0, 1, 2, 20], np.int32)
    try:
        values, dtype = implementation.integers(x)
    except Refused as error:
        return asdict(results.Integers(str(error), "", None))
    exact = oracle.values(0, x.astype(np.float64))
    if dtype in FORMATS:
        difference = errors(values, exact, FORMATS[dtype])
    else:
        difference = values - exact.rounded(FORMATS["float64"])
    return asdict(results.Integers("", dtype, float(np.max(np.abs(difference)))))


# Jobs -----------------------------------------------------------------------------------------------------------------


def _limits(job: dict[str, Any]) -> Any:
    """The limits at infinity, which the other jobs are given."""
    return limits(job["expression"], job["parameters"])


def _oracle(job: dict[str, Any]) -> Oracle:
    ends = tuple((low, high) for low, high in job["limits"])
    return Oracle(Formula(job["expression"], job["parameters"], ends), Path(job["cache"]))


def _exact(job: dict[str, Any]) -> list[dict[str, Any]]:
    """Exact values of all points of a format, left in the cache for the other jobs; and where they become 0 or inf."""
    oracle, format = _oracle(job), FORMATS[job["dtype"]]
    return [asdict(accuracy(Subject(Nearest(oracle), oracle, format, order))) for order in ORDERS]


def _library(job: dict[str, Any]) -> list[dict[str, Any]]:
    """Functions of one library in each format."""
    oracle, rows = _oracle(job), []
    for name, call in job["apis"]:
        implementation = ADAPTERS.get(job["backend"], Call)(name, call)
        integers = integer_input(implementation, oracle)
        for format in FORMATS.values():
            rows.append({"api": name, "integers": integers, **measure(implementation, oracle, format)})
    if float(np.float64(2.0**-1000) * np.float64(2.0**-70)) == 0:
        raise RuntimeError("the library made this process flush subnormal numbers; nothing here can be trusted")
    return rows


JOBS: dict[str, Callable[[dict[str, Any]], Any]] = {"limits": _limits, "exact": _exact, "library": _library}


def main() -> None:
    """Answer the job on standard input."""
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    serve(lambda job: JOBS[job["kind"]](job))


if __name__ == "__main__":
    main()
