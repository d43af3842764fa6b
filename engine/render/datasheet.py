"""All that a build knows of a function, as data: `functions/<function>.json` beside its page.

The same findings that the page shows, and nothing else: facts with how each was checked, public names as they were
found, verdicts of the claims, reference values, measured accuracy. `schemas/function.schema.json` describes every key
and is published with it; a file that does not satisfy it is a problem of the build.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import msgspec

from engine.accuracy import decimals
from engine.accuracy.audited import Audited
from engine.base import libraries as frameworks
from engine.base.errors import Problem
from engine.base.libraries import LIBRARIES
from engine.base.store import Store, digest
from engine.compare.verdict import Verdict
from engine.ledger.history import History
from engine.mathematics.derivation.evidence import Report
from engine.mathematics.distance import Distance
from engine.mathematics.facts import Fact, statements_of
from engine.mathematics.formula import digits
from engine.mathematics.kinks import Kink
from engine.names.check import PublicName
from engine.render.accuracy_data import measured
from engine.render.published import SCHEMA
from engine.render.snippets import VERDICTS
from engine.sources.definition import Definition, Parameter
from engine.sources.includes import Place, address

LICENCE = "MIT"


def datasheet(
    definition: Definition,
    facts: Sequence[tuple[Fact, Report]],
    apis: Iterable[PublicName],
    verdicts: Iterable[Verdict],
    histories: Iterable[History],
    audit: Audited | None,
    values: Sequence[Mapping[str, Any]],
    places: Mapping[str, Place] = MappingProxyType({}),
    kinks: Iterable[Kink] = (),
    variants: Iterable[tuple[Definition, Distance | str]] = (),
) -> str:
    """The JSON text of one function. places: see `engine.sources.includes`; kinks: see `engine.mathematics.kinks`;
    variants: others of the same name, with how far they are from it."""
    verdicts = list(verdicts)
    apis = list(apis)
    name = definition.path.parts[1]
    tex = next((fact.tex for fact, _ in facts if fact.id == "definition"), None)
    data = {
        "$schema": SCHEMA.name,
        "name": definition.name,
        "page": f"{name}/",
        "licence": LICENCE,
        "definition": {
            "latex": tex,
            "entries": definition.entries or None,
            "sympy": definition.expression,
            "stable": definition.stable,
            "within": definition.within or None,
            "derivative": definition.derivative,
        },
        "parameters": [_parameter(parameter) for parameter in definition.parameters],
        "conditions": definition.conditions,
        "training": definition.training,
        "variants": [
            {"function": one.path.parts[1], "bound": float(apart.bound), "places": [*map(float, apart.places)]}
            for one, apart in variants
            if isinstance(apart, Distance)
        ],
        "facts": [_fact(fact, report, name, places) for fact, report in facts],
        "apis": [_name(api) for api in apis],
        "claims": sorted(_claims(verdicts, places), key=lambda claim: claim["id"]),
        "kinks": [_kink(kink) for kink in kinks],
        "values": {
            "digits": digits.TEXT,
            "parameters": definition.defaults,
            "rows": values,
        },
        "accuracy": [measured(row) for row in audit.rows] if audit else [],
        "history": [_history(history) for history in histories if history.entries],
        "versions": _versions(apis, verdicts, audit),
        "machine": frameworks.machine(),
    }
    text = json.dumps(data, sort_keys=True, ensure_ascii=False, allow_nan=False, default=vars)
    return f"{msgspec.json.format(text, indent=1)}\n"  # json itself lays out four times as slowly


def faults(definition: Definition, text: str, store: Store) -> list[Problem]:
    """Where a datasheet does not satisfy the schema. One that does is remembered: jsonschema is slow to import."""
    key = digest(text, SCHEMA.read_text(encoding="utf-8"))
    if store.get(key, bool):
        return []
    import jsonschema

    checker = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    problems = [
        Problem(definition.path.as_posix(), f"its datasheet is not valid at {error.json_path}: {error.message}")
        for error in checker.iter_errors(json.loads(text))
    ]
    if not problems:
        store.put(key, True)
    return problems


def _name(api: PublicName) -> dict[str, Any]:
    differs = api.differs and {
        "x": api.differs.x,
        "defined": float(f"{api.differs.defined:.4g}"),
        "computed": float(f"{api.differs.computed:.4g}"),
    }
    return vars(api) | {"differs": differs}


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "latex": parameter.tex,
        "domain": parameter.domain,
        "default": parameter.default,
        "derivative": parameter.derivative or None,
    }


def _fact(fact: Fact, report: Report, function: str, places: Mapping[str, Place]) -> dict[str, Any]:
    how = [
        {
            "latex": step.tex,
            "when": step.when,
            "sharp": list(step.sharp),
            "points": evidence.points,
            "digits": evidence.digits,
            "proved": evidence.symbolic,
        }
        for step, evidence in statements_of(fact, report)
    ]
    return {
        "id": fact.id,
        "name": fact.name,
        "latex": fact.shown,
        "note": fact.note,
        "check": f"{address(places, function, f'{function}/checks.md')}#fact-{fact.id}",
        "checked": not report.problems,
        "how": how,
    }


def _claims(verdicts: Iterable[Verdict], places: Mapping[str, Place]) -> Iterable[dict[str, Any]]:
    """The claims that have a verdict; one that has none is a problem of its fragment."""
    for verdict in verdicts:
        label, _, word = verdict.result.output.rstrip("\n").rpartition("\n")[2].partition(": ")
        if verdict.snippet.folder == "claims" and label == "verdict" and word in VERDICTS:
            function, topic = verdict.snippet.function, verdict.snippet.topic
            page = address(places, function, f"{function}/claims/{topic}.md")
            yield {
                "id": topic,
                "verdict": word,
                "place": f"{page}#claim-{topic.replace('_', '-')}",
                "experiment": verdict.snippet.name,
                "versions": verdict.result.versions,
            }


def _kink(kink: Kink) -> dict[str, Any]:
    left, right = (dict(zip(decimals.ORDERS, side, strict=True)) for side in (kink.left, kink.right))
    there = {"place": kink.place, "x": kink.x, "kind": kink.kind, "order": kink.order, "value": kink.value}
    return there | {"left": left, "right": right}


def _history(history: History) -> dict[str, Any]:
    return {
        "snippet": history.snippet.name,
        "library": LIBRARIES[history.library].title,
        "since": history.since,
        "releases": [
            {"version": release.version, "output": state, "recorded": entry.run.day, "machine": entry.run.machine}
            for release, entry, state in history.states()
        ],
    }


def _versions(apis: Iterable[PublicName], verdicts: Iterable[Verdict], audit: Audited | None) -> dict[str, str]:
    """Every library that took part, by its title."""
    used = {api.library: api.version for api in apis} | dict(audit.versions if audit else {})
    for verdict in verdicts:
        used |= verdict.result.versions
    return used
