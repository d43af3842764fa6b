"""Measures anybody's implementation of a function, as the libraries are measured."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from engine.accuracy import audited, devices, jobs
from engine.accuracy.audit import Audit
from engine.accuracy.audited import Audited
from engine.accuracy.devices import ARRAYS, ON_CARDS, PROCESSOR
from engine.accuracy.flags import find_flags
from engine.accuracy.measuring import Conditions
from engine.accuracy.probe import Found, Probe
from engine.accuracy.target import LOAD, TargetError, absolute, call, split
from engine.base.errors import SourceError
from engine.base.files import ENGINE
from engine.base.libraries import LIBRARIES, installed
from engine.sources.definition import Api, Definition


@dataclass(frozen=True)
class Own:
    """An implementation: as it is named, the library whose arrays it takes, and where that computes."""

    target: str
    library: str
    device: str = PROCESSOR

    @property
    def name(self) -> str:
        """What it is called in its file or module."""
        return split(self.target)[1]


def find(root: Path, text: str, library: str = "", device: str = PROCESSOR, entries: str = "") -> Own:
    """The implementation that a text names, with the library whose arrays it takes: the one given, or else one that its
    module imports, or any. entries: as of the definition of a function of a vector. Raises TargetError."""
    target = absolute(text)
    if library and not installed(library):
        raise TargetError(f"{LIBRARIES[library].title} is not installed")
    asked = (library,) if library else tuple(name for name in ARRAYS if installed(name))
    allowed = asked if device == PROCESSOR else seen(root, device, asked)
    found = _probe(root, Probe(target, device, allowed, entries))
    refused = dict(found.refused)
    others = [] if found.loaded or len(allowed) == 1 else [name for name in allowed if name != "numpy"]
    while not found.taken and others:  # each in a process of its own, since no two of them share one
        found = _probe(root, Probe(target, device, (others.pop(0),), entries))
        refused |= dict(found.refused)
    if found.taken:
        return Own(target, found.taken, device)
    reasons = "".join(f"\n  {LIBRARIES[name].title}: {reason}" for name, reason in refused.items())
    hint = "" if library else "\n--library says whose arrays it takes"
    raise TargetError(f"{text}: cannot be measured with the arrays that were tried:{reasons}{hint}")


def seen(root: Path, device: str, libraries: Sequence[str]) -> tuple[str, ...]:
    """Those of the libraries that see a device. Raises TargetError if none does."""
    cards = devices.cards(root, device, [name for name in libraries if name in ON_CARDS and installed(name)])
    if found := tuple(name for name, card in cards.items() if card):
        return found
    titles = " and ".join(LIBRARIES[name].title for name in cards or libraries)
    raise TargetError(f"--device {device}: {titles} see{'s' if len(cards) == 1 else ''} no {device} device")


def measure(root: Path, definition: Definition, own: Own) -> Audited:
    """The audit of an implementation, against the definition with its usual parameters. Raises TargetError."""
    api = Api(LOAD, call(own.target), {}, True)
    conditions = Conditions(_variables(own.device), own.device, own.library)
    try:
        found = audited.measure(root, replace(definition, apis=(api,)), conditions)
    except SourceError as error:
        raise TargetError("\n".join(f"{own.name}: {p.reason}\n{p.detail}".rstrip() for p in error.problems)) from None
    named = audited.renamed(found, own.name)
    rows = named.rows
    if all(row.refused for row in rows):
        reasons = "\n".join(f"  {row.dtype}: {row.refused}" for row in rows)
        raise TargetError(f"{own.name} takes no type of numbers:\n{reasons}")
    return replace(named, flags=tuple(find_flags(named.rows))) if isinstance(named, Audit) else named


def _probe(root: Path, job: Probe) -> Found:
    """What a process finds out. Raises TargetError, also where the process fails."""
    try:
        found = jobs.ask(root, "engine.accuracy.probe", job, Found, Path(job.target), _variables(job.device))
    except SourceError as error:
        raise TargetError("\n".join(map(str, error.problems))) from None
    if found.error:
        raise TargetError(found.error)
    return found


def _variables(device: str) -> dict[str, str]:
    """Beside what the device needs, where Python looks for modules that are not installed."""
    path = os.pathsep.join(filter(None, (str(ENGINE.parent), os.environ.get("PYTHONPATH"))))
    return {"PYTHONPATH": path} | devices.variables(device)
