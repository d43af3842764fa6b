"""Measure anybody's implementation of a function against its definition."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from engine.accuracy import bounds, own, record
from engine.accuracy.devices import ARRAYS, CARDS, PROCESSOR
from engine.accuracy.target import TargetError
from engine.base.errors import SourceError
from engine.base.files import folders_in
from engine.commands.check import unsound
from engine.commands.outcome import FAILED, OK, UsageError
from engine.render.report import report
from engine.sources import definition
from engine.sources.definition import Definition


def measure(root: Path, function: str, implementation: str, library: str, device: str, wanted: Sequence[str]) -> int:
    """Measure an implementation and print what was found. Returns the exit status: whether it keeps the bounds.

    implementation: as of `engine.accuracy.target`; library: whose arrays it takes, empty where that is to be found;
    wanted: bounds, as of `engine.accuracy.bounds`. Raises UsageError and SourceError.
    """
    try:
        asked = [bounds.read(text) for text in wanted]
    except bounds.BoundError as error:
        raise UsageError(f"--bound {error}") from None
    for option, value, known in (
        ("--library", library or ARRAYS[0], ARRAYS),
        ("--device", device, (PROCESSOR, *CARDS)),
    ):
        if value not in known:
            raise UsageError(f"{option} {value}: choose from {', '.join(known)}")
    entry = _definition(root, function)
    try:
        found = own.find(root, implementation, library, device, entry.entries)
        audit = own.measure(root, entry, found)
    except TargetError as error:
        raise UsageError(str(error)) from None
    kept = bounds.judge(audit.rows, asked)
    print(record.conditions(audit))
    print(report(root, entry, audit, kept), end="")
    return OK if all(one.holds for one in kept) else FAILED


def _definition(root: Path, function: str) -> Definition:
    """The definition of a function, which holds. Raises UsageError and SourceError."""
    known = folders_in(root / "snippets")
    if function not in known:
        near = get_close_matches(function.lower().replace("-", "_"), known, 3, 0.5)
        hint = f"; did you mean {', '.join(near)}?" if near else f"; there are {', '.join(known)}"
        raise UsageError(f"{function}: no such function in snippets/{hint}")
    entry = definition.read(root, function)
    (problems,) = unsound(root, [entry])
    if problems:
        raise SourceError(problems)
    return entry
