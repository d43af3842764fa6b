"""The measurement of functions of a vector: a process for each library, whose answers are kept."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from engine.accuracy import jobs, measuring
from engine.accuracy.jobs import Rows
from engine.accuracy.measuring import USUAL, Conditions
from engine.accuracy.results import apart
from engine.accuracy.rows.results import VectorMeasurement, VectorRow
from engine.base import libraries as frameworks
from engine.base.code import code_digest
from engine.base.errors import SourceError
from engine.base.store import project_store
from engine.run import progress
from engine.sources.definition import Definition


def measurements(
    root: Path, definitions: Sequence[Definition], conditions: Conditions = USUAL
) -> list[VectorMeasurement | SourceError]:
    """What is measured of functions, as it was kept or now; or what is in the way."""
    store = project_store(root, "audit")

    def found(definition: Definition) -> VectorMeasurement | SourceError:
        key = _key(definition, conditions)
        if (kept := store.get(key, VectorMeasurement)) is not None:
            return kept
        try:
            measured = measure(root, definition, conditions)
        except SourceError as error:
            return error
        store.put(key, measured)
        return measured

    with ThreadPoolExecutor(measuring.PROCESSES) as pool:
        return list(pool.map(found, definitions))


def measure(root: Path, definition: Definition, conditions: Conditions = USUAL) -> VectorMeasurement:
    """A new measurement of a function. Raises SourceError for what is in the way."""
    if problems := measuring.missing_of(definition, conditions.backend):
        raise SourceError(problems)
    progress.current.say(f"measuring the accuracy of {definition.name}")
    rows: list[VectorRow] = []
    try:
        for (_, backend), apis in measuring.tasks_of(definition, conditions.backend).items():
            calls = tuple((api.name, api.call) for api in apis)
            job = Rows(*_formulas(definition), str(root / ".cache" / "oracle"), backend, calls, conditions.device)
            own = {**conditions.variables, "KERAS_BACKEND": backend if backend != "numpy" else "tensorflow"}
            rows += jobs.ask(root, "engine.accuracy.rows.worker", job, list[VectorRow], definition.path, own)
    finally:
        progress.current.say("")
    place = {api.name: number for number, api in enumerate(definition.apis)}
    rows.sort(key=lambda row: place[row.api])
    versions = measuring.versions_of(definition, (), conditions.backend)
    return VectorMeasurement(definition.path.parts[1], tuple(apart(rows)), versions, frameworks.machine())


def _formulas(definition: Definition) -> tuple[str, str, dict[str, float], str]:
    return definition.expression, definition.derivative, definition.defaults, definition.entries


def _key(definition: Definition, conditions: Conditions) -> str:
    code = code_digest("engine.accuracy.rows.worker")
    return measuring.key_of(_formulas(definition), code, definition, conditions)
