"""Begin a function: all that follows from its expression and the installed libraries is found, checked, and written."""

from __future__ import annotations

import ast
import keyword
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from engine.base.errors import SourceError
from engine.base.files import read_source, write
from engine.base.languages import configuration, languages
from engine.base.libraries import TABS
from engine.base.processes import Pool
from engine.base.store import Store, project_store
from engine.commands.outcome import FAILED, OK, UsageError
from engine.mathematics import facts, proofs
from engine.mathematics.derivation.report import check
from engine.mathematics.derivation.steps import Derivation
from engine.mathematics.formula.python import FormulaError
from engine.mathematics.formula.python import read as read_formula
from engine.mathematics.formula.tree import Variable
from engine.mathematics.suggested import Suggested, tex_of
from engine.names import finding
from engine.run.runner import Runner
from engine.sources import coverage, definition, topics
from engine.sources.definition import Api, Definition, Parameter
from engine.sources.spelling import Unspelled
from engine.translation import check as translation

#: For one suggested fact: what takes longer to check is left to a person.
SECONDS = 30.0


@dataclass(frozen=True)
class Asked:
    """What a person says of a new function. also: other names; stable: an equal form that loses no digits."""

    name: str
    expression: str
    parameters: Sequence[str]
    also: Sequence[str]
    stable: str


def new(root: Path, asked: Asked) -> int:
    """Write the files of a function, as far as they follow from this. Returns the exit status.

    Nothing is written of what does not hold. Raises UsageError, also for a formula that is not stable, and SourceError.
    """
    parameters = _checked(root, asked)
    suggested = Suggested(asked.expression, parameters)
    entry = Definition(
        path=Path("snippets", asked.name, definition.FILE),
        name=asked.name,
        expression=asked.expression,
        stable=asked.stable or asked.expression,
        derivative=suggested.text(suggested.derivative()),
        parameters=parameters,
        compare={},
        apis=(),
        figure={},
        absent={},
    )
    with tempfile.TemporaryDirectory() as folder, Pool() as pool, Runner() as runner:
        draft = Path(folder)
        write(draft / entry.path, _definition(entry))
        (proof,) = proofs.prove(draft, [entry], Store(draft / "proofs"), pool)
        if proof.problems:
            reasons = "\n".join(f"{one.reason}\n{one.detail}" for one in proof.problems)
            raise UsageError(f"this would be no definition; an equal form that loses no digits is --stable\n{reasons}")
        called = [asked.name, *asked.also]
        offered = finding.find(root, called, entry, proof.samples, runner, project_store(root, "runs"))
        entry = replace(entry, apis=tuple(offered.names), name=_title(asked.name, offered.names))
        write(draft / entry.path, _definition(entry))
        held = _facts(draft, entry, suggested, pool, bool(proof.kinks))
        pages = {
            _page(root, language, asked.name): topics.begun(root, asked.name, entry.name, language)
            for language in languages(root)
        }
        shutil.copytree(draft / "snippets", root / "snippets", dirs_exist_ok=True)
    _tell(entry, offered, held)
    return OK if _place(root, entry, pages) else FAILED


def _page(root: Path, language: str, function: str) -> Path:
    return root / "docs" / language / "functions" / f"{function}.md"


def _checked(root: Path, asked: Asked) -> tuple[Parameter, ...]:
    """The parameters. Raises UsageError for what makes no sense."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", asked.name) or keyword.iskeyword(asked.name):
        raise UsageError(f"{asked.name!r}: a function's name is in small letters, digits and _, as leaky_relu")
    for path in (root / "snippets" / asked.name, *(_page(root, one, asked.name) for one in languages(root))):
        if path.exists():
            there = path.relative_to(root).as_posix()
            raise UsageError(f"{asked.name}: there is {there} already; choose another name, or edit that")
    parameters = []
    for text in asked.parameters:
        name, _, value = text.partition("=")
        try:
            default = ast.literal_eval(value)
            if not name.isidentifier() or name == "x" or not isinstance(default, int | float):
                raise ValueError
        except (ValueError, SyntaxError):
            raise UsageError(f"{text!r} gives no parameter its usual value, as alpha=0.01 does") from None
        parameters.append(Parameter(name, tex_of(name), "positive" if default > 0 else "real", default))
    for text in filter(None, (asked.expression, asked.stable)):
        names = {name: Variable(name) for name in ("x", *(parameter.name for parameter in parameters))}
        try:
            read_formula(text, names)
        except FormulaError as error:
            column = error.column or 1
            lines = f"{error}, in column {column}\n  {text}\n  {' ' * (column - 1)}^"
            hint = "CONTRIBUTING.md lists what a formula may use; a parameter gets its usual value as alpha=0.01"
            raise UsageError(f"{lines}\n{hint}") from None
    return tuple(parameters)


def _title(name: str, apis: Sequence[Api]) -> str:
    """What readers call it: the name of a layer, or else its own in words."""
    layers = [api.name.rpartition(".")[2] for api in apis if not api.name.rpartition(".")[2].islower()]
    return layers[0] if layers else name.replace("_", " ").capitalize()


def _flow(value: object) -> str:
    """In YAML, on one line."""
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10**6, sort_keys=False)
    return str(text).removesuffix("...\n").strip()


def _definition(entry: Definition) -> str:
    """The text of definition.yml, as people write it."""
    lines = [f"name: {_flow(entry.name)}", "", f"expression: {_flow(entry.expression)}"]
    if entry.stable != entry.expression:
        lines.append(f"stable: {_flow(entry.stable)}")
    lines.append(f"derivative: {_flow(entry.derivative)}")
    if entry.parameters:
        lines.append("parameters:")
        for one in entry.parameters:
            about = {"tex": one.tex, "domain": one.domain, "default": one.default}
            lines.append(f"  {one.name}: {_flow(about)}")
    lines += ["", "apis:" if entry.apis else "apis: []  # no library has it"]
    for api in entry.apis:
        about = {"name": api.name}
        extra = {"call": api.call if api.call != f"{api.name}(x)" else "", "defaults": api.defaults, "audit": api.audit}
        lines.append(f"  - {_flow(about | {key: value for key, value in extra.items() if value})}")
    return "\n".join(lines) + "\n"


def _facts(root: Path, entry: Definition, suggested: Suggested, pool: Pool, kinks: bool) -> list[str]:
    """Write those of the suggested facts that hold, the first where several have the same id. Returns their ids."""
    file = root / entry.path.with_name(facts.FILE)
    asked: list[tuple[str, Mapping[str, Any], Derivation]] = []
    first: dict[str, Mapping[str, Any]] = {}
    for id, fact in suggested.facts(kinks):
        first = first or {id: fact}
        write(file, _facts_text(entry, {**first, id: fact}))
        try:
            asked.append((id, fact, facts.load(root, entry)[-1].check))
        except SourceError:  # not in the language of facts
            continue
    held: dict[str, Mapping[str, Any]] = {}
    for (id, fact, _), report in zip(asked, check([one for *_, one in asked], pool, SECONDS), strict=True):
        if not report.problems:
            held.setdefault(id, fact)
    file.unlink()
    if not first.keys() <= held.keys():
        return []
    write(file, _facts_text(entry, held))
    return list(held)


def _facts_text(entry: Definition, held: Mapping[str, Mapping[str, Any]]) -> str:
    """The text of facts.yml. held: facts by id, the definition first."""
    variables = {"x": "real", **{one.tex: one.domain for one in entry.parameters}}
    where = next(iter(held.values()))["tex"]
    lines = [f"variables: {_flow(variables)}", "where:", f"  - {_flow(where)}", "", "facts:"]
    return "\n".join([*lines, *(f"  {id}: {_flow(fact)}" for id, fact in held.items())]) + "\n"


def _place(root: Path, entry: Definition, pages: Mapping[Path, str]) -> bool:
    """Write pages, their lines in the navigation and the ledgers of translations. Returns whether all could be done."""
    for page, text in pages.items():
        write(page, text)
        print(f"{page.relative_to(root).as_posix()}: written; a sentence about the function belongs above the include")
    line = f"{entry.name}: functions/{entry.path.parts[1]}.md\n"
    done = True
    for file in map(configuration, languages(root)):
        text = read_source(root, Path(file))
        lines = list(re.finditer(r"^( +- ).+: functions/\w+\.md\n", text, re.MULTILINE))
        if lines:
            end = lines[-1].end()
            write(root / file, f"{text[:end]}{lines[-1][1]}{line}{text[end:]}")
        else:
            print(f"{file}: has no list of functions; add `{line.strip()}` to its nav")
            done = False
    translation.record(root, {page: set() for page in pages})
    if (root / coverage.FILE).is_file():
        names = [api.name for api in entry.apis]
        write(root / coverage.FILE, coverage.without(read_source(root, coverage.FILE), names))
    return done


def _unwritten(entry: Definition) -> list[str]:
    """What to write by hand where a library has neither the function nor words for its formula."""
    reasons = []
    for tab in TABS:
        try:
            if not topics.offered(entry, tab):
                topics.written(entry, tab)
        except Unspelled as error:
            reasons.append(f"{error}; write the formula under instead.{tab} in {entry.path.as_posix()}")
    return reasons


def _tell(entry: Definition, offered: finding.Offered, held: Sequence[str]) -> None:
    folder = entry.path.parent.as_posix()
    print(f"{entry.path.as_posix()}: {len(entry.apis)} names in the libraries")
    for name in offered.others:
        print(f"  left out: {name} computes something else, or needs more arguments")
    print(f"{folder}/{facts.FILE}: {', '.join(held)}" if held else f"{folder}: no facts; write {facts.FILE} by hand")
    for reason in _unwritten(entry):
        print(f"  left to you: {reason}")
    print(f"next: python -m engine record {folder}, which takes minutes where accuracy is measured")
