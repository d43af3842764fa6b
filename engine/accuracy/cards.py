"""What was measured on a card: `snippets/<function>/audit-<device>.yml`, which machines without one read and show.

It is written where such a card is, by `python -m engine record --device <device>`. It says of what it was measured, so
that a changed definition is noticed everywhere. Its digest shows a slip, and proves nothing of who wrote it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from engine.accuracy import audited, record
from engine.accuracy.audited import Audited
from engine.accuracy.devices import CARDS, ON_CARDS
from engine.base.errors import Problem, SourceError
from engine.base.files import write
from engine.base.store import digest
from engine.base.yamlfile import check, line_of, load
from engine.sources.definition import Definition

_TEXTS = {"type": "object", "additionalProperties": {"type": "string"}, "minProperties": 1}
#: cards, versions: by title of library; of: digest of what was measured; digest: of all else.
_ABOUT = {"cards": _TEXTS, "versions": _TEXTS, **{key: {"type": "string"} for key in ("machine", "of", "digest")}}


@dataclass(frozen=True)
class Recorded:
    """A measurement on a card. cards, versions: by title of library; table: as of `engine.accuracy.audited`."""

    device: str
    cards: dict[str, str]
    versions: dict[str, str]
    machine: str
    table: dict[str, Any]


def location(definition: Definition, device: str) -> Path:
    """Where a record is, from the root of the project."""
    return definition.path.with_name(f"audit-{device}.yml")


def part(definition: Definition, libraries: Iterable[str] = ON_CARDS) -> Definition:
    """A definition with what is measured on cards, of some libraries, and no other name."""
    wanted = [api for api in definition.apis if api.audit and api.library in ON_CARDS and api.library in libraries]
    return replace(definition, apis=tuple(wanted))


def read_all(root: Path, definition: Definition) -> list[Recorded]:
    """What is recorded of a function, on any card. Raises SourceError."""
    found = [read(root, definition, device) for device in CARDS]
    return [recorded for recorded in found if recorded]


def faults(root: Path, definition: Definition) -> list[Problem]:
    """What is wrong with the records of a function, as far as a machine without a card can tell."""
    try:
        read_all(root, definition)
    except SourceError as error:
        return error.problems
    return []


def read(root: Path, definition: Definition, device: str) -> Recorded | None:
    """The record of a card, or None. Raises SourceError if it cannot be read, or is of another definition."""
    file = location(definition, device)
    if not (root / file).is_file():
        return None
    data = load(root, root / file, _schema(definition))

    def refuse(key: str, reason: str) -> SourceError:
        return SourceError([Problem(file.as_posix(), reason, line_of(root, root / file, [key]))])

    again = f"measure anew where there is such a card, {command(definition, device)}, or remove this file"
    if data["digest"] != _digest(data):
        raise refuse("digest", f"does not fit its digest: it was changed by hand; {again}")
    table = {key: data[key] for key in audited.schema(definition)["required"]}
    if data["of"] != _of(definition, table["accuracy"]):
        raise refuse("of", f"was measured of another definition, or of other calls; {again}")
    return Recorded(device, data["cards"], data["versions"], data["machine"], table)


def problems(root: Path, definition: Definition, measured: Audited, device: str) -> list[Problem]:
    """Every recorded number that is not what was measured on the card. Raises SourceError as of `read`."""
    file = location(definition, device)
    accept = f"  accept it: {command(definition, device)}"
    recorded = read(root, definition, device)
    if not recorded:
        return [Problem(file.as_posix(), "no recorded audit", detail=accept)]
    differences = audited.differences(recorded.table, audited.table(measured))
    return record.told(root, file, differences, measured, accept)


def write_record(root: Path, definition: Definition, measured: Audited, device: str, cards: dict[str, str]) -> bool:
    """Write what was measured, unless the record holds. Returns whether the file changed. cards: by library's title."""
    try:
        if not problems(root, definition, measured, device):
            return False
    except SourceError:
        pass  # what is unreadable, or of another definition, is replaced
    table = audited.table(measured)
    about = {"cards": cards, "versions": measured.versions, "machine": measured.machine}
    about["of"] = _of(definition, table["accuracy"])
    return write(root / location(definition, device), _text(definition, about, table))


def command(definition: Definition, device: str) -> str:
    """What records it."""
    return f"python -m engine record --device {device} {definition.path.parent.as_posix()}"


def _of(definition: Definition, names: Iterable[str]) -> str:
    """Digest of what was measured: the function, and how each name is called."""
    calls = {api.name: api.call for api in definition.apis}
    of_vector = (definition.derivative, definition.entries) if definition.entries else ()
    called = {name: calls.get(name) for name in names}
    return digest(definition.expression, *of_vector, definition.defaults, called)[:12]


def _schema(definition: Definition) -> dict[str, Any]:
    own = audited.schema(definition)
    return {**own, "properties": own["properties"] | _ABOUT, "required": [*own["required"], *_ABOUT]}


def _digest(data: dict[str, Any]) -> str:
    """Of all that a record says beside it."""
    return digest({key: value for key, value in data.items() if key != "digest"})[:12]


def _text(definition: Definition, about: dict[str, Any], table: dict[str, Any]) -> str:
    """A record, with its digest, which is of the numbers as they are written."""
    unsigned = check("record", audited.dump(table, about | {"digest": ""}), _schema(definition))
    return audited.dump(table, about | {"digest": _digest(unsigned)})
