"""The changes that can be made to what is written about a function, and what is written with one of them made."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import yaml

from engine.base import yamlfile
from engine.base.files import read_source, write
from engine.base.store import project_store
from engine.mathematics import facts, prose
from engine.mathematics.derivation import file as derivations
from engine.mathematics.prose import NAME
from engine.mutation import formulas, rules
from engine.render.assertions import tried
from engine.sources import definition
from engine.sources import formulas as sources
from engine.sources.definition import FILE, Parameter
from engine.sources.formulas import Formula

FACTS, PROSE = facts.FILE, prose.FILE
#: The formulas of a definition.
FORMS = ("expression", "stable", "derivative")
#: The keys of a step, or of a statement, that hold formulas.
STATED = ("tex", "when", "sharp", "expression")

#: How many keys lead to an entry beside a formula: those of its page and section, and itself.
_ENTRY = 4

Keys = tuple[str | int, ...]


@dataclass(frozen=True)
class Mutant:
    """A change. file: within the project; keys: what leads to the formula there; line: where that stands.

    The keys of a formula on a page are its number among all those of the function's prose. Keys that lead to an entry
    beside a formula change that formula, on the page and in the file alike, as one does who believes it.
    """

    function: str
    file: str
    keys: Keys
    line: int
    old: str
    new: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {'.'.join(map(str, self.keys))}\n  - {self.old}\n  + {self.new}"


def mutants(root: Path, function: str) -> list[Mutant]:
    """All changes to the derivations, the facts, the definition and the prose of a function. Raises SourceError."""
    entry = definition.read(root, function)
    facts.load(root, entry)  # to say what is wrong with them
    folder = Path("snippets", function)
    files = [derivations.load(root, path).path for path in derivations.discover(root, function)]
    files += [folder / name for name in (FACTS, PROSE, FILE) if (root / folder / name).is_file()]
    changes = [mutant for file in files for mutant in _of_file(root, function, file, entry.parameters)]
    return [*changes, *_of_pages(root, function, entry.parameters)]


def mutated(root: Path, mutant: Mutant, target: Path) -> list[Formula]:
    """Write the function's folder into another project, as far as it is checked here, with the change made.

    Returns the formulas of its prose, changed if it is one of them. What a check tells of lines is not that of the file
    any more.
    """
    own = root / "snippets" / mutant.function
    for file in [*derivations.discover(root, mutant.function), own / FACTS, own / PROSE, own / FILE]:
        if file.is_file():
            name = file.relative_to(root).as_posix()
            data = _content(read_source(root, file))
            if name == mutant.file and of_entry(mutant):
                data = _renamed(data, mutant.keys, mutant.new)
            elif name == mutant.file:
                data = _changed(data, mutant.keys, json.loads(mutant.new) if of_rule(mutant) else mutant.new)
            write(target / name, yaml.safe_dump(data, allow_unicode=True, sort_keys=False))
    written = written_formulas(root, mutant.function)
    if of_page(mutant):
        number = int(mutant.keys[0])
        written[number] = replace(written[number], tex=mutant.new)
    if of_entry(mutant):
        place = (*mutant.keys[1:3], prose.plain(mutant.old))
        written = [
            replace(one, tex=mutant.new) if (one.page, one.section, prose.plain(one.tex)) == place else one
            for one in written
        ]
    return written


def of_page(mutant: Mutant) -> bool:
    """Whether a formula of the prose is changed itself."""
    return not mutant.file.endswith(".yml")


def of_entry(mutant: Mutant) -> bool:
    """Whether a formula of the prose is changed with the entry beside it."""
    return mutant.keys[:1] == ("formulas",) and len(mutant.keys) == _ENTRY


def of_rule(mutant: Mutant) -> bool:
    """Whether the rules of a step are changed: then old and new are JSON, as a derivation may have them."""
    return mutant.keys[-1:] == ("rule",)


def written_formulas(root: Path, function: str) -> list[Formula]:
    """The formulas of a function's prose."""
    return sources.of_function(root, function, project_store(root, "prose"))


def _of_pages(root: Path, function: str, parameters: Sequence[Parameter]) -> Iterator[Mutant]:
    written = written_formulas(root, function)
    entry = definition.read(root, function)
    statements, _ = facts.read(root, entry)
    functions = [*statements.reader.scope.functions] if statements else []
    for number, reading in enumerate(prose.read(root, entry, written, tried(root, function))):
        if reading.kind != NAME:
            formula = reading.formula
            for new in formulas.latex(formula.tex, functions, [parameter.tex for parameter in parameters]):
                yield Mutant(function, formula.path, (number,), formula.line, formula.tex, new)


def _changed(data: Any, keys: Keys, new: Any) -> Any:
    """Data with something else at the end of keys; nothing else is copied."""
    if not keys:
        return new
    copy = list(data) if isinstance(data, list) else dict(data)
    copy[keys[0]] = _changed(copy[keys[0]], keys[1:], new)  # type: ignore[call-overload, index]
    return copy


def _renamed(data: Any, keys: Keys, new: str) -> Any:
    """Data with another key at the end of keys."""
    if len(keys) == 1:
        return {new if key == keys[0] else key: value for key, value in data.items()}
    return {key: _renamed(value, keys[1:], new) if key == keys[0] else value for key, value in data.items()}


def _of_file(root: Path, function: str, file: Path, parameters: Sequence[Parameter]) -> Iterator[Mutant]:
    text = read_source(root, root / file)
    data = _content(text)
    change = _changes(file.name, data, parameters)
    for keys, formula in _formulas(file.name, data):
        line = yamlfile.line_in(text, keys)
        for new in change(formula):
            # An inequality may be met at both ends.
            if "sharp" not in keys[-2:] or re.sub("[-+]", "", new) != re.sub("[-+]", "", formula):
                yield Mutant(function, file.as_posix(), keys, line, formula, new)
    for i, step in enumerate(data.get("steps", ())):
        keys = ("steps", i, "rule")
        for changed in rules.changed(step["rule"], _functions(data), change):
            old, new = (json.dumps(rule, ensure_ascii=False) for rule in (step["rule"], changed))
            yield Mutant(function, file.as_posix(), keys, yamlfile.line_in(text, keys), old, new)


def _changes(name: str, data: Any, parameters: Sequence[Parameter]) -> Callable[[str], list[str]]:
    """What changes a formula of a file, by the names that are declared there."""
    if name == FILE:
        return partial(formulas.sympy, variables=["x", *(parameter.name for parameter in parameters)])
    return partial(formulas.latex, functions=_functions(data), parameters=[parameter.tex for parameter in parameters])


def _functions(data: Any) -> list[str]:
    """The functions that a file declares, as they are written."""
    functions = [tex.partition("(")[0].strip() for tex in data.get("where", []) if "(" in tex.partition("=")[0]]
    return list(dict.fromkeys(functions))


@lru_cache(maxsize=16)
def _content(text: str) -> Any:
    return yaml.safe_load(text)


def _formulas(name: str, data: Any) -> Iterator[tuple[Keys, str]]:
    """The formulas of a file that can be changed, each with the keys that lead to it."""
    if name == FILE:
        yield from (((form,), data[form]) for form in FORMS if form in data)
        for parameter, said in data.get("parameters", {}).items():
            yield from ((("parameters", parameter, form), said[form]) for form in FORMS if form in said)
        return
    yield from ((("where", i), tex) for i, tex in enumerate(data.get("where", [])))
    if name == PROSE:
        yield from ((("notation", shown), meant) for shown, meant in data.get("notation", {}).items())
        yield from _of_entries(data["formulas"])
        return
    if name != FACTS:
        yield ("start",), data["start"]
        yield from _statements(("steps",), data["steps"])
        return
    for id, fact in data["facts"].items():
        yield ("facts", id, "tex"), fact["tex"]
        yield from _statements(("facts", id, "because"), fact.get("because", []))


def _of_entries(pages: dict[str, Any]) -> Iterator[tuple[Keys, str]]:
    """What stands beside formulas of prose."""
    for page, sections in pages.items():
        for section, entries in sections.items():
            for tex, entry in entries.items():
                keys = ("formulas", page, section, tex)
                if "quoted" not in entry:
                    yield keys, tex
                yield from _stated(keys, entry, ("when", "sharp", "near"))
                for key in ("because", "reads"):
                    yield from _statements((*keys, key), entry.get(key, []))


def _statements(above: Keys, statements: list[Any]) -> Iterator[tuple[Keys, str]]:
    for i, statement in enumerate(statements):
        if isinstance(statement, str):
            yield (*above, i), statement
        else:
            yield from _stated((*above, i), statement, STATED)


def _stated(above: Keys, statement: Mapping[str, Any], names: Sequence[str]) -> Iterator[tuple[Keys, str]]:
    """The formulas under these names; `sharp` may have several."""
    for name in names:
        written = statement.get(name, [])
        if isinstance(written, str):
            yield (*above, name), written
        else:
            yield from (((*above, name, i), tex) for i, tex in enumerate(written))
