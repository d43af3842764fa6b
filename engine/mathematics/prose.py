r"""The formulas of the prose about a function: each is checked, or named as one that is no statement, with the reason.

A formula with a relation is a statement, checked like one of `facts.yml` and with its variables and declarations. A
relation that is the domain of a variable (`y > 0`), or the condition of another statement of the section, is that.
What is a variable, or a declared function, says nothing. All else stands in `snippets/<function>/formulas.yml`:

    variables: {n: natural}                 # optional, besides those of facts.yml
    where: ["A(n) = …"]                     # optional
    notation: {\mathbb{E}f': '\int …'}      # optional: what parts of formulas stand for that are not read
    formulas:
      mathematics:                          # the page, by its name, or `labs/<name>`
        series-and-asymptotics:             # the section, by its anchor
          x/2: {because: [f(x) - f(-x) = x]}

Beside a formula may stand

- `when`: the condition under which the statement holds, which may itself be a formula of the section;
- `sharp`: where the sides of its inequalities meet: a bound of these pages is the best possible, unless both sides are
  numbers, of which one is a decimal then whose last digit is the nearest;
- `because`: statements that show it, as they show a cell of `facts.yml`: an expression is one side of an equation or of
  a sharp inequality, an interval needs both of its ends;
- `instances` and `near`: how it is to be read, where it has dots, or is for all n (`engine.mathematics.displayed`);
- `reads`: the statements that say what the text says of it: an expression is a part of each of them, as it is written,
  and a number a side, a place or an argument; a condition is that of each, or where it is sharp, or its limit; and
  another `b = 4` is put into each;
- `part`: a formula of these pages that it is a part of, so that it says nothing alone;
- `experiment`: what tries it: a snippet, as `claims/how_jax`, or an assertion over the data, as `holds/values`, which
  has to hold the formula; so have the words of it under `as`, one or several, which a number needs: some stand in many
  places, or beside what is tried and found wrong (`engine.mathematics.tried`);
- `quoted`: by language, why it is not checked.

The last three are listed on the page that includes `<function>/formulas.md`. `times` says how often a formula stands in
the section, if that is not once.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from engine.base.errors import Problem
from engine.base.yamlfile import load as load_yaml
from engine.mathematics import displayed, facts, latex
from engine.mathematics.derivation.file import SHARP, Reader, places, pointed, statement
from engine.mathematics.derivation.steps import Derivation, Domain, Step
from engine.mathematics.formula.multiprecision import evaluate
from engine.mathematics.formula.operations import COMPARE, Undecided, Undefined
from engine.mathematics.formula.tree import Chain, Expr, Limit, Number, Variable, free_variables, walk
from engine.mathematics.latex import LatexError
from engine.mathematics.statements import BECAUSE, TEX, Statements, standing
from engine.mathematics.tried import lacks, numbers, stands
from engine.sources.definition import TEXT, Definition
from engine.sources.formulas import Formula

FILE = "formulas.yml"
_KINDS: dict[str, Any] = {
    "because": BECAUSE,
    "reads": BECAUSE,
    "part": TEX,
    "experiment": {"type": "string", "pattern": r"^[a-z]+/[\w-]+$"},
    "quoted": TEXT,
}
_OWN = {"when": TEX, "sharp": SHARP, **displayed.KEYS}  # of a statement


def _required(keys: Iterable[str]) -> list[dict[str, list[str]]]:
    return [{"required": [key]} for key in keys]


SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["formulas"],
    "properties": {
        "variables": {"type": "object", "minProperties": 1, "additionalProperties": {"type": "string"}},
        "where": {"type": "array", "items": TEX},
        "notation": displayed.NOTATION,
        "formulas": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "additionalProperties": {
                    "type": "object",
                    "additionalProperties": {
                        "type": "object",
                        "additionalProperties": False,
                        "oneOf": [*_required(_KINDS), {"anyOf": _required(_OWN)}],
                        "properties": _KINDS | _OWN | {"as": SHARP, "times": {"type": "integer", "minimum": 2}},
                    },
                },
            },
        },
    },
}
#: What can be said of a formula: that it is a statement, is shown by some, is a condition, or a name; and what is none.
STATEMENT, SHOWN, CONDITION, NAME = "statement", "shown", "condition", "name"
PART, EXPERIMENT, NUMERAL, QUOTED = "part", "experiment", "number", "quoted"
_FLIPPED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


@dataclass(frozen=True)
class Reading:
    """How a formula is read.

    kind: one of those above; check: what has to hold; note: the formula that it is a part of, the experiment, or the
    only instances that are looked at; meant: what it says without notations of the page, if it has some.
    """

    formula: Formula
    kind: str
    check: Derivation | None = None
    note: str = ""
    reason: Mapping[str, str] = field(default_factory=dict)
    meant: str = ""


def read(
    root: Path, definition: Definition, formulas: Sequence[Formula], experiments: Mapping[str, str]
) -> list[Reading]:
    """How each formula of the prose is read. experiments: what can be named as such, with its text.

    Raises SourceError with all that is not understood, each with its page and line, and for an entry without a formula.
    """
    if not formulas:
        return []
    prose = _Prose(root, definition, formulas, experiments)
    prose.reader.stop_at_problems()
    readings = [reading for formula in formulas if (reading := prose.reading(formula))]
    prose.reader.problems += [*prose.strays(), *prose.unread(), *prose.reader.unused(checks(readings), prose.named)]
    prose.reader.problems += _blunt(checks(readings))
    prose.reader.stop_at_problems()
    return readings


def _blunt(stated: Iterable[Derivation]) -> Iterator[Problem]:
    """Inequalities that would hold of another constant, too."""
    for check in stated:
        for step in check.steps:
            if lack := _lacks(step):
                yield Problem(
                    check.name,
                    f"{check.called}: this bound is not the best possible: {lack}",
                    step.line,
                    f"  {step.tex}",
                )


def _lacks(step: Step) -> str | None:
    """What an inequality of a statement lacks; None if each is sharp.

    Where both sides are numbers, one of them is a decimal whose last digit has to be that.
    """
    chain, sharp = step.chain, len(step.chain.ops) - len(step.meetings)
    for i, (left, op, right) in enumerate(zip(chain.sides[:-1], chain.ops, chain.sides[1:], strict=True)):
        if op not in _FLIPPED or i >= sharp:
            continue
        if free_variables(left) | free_variables(right):
            return "say where it is sharp"
        if not (_is_last(left, op, right) or _is_last(right, _FLIPPED[op], left)):
            return "one side has to be a decimal, rounded to its last digit"
    return None


def _is_last(bound: Expr, op: str, value: Expr) -> bool:
    """Whether a decimal that lies on one side of a number is the nearest one with as many digits."""
    if not isinstance(bound, Number) or not float(bound.text):
        return False
    unit = 10.0 ** -len(bound.text.partition(".")[2])
    nearer = float(bound.text) + (unit if op in ("<", "<=") else -unit)
    try:
        return not COMPARE[op](nearer, float(evaluate(value, {}, 30)))
    except (Undecided, Undefined):
        return False


def checks(readings: Iterable[Reading]) -> list[Derivation]:
    """What has to hold, of those of which something has to."""
    return [reading.check for reading in readings if reading.check]


class _Prose:
    """Reads the formulas of one function, and gathers what is wrong with them."""

    def __init__(
        self, root: Path, definition: Definition, formulas: Sequence[Formula], experiments: Mapping[str, str]
    ) -> None:
        self.experiments = experiments
        file = root / definition.path.with_name(FILE)
        data = load_yaml(root, file, SCHEMA) if file.is_file() else {"formulas": {}}
        stated, _ = facts.read(root, definition)
        self.reader = Reader(root, file, data, stated.reader if stated else None)
        self.statements = Statements(self.reader, definition, data.get("where", []), ())
        self.statements.identified = None  # prose is about other functions, too
        self.entries: dict[tuple[str, str, str], dict[str, Any]] = {
            (page, section, plain(tex)): {"keys": ("formulas", page, section, tex), **entry}
            for page, sections in data["formulas"].items()
            for section, within in sections.items()
            for tex, entry in within.items()
        }
        self.written = {plain(formula.tex) for formula in formulas}
        self.notations = displayed.Notations(self.reader, data.get("notation", {}))
        self.named: set[str] = set()  # what formulas name alone
        self.used: Counter[tuple[str, str, str]] = Counter()
        self.conditions = self._conditions()
        self.approached = self._approached(formulas)

    def _conditions(self) -> dict[tuple[str, str], set[str]]:
        """Those that statements of each section have, as they are written."""
        conditions: dict[tuple[str, str], set[str]] = {}
        for (page, section, _), entry in self.entries.items():
            parts = [*entry.get("because", []), *entry.get("reads", [])]
            given = [entry, *(part for part in parts if isinstance(part, Mapping))]
            whens = [tex for part in given for tex in (part.get("when", ""), *places(part))]
            conditions.setdefault((page, section), set()).update(plain(when) for when in whens if when)
        return conditions

    def _approached(self, formulas: Sequence[Formula]) -> dict[tuple[str, str], set[tuple[str, Expr]]]:
        """Where the limits of each section go: the variable, and its target."""
        approached: dict[tuple[str, str], set[tuple[str, Expr]]] = {}
        for formula in formulas:
            place = approached.setdefault((formula.page, formula.section), set())
            entry = self.entries.get((formula.page, formula.section, plain(formula.tex)), {})
            parts = [*entry.get("because", []), *entry.get("reads", [])]
            texts = [formula.tex, *(part if isinstance(part, str) else part.get("tex", "") for part in parts)]
            place.update(limit for text in texts for limit in self._limits(text))
            sharp = [tex for part in parts if isinstance(part, Mapping) for tex in places(part)]
            place.update(target for text in sharp for target in self._targets(text))
        return approached

    def _limits(self, tex: str) -> Iterator[tuple[str, Expr]]:
        if r"\lim" in tex:
            chain = self._parsed(tex)
            for part in (part for side in (chain.sides if chain else ()) for part in walk(side)):
                if isinstance(part, Limit):
                    yield part.variable, part.target

    def _targets(self, tex: str) -> Iterator[tuple[str, Expr]]:
        chain = self._parsed(tex)
        if chain and chain.ops == ("->",) and isinstance(chain.sides[0], Variable):
            yield chain.sides[0].name, chain.sides[1]

    def _parsed(self, tex: str) -> Chain | None:
        try:
            return latex.parse(tex, self.reader.scope)
        except LatexError:
            return None

    def reading(self, formula: Formula) -> Reading | None:
        """How a formula is read; None where it is not, which is a problem then."""
        key = (formula.page, formula.section, plain(formula.tex))
        if entry := self.entries.get(key):
            self.used[key] += 1
            return self._by_entry(formula, entry)
        if self._is_name(formula.tex):
            return Reading(formula, NAME)
        tex = self.notations.read(formula.tex)
        try:
            chain = statement(tex, self.reader.scope) if not self._approaches(formula) else None
        except LatexError as error:
            hint = f"has to be read: say in {self.reader.path.as_posix()} what it is, or write it differently"
            detail = f"{pointed(formula.tex, error.column)}\n  {error.message}"
            self.reader.problems.append(Problem(formula.path, f"this formula {hint}", formula.line, detail))
            return None
        if chain is None or self._is_condition(formula, chain):
            return Reading(formula, CONDITION)
        if end := _of_a_variable(chain):
            reason = f"this is neither the domain of {end[0]} nor the condition of a statement in {self.reader.path}"
            self.reader.problems.append(Problem(formula.path, reason, formula.line, f"  {formula.tex}"))
            return None
        step = Step(formula.tex, formula.line, chain)
        return self._stated(formula, [step], tex)

    def _stated(self, formula: Formula, steps: Sequence[Step], meant: str, note: str = "") -> Reading:
        called, conditions = f"${formula.tex}$, statement", self.statements.conditions
        check = standing(self.reader, Path(formula.path), {}, steps, formula.line, called, conditions)
        return Reading(formula, STATEMENT, check, note, meant=meant if meant != formula.tex else "")

    def _by_entry(self, formula: Formula, entry: Mapping[str, Any]) -> Reading | None:
        keys, name = entry["keys"], f"${formula.tex}$"
        if _OWN.keys() & entry.keys():
            meant = self.notations.read(formula.tex)
            made = [replace(step, line=formula.line) for step in displayed.steps(self.reader, meant, entry, keys)]
            instances = (f"{name} = {', '.join(map(str, some))}" for name, some in entry.get("instances", {}).items())
            return self._stated(formula, made, meant, "".join(instances)) if made else None
        if "because" in entry:
            return Reading(formula, SHOWN, self.statements.group(name, {}, entry["because"], keys, formula.tex))
        if "reads" in entry:
            return Reading(formula, SHOWN, self.statements.about(name, entry["reads"], keys, formula.tex))
        if "part" in entry:
            whole = plain(entry["part"])
            if whole not in self.written or plain(formula.tex) not in whole or whole == plain(formula.tex):
                self.reader.problem(f"{name} is no part of a formula ${entry['part']}$ of these pages", *keys, "part")
            return Reading(formula, PART, note=entry["part"])
        if "experiment" in entry:
            self._tried(formula.tex, entry)
            kind = EXPERIMENT if numbers(formula.tex) is None else NUMERAL
            return Reading(formula, kind, note=entry["experiment"])
        return Reading(formula, QUOTED, reason=entry["quoted"])

    def _tried(self, tex: str, entry: Mapping[str, Any]) -> None:
        """Note what is wrong with the experiment that an entry names for a formula."""
        keys, name, experiment = entry["keys"], f"${tex}$", entry["experiment"]
        if experiment not in self.experiments:
            self.reader.problem(f"{name}: no snippet or assertion {experiment!r}", *keys, "experiment")
            return
        text, words = self.experiments[experiment], entry.get("as", [])
        words = [words] if isinstance(words, str) else words
        for some in words:
            if lack := lacks(some, text):
                self.reader.problem(f"{name}: the words `{some}` {lack}, in {experiment}", *keys, "as")
        if numbers(tex) is not None and not words:
            self.reader.problem(f"{name}: say in which words, under `as`", *keys, "experiment")
        elif not stands(tex, "\n".join(words) or text, self.reader.scope):
            reason = f"{name} does not stand in {'these words of ' if words else ''}{experiment}"
            self.reader.problem(f"{reason}; correct what the page says of it", *keys, "experiment")

    def _is_name(self, tex: str) -> bool:
        """Whether it is a variable or a function alone."""
        if re.sub(r"\\operatorname\{(\w+)\}", r"\1", tex).lstrip("\\") in latex.KNOWN:
            return True
        try:
            name = latex.name(tex)
        except LatexError:
            return False
        self.named.add(name)
        return name in self.reader.domains or name in self.reader.scope.functions

    def _approaches(self, formula: Formula) -> bool:
        r"""Whether it is `x \to \infty`, and a statement of the section has that limit."""
        return any(target in self.approached[formula.page, formula.section] for target in self._targets(formula.tex))

    def _is_condition(self, formula: Formula, chain: Chain) -> bool:
        if plain(formula.tex) in self.conditions.get((formula.page, formula.section), ()):
            return True
        return _of_domain(chain, self.reader.domains)

    def unread(self) -> Iterator[Problem]:
        """Notations that no formula needs."""
        for shown in self.notations.written.keys() - self.notations.used:
            line = self.reader.line("notation", shown)
            yield Problem(self.reader.path.as_posix(), f"no formula needs the notation ${shown}$ to be read", line)

    def strays(self) -> Iterator[Problem]:
        """Entries without a formula, or with more of them, or fewer, than they say."""
        for key, entry in self.entries.items():
            page, section, _ = key
            wanted = entry.get("times", 1)
            if self.used[key] != wanted:
                name = f"formula ${entry['keys'][-1]}$ on the page {page}, section {section}"
                reason = f"no {name}" if not self.used[key] else f"{self.used[key]} times a {name}, and not {wanted}"
                yield Problem(self.reader.path.as_posix(), reason, self.reader.line(*entry["keys"]))


def plain(tex: str) -> str:
    """A formula without its layout."""
    tex = re.sub(r"\\[,;:! ]|\\left(?![a-z])|\\right(?![a-z])", " ", tex)
    return re.sub(r"(?<![A-Za-z]) | (?![A-Za-z])", "", " ".join(tex.split()))


def _of_a_variable(chain: Chain) -> tuple[str, str, Expr] | None:
    """The variable, the relation and the other side, where a relation says how a variable compares with a number."""
    if len(chain.ops) != 1:
        return None
    (left, right), (op,) = chain.sides, chain.ops
    if isinstance(right, Variable):
        left, right, op = right, left, _FLIPPED.get(op, op)
    return (left.name, op, right) if isinstance(left, Variable) and not free_variables(right) else None


def _of_domain(chain: Chain, domains: Mapping[str, Domain]) -> bool:
    """Whether a relation says of a variable what its domain is, no more and no less."""
    name, op, right = _of_a_variable(chain) or ("", "", None)
    if right is None or op not in _FLIPPED:
        return False
    try:
        end = float(evaluate(right, {}, 30))
    except (Undecided, Undefined):
        return False
    domain = domains[name]
    if op in (">", ">="):
        return (domain.lower, domain.upper, domain.closed[0]) == (end, float("inf"), op == ">=")
    return (domain.lower, domain.upper, domain.closed[1]) == (-float("inf"), end, op == "<=")
