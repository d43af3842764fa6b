"""`assertions.yml`: what the prose of a function says of its data, as conditions that the build evaluates.

A condition is an expression of Python over the tables of the data that is published with the page:

    values: all(ulp(part.error) < 8 for part in parts(order="value", library="JAX"))

The tables are `TABLES`, `versions`, and of the accuracy its `orders` and their `parts`, with the columns of what they
are in. Each takes columns to choose by, with a value or several. Python has the quantifiers and comparisons that are
needed, and what it does not know is an error, where a query language for JSON answers with nothing. So that no
condition holds of nothing either, a choice that leaves no row, or none with one of the values, is an error, and so are
`all` and `any` of nothing, a condition that asks for no table, and one that no other data would contradict.

A sentence is bound to an assertion by the include that follows it, of `<function>/holds/<id>.md`: a mark that leads to
the condition. What is bound to no sentence in one of the languages is a problem, as is what does not hold.
"""

from __future__ import annotations

import ast
import builtins
import json
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from engine.base.code import code_digest
from engine.base.errors import Problem
from engine.base.store import Store, digest
from engine.base.yamlfile import line_of, load
from engine.render.distortions import distortions
from engine.sources.includes import Place, link
from engine.sources.snippets import names as snippet_names

FILE = "assertions.yml"
#: Lists of the data that conditions may ask for, by their name there.
TABLES = ("accuracy", "apis", "claims", "history")
#: What else they may call, beside `all`, `any` and `ulp`, the size of a fault or 0.
BUILTINS = ("abs", "len", "max", "min", "round", "set", "sorted")
#: How many of the rows that contradict a condition are told.
TOLD = 3

WORDS = {
    "en": {
        "check": "what the data of this build was asked",
        "title": "What sentences with a mark say of the data of this page, as the build evaluated it",
    },
    "zh": {
        "check": "构建时对数据所作的检查",
        "title": "带标记的句子对本页数据所作的陈述，以及构建时求值的条件",
    },
}

_SCHEMA = {
    "type": "object",
    "minProperties": 1,
    "propertyNames": {"pattern": "^[a-z][a-z0-9-]*$"},
    "additionalProperties": {"type": "string", "minLength": 1},
}


@dataclass(frozen=True)
class Assertion:
    """A condition and its line in the file. fault: why it does not hold; empty if it does."""

    id: str
    condition: str
    path: str
    line: int
    fault: str = ""


class Unfit(Exception):
    """A condition that says nothing, or asks for what is not there."""


def read(root: Path, function: str) -> list[Assertion]:
    """Those of a function, not yet evaluated; none if it has no such file. Raises SourceError."""
    path = Path("snippets", function, FILE)
    if not (root / path).is_file():
        return []
    return [
        Assertion(name, " ".join(condition.split()), path.as_posix(), line_of(root, path, [name]))
        for name, condition in load(root, root / path, _SCHEMA).items()
    ]


def tried(root: Path, function: str) -> dict[str, str]:
    """What can try a formula, each with its text: a function's snippets, with what they printed in comments, and its
    assertions. The prose of a lab tries nothing. Raises SourceError.
    """
    folder = root / "snippets" / function
    texts = {}
    for name in snippet_names(root, function):
        code, printed = ((folder / f"{name}{suffix}", before) for suffix, before in ((".py", ""), (".out", "# ")))
        texts[name] = "\n".join(
            f"{before}{line}"
            for file, before in (code, printed)
            for line in (file.read_text(encoding="utf-8").split("\n") if file.is_file() else ())
            if before or not (name.startswith("labs/") and line.startswith("#"))
        )
    return texts | {f"holds/{one.id}": one.condition for one in read(root, function)}


class Data:
    """The data of a function that conditions are about. text: as they are published."""

    def __init__(self, text: str) -> None:
        data = json.loads(text)
        self.known = {name: data[name] for name in (*TABLES, "versions")}

    @cached_property
    def tables(self) -> Tables:
        """What was measured and found."""
        return Tables(self.known)

    @cached_property
    def others(self) -> list[Tables]:
        """What was not."""
        return [Tables(other) for other in distortions(self.known)]

    def fault(self, condition: str) -> str:
        """Why a condition does not hold, or says nothing; empty if it holds."""
        return fault(condition, self.tables) or _says_nothing(condition, self.others)


def evaluate(asserted: Sequence[Assertion], data: Data, store: Store) -> list[Assertion]:
    """The same, with the fault of each over the data. store: keeps what holds."""
    of_all = digest(data.known, code_digest(__name__))
    keys = [digest(of_all, one.condition) for one in asserted]
    conditions = {key: one.condition for key, one in zip(keys, asserted, strict=True)}
    faults = store.all(conditions, str, lambda missing: map(data.fault, missing), operator.not_)
    return [replace(one, fault=faults[key]) for key, one in zip(keys, asserted, strict=True)]


def _says_nothing(condition: str, others: Iterable[Tables]) -> str:
    """The fault of a condition that no other data make false."""
    if any(contradicts(condition, tables) for tables in others):
        return ""
    return "holds whatever was measured, so it would not notice if its sentence were wrong"


def problems(
    asserted: Iterable[Assertion], function: str, included: Mapping[str, Mapping[str, Place]]
) -> list[Problem]:
    """Assertions that do not hold, and those that no sentence of a language is bound to, with their lines."""
    found = []
    for one in asserted:
        include = f"{function}/holds/{one.id}.md"
        if one.fault:
            pages = sorted(
                {f"docs/{name}/{places[include].page}" for name, places in included.items() if include in places}
            )
            detail = f"  {one.condition}\n  {one.fault}\n  correct what {' and '.join(pages) or 'no page'} says of it"
            found.append(Problem(one.path, f"{one.id} does not hold", one.line, detail))
        for language in [name for name, places in included.items() if include not in places]:
            reason = (
                f'{one.id}: no sentence of docs/{language} is bound to it; write --8<-- "{include}" in the line after'
            )
            found.append(Problem(one.path, reason, one.line))
    return found


def fragments(
    asserted: Iterable[Assertion], function: str, language: str, places: Mapping[str, Place]
) -> Iterator[tuple[str, str]]:
    """By path: the mark of each assertion that is bound, and the list of all of them, which the marks lead to."""
    words, items = WORDS[language], []
    for one in asserted:
        include, sign = f"holds/{one.id}.md", "✗" if one.fault else "✓"
        if f"{function}/{include}" in places:
            page = link(places, f"{function}/{include}", f"{function}/assertions.md")
            attributes = f'{{ .check title="{words["check"]}" aria-label="{words["check"]}" }}'
            yield include, f"[{sign}]({page}#holds-{one.id}){attributes}"  # no end of line: that would end a paragraph
        items.append(f"{sign} `{one.condition}`\n{{ #holds-{one.id} }}\n")
    if items:
        body = "\n".join(items)
        yield "assertions.md", f"/// details | {words['title']}\n    type: audit\n\n{body}\n///\n"


# Evaluation -----------------------------------------------------------------------------------------------------------


class Tables:
    """The tables that conditions ask for, by name, as rows with attributes."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.rows = {name: [_record(row) for row in data[name]] for name in TABLES}
        orders = [_joined(row, order) for row in self.rows["accuracy"] for order in getattr(row, "orders", ())]
        self.rows["orders"] = orders
        self.rows["parts"] = [_joined(order, part) for order in orders for part in order.parts]
        self.rows["versions"] = [SimpleNamespace(library=key, version=text) for key, text in data["versions"].items()]

    def scope(self, asked: list[str]) -> dict[str, Any]:
        """The names that conditions know. asked: takes the names of the tables that are asked for."""
        known: dict[str, Any] = {name: getattr(builtins, name) for name in BUILTINS}
        known |= {name: _asker(name, rows, asked) for name, rows in self.rows.items()}
        return known | {"__builtins__": {}, "all": _all, "any": _any, "ulp": _ulp}


def contradicts(condition: str, tables: Tables) -> bool:
    """Whether a condition is false, and not for an error."""
    try:
        return _value(ast.parse(condition, mode="eval").body, tables.scope([])) is False
    except Exception:  # whatever an expression may raise
        return False


def fault(condition: str, tables: Tables) -> str:
    """Why a condition does not hold, or is none; empty if it holds."""
    asked: list[str] = []
    scope = tables.scope(asked)
    try:
        tree = ast.parse(condition.strip(), mode="eval")
        holds = _value(tree.body, scope)
        if not isinstance(holds, bool):
            return f"is {holds!r}, neither true nor false"
        if not asked:
            return "asks for nothing in the data"
        return "" if holds else _why(tree.body, scope)
    except Unfit as error:
        return str(error)
    except Exception as error:  # whatever an expression may raise
        return f"{type(error).__name__}: {error}"


def _value(tree: ast.expr, scope: dict[str, Any]) -> Any:
    return eval(compile(ast.fix_missing_locations(ast.Expression(tree)), "condition", "eval"), scope)


def _record(value: Any) -> Any:
    """Data with attributes, and with numbers that are not finite as numbers."""
    if isinstance(value, dict):
        fields = {key: _record(part) for key, part in value.items()}
        return SimpleNamespace(**{key: _finite(key, part) for key, part in fields.items()})
    return [_record(part) for part in value] if isinstance(value, list) else value


def _finite(key: str, value: Any) -> Any:
    return float(value) if key != "kind" and value in ("inf", "-inf", "nan") else value


def _joined(outer: SimpleNamespace, inner: SimpleNamespace) -> SimpleNamespace:
    """A row with what it stands in, whose columns it takes over where both have one of a name."""
    return SimpleNamespace(**(vars(outer) | vars(inner)))


def _asker(name: str, rows: list[Any], asked: list[str]) -> Callable[..., list[Any]]:
    def ask(**wanted: Any) -> list[Any]:
        asked.append(name)
        found = rows
        for column, values in wanted.items():
            if not all(hasattr(row, column) for row in rows):
                raise Unfit(f"{name} have no column {column!r}")
            some = values if isinstance(values, (list, tuple, set)) else [values]
            found = [row for row in found if getattr(row, column) in some]
            wanted[column] = some
        for column, some in wanted.items():
            there = {getattr(row, column) for row in found}
            if missing := [value for value in some if value not in there]:
                known = ", ".join(sorted({str(getattr(row, column)) for row in rows}))
                raise Unfit(f"no {name} chosen with {column}={missing[0]!r}; all {name} together have {known}")
        if not found:
            raise Unfit(f"there are no {name}")
        return found

    return ask


def _all(values: Iterable[Any]) -> bool:
    return all(_some(values, "all"))


def _any(values: Iterable[Any]) -> bool:
    return any(_some(values, "any"))


def _some(values: Iterable[Any], name: str) -> list[Any]:
    found = list(values)
    if not found:
        raise Unfit(f"`{name}` of nothing")
    return found


def _ulp(fault: Any) -> float:
    """The size of a fault, 0 if there is none."""
    return 0.0 if fault is None else fault.ulp


def _why(tree: ast.expr, scope: dict[str, Any]) -> str:
    """What contradicts a condition that is false."""
    match tree:
        case ast.BoolOp(op=ast.And(), values=parts):
            return next(_why(part, scope) for part in parts if not _value(part, scope))
        case ast.Call(func=ast.Name(id="all"), args=[ast.GeneratorExp(elt=holds, generators=[first])]):
            pair = ast.Tuple([holds, _loaded(first.target)], ast.Load())
            rows = [row for true, row in _value(ast.ListComp(pair, [first]), scope) if not true]
            return "; ".join(map(_shown, rows[:TOLD])) + (f"; and {len(rows) - TOLD} more" if len(rows) > TOLD else "")
        case ast.Compare(left=left):
            return f"{ast.unparse(left)} is {_shown(_value(left, scope))}"
    return "is false"


def _loaded(target: ast.expr) -> ast.expr:
    """What a comprehension runs over, to be read."""
    return ast.parse(ast.unparse(target), mode="eval").body


def _shown(value: Any) -> str:
    """A value in few words: of a row the columns that name it, and its faults."""
    if not isinstance(value, SimpleNamespace):
        return repr(sorted(value, key=str) if isinstance(value, set) else value)
    columns = vars(value).items()
    named = [str(cell) for name, cell in columns if isinstance(cell, str) and name not in ("api", "backend")]
    faults = [f"{name} {cell.ulp:g} ulp" for name, cell in columns if hasattr(cell, "ulp")]
    return " ".join([*named, *faults])
