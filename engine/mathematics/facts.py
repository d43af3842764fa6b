r"""The facts card of a function: every cell is tied to statements, and every statement is checked.

The facts are in `snippets/<function>/facts.yml`:

    variables: {x: real, y: positive, \beta: positive}   # as in derivations
    where:                                               # what the statements use
      - f(x) = \ln(1+e^{x})
    facts:
      range:                                             # its check is at `fact-range`
        name: {en: Range, zh: 值域}
        tex: (0, \infty)                                 # what the card shows
        note: {en: open at both ends, zh: 两端均开}       # optional, in words: no digits, they would go unchecked
        because:
          - {tex: f(x) > 0, sharp: x \to -\infty}
          - \lim_{x \to \infty} f(x) = \infty
        see: range                                       # optional: an anchor of the page with more about it

What stands under `because` are statements of their own in the language of `engine.mathematics.derivation`, which
checks them; `when` and `sharp` may be given. `expression: f_\beta(x)` is one too: it says that this is the function of
definition.yml, and one fact has to say so. What the card shows has to follow from the statements, or the file is
refused. It may be

- a relation or several, each of which is among the statements, or a declaration from `where` that `expression` names;
- one side of an equation, or of an inequality that is sharp: a bound that could be better is no fact;
- an interval: an open end is the bound of a strict inequality, a closed one of `\le` or `\ge`, both sharp; an infinite
  one is a limit. Both ends belong to the same expression, which is continuous, so that it takes all values between;
- a set, with the statement `f(x) \in \mathbb{R}`: then it is the declared domain of x.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.base.yamlfile import load as load_yaml
from engine.mathematics import latex, proofs
from engine.mathematics.derivation.duties import flow_problems
from engine.mathematics.derivation.file import Reader
from engine.mathematics.derivation.steps import REAL, Derivation, Step
from engine.mathematics.latex import Apply, Call, Chain, Expr, LatexError, Limit, Variable, free_variables
from engine.sources.definition import TEXT, Definition

_TEX = {"type": "string", "minLength": 1}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["variables", "where", "facts"],
    "properties": {
        "variables": {"type": "object", "minProperties": 1, "additionalProperties": {"type": "string"}},
        "where": {"type": "array", "items": _TEX},
        "facts": {
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"type": "string", "pattern": r"^[a-z][a-z0-9-]*$"},
            "additionalProperties": {
                "type": "object",
                "additionalProperties": False,
                "required": ["name", "tex", "because"],
                "properties": {
                    "name": TEXT,
                    "tex": _TEX,
                    "note": TEXT,
                    "see": {"type": "string", "pattern": r"^[\w-]+$"},
                    "because": {
                        "type": "array",
                        "minItems": 1,
                        "items": {
                            "anyOf": [
                                _TEX,
                                {
                                    "type": "object",
                                    "additionalProperties": False,
                                    "required": ["tex"],
                                    "properties": {"tex": _TEX, "when": _TEX, "sharp": _TEX},
                                },
                                {
                                    "type": "object",
                                    "additionalProperties": False,
                                    "required": ["expression"],
                                    "properties": {"expression": _TEX},
                                },
                            ]
                        },
                    },
                },
            },
        },
    },
}


@dataclass(frozen=True)
class Fact:
    """One row of the card. name, note: by language; check: its statements, as the steps of a derivation."""

    id: str
    name: Mapping[str, str]
    tex: str
    note: Mapping[str, str] | None
    see: str | None
    check: Derivation


def load(root: Path, definition: Definition) -> list[Fact]:
    """The facts about a function, none if it has no such file.

    Raises SourceError with file and line for what is not understood, and for what the statements do not show.
    """
    file = root / definition.path.with_name("facts.yml")
    if not file.is_file():
        return []
    data = load_yaml(root, file, SCHEMA)
    reader = Reader(root, file, data)
    declared = [(tex, latex.parse(tex, reader.scope)) for tex in data["where"]] if not reader.problems else []
    facts = []
    identified = False
    for id, entry in data["facts"].items():
        steps, known = [], []
        for i, part in enumerate(entry["because"]):
            keys, what = ("facts", id, "because", i), f"{id}, statement {i + 1}"
            if isinstance(part, dict) and "expression" in part:
                identified = True
                step = _expression(reader, definition, part["expression"], keys, what)
                known += [chain for _, chain in declared if step and _begins(chain, step.chain)]
            else:
                step = reader.step({"tex": part} if isinstance(part, str) else part, keys, what)
                if step and step.chain.lead:
                    reader.problem(
                        f"{what}: has to stand on its own; begin it with what it is about",
                        *keys,
                        detail=f"  {step.tex}",
                    )
            steps += [step] if step else []
        chains = [chain for step in steps for chain in (step.chain, step.condition) if chain]
        names = {name for chain in chains for side in chain.sides for name in free_variables(side)}
        domains = {name: domain for name, domain in reader.domains.items() if name in names}
        line = reader.line("facts", id)
        check = Derivation(
            root,
            reader.path,
            entry["name"],
            domains,
            (),
            "",
            line,
            None,
            tuple(steps),
            reader.scope,
            f"{id}, statement",
        )
        if not reader.problems:
            reader.problems += flow_problems(check)
        if not reader.problems:
            with reader.at("facts", id, "tex", what=id, tex=entry["tex"]):
                if not _Tie(check, known).holds(entry["tex"]):
                    reason = f"{id}: the statements do not show this; one of them has to say it in these letters"
                    reader.problem(reason, "facts", id, "tex", detail=f"  {entry['tex']}")
        for language, note in entry.get("note", {}).items():
            if re.search(r"\d", note):
                reader.problem(
                    f"{id}: nothing checks the digits of a note; write them in tex, with a statement",
                    "facts",
                    id,
                    "note",
                    language,
                )
        facts.append(Fact(id, entry["name"], entry["tex"], entry.get("note"), entry.get("see"), check))
    if not identified:
        reader.problem(
            f"no fact says which is the function of {definition.path.name}; one needs `- expression: …` below because",
            "facts",
        )
    reader.stop_at_problems()
    reader.problems += reader.unused(fact.check for fact in facts)
    reader.stop_at_problems()
    return facts


def _expression(
    reader: Reader, definition: Definition, tex: str, keys: tuple[str | int, ...], what: str
) -> Step | None:
    """The statement that an expression in LaTeX is the one of the definition."""
    with reader.at(*keys, "expression", what=what, tex=tex):
        chain = latex.parse(tex, reader.scope)
        if chain.lead or chain.ops:
            raise LatexError("an expression is expected", 1)
        try:
            right = proofs.tree(definition)
        except proofs.FormulaError as error:
            raise LatexError(f"{definition.path.name}: {error}", 1) from None
        if missing := {part.name for part in latex.walk(right) if isinstance(part, Variable)} - reader.domains.keys():
            raise LatexError(f"{definition.path.name} uses {', '.join(missing)}, which is not among the variables", 1)
        text = definition.expression.replace("_", r"\_").replace("^", r"\^{}")
        said = Chain(None, (*chain.sides, right), ("=",), (*chain.written, (text,)))
        return Step(rf"{tex} = \texttt{{{text}}}", {}, reader.line(*keys, "expression"), said)
    return None


def _begins(declared: Chain, statement: Chain) -> bool:
    return declared.written[0] == statement.written[0]


# What the card shows, and why it may ----------------------------------------------------------------------------------

_Written = tuple[str, ...]
_FLIPPED = {">": "<", ">=": "<="}


@dataclass(frozen=True)
class _Relation:
    """Two sides of a statement, the smaller one first."""

    left: tuple[Expr, _Written]
    op: str
    right: tuple[Expr, _Written]
    sharp: bool = False

    @property
    def written(self) -> tuple[_Written, str, _Written]:
        return self.left[1], self.op, self.right[1]


def _relations(chain: Chain, sharp: bool = False) -> Iterator[_Relation]:
    sides = list(zip(chain.sides, chain.written, strict=True))
    for i, (left, op, right) in enumerate(zip(sides[:-1], chain.ops, sides[1:], strict=True)):
        if op in _FLIPPED:
            left, op, right = right, _FLIPPED[op], left
        yield _Relation(left, op, right, sharp and i == len(chain.ops) - 1)


class _Tie:
    """Whether the statements of a fact show what its cell shows."""

    def __init__(self, check: Derivation, known: Iterable[Chain]) -> None:
        self.check = check
        self.statements = [
            *(r for step in check.steps if not step.when for r in _relations(step.chain, bool(step.sharp)))
        ]
        self.known = [*self.statements, *(relation for chain in known for relation in _relations(chain))]

    def holds(self, tex: str) -> bool:
        interval = re.fullmatch(r"\s*([\[(])([^,]+),([^,]+)([\])])\s*", tex)
        if any(relation.op == "in" for relation in self.statements):
            return self.is_set(tex)
        if interval:
            left, lower, upper, right = interval.groups()
            return bool(self.bounded("lower", lower, left == "[") & self.bounded("upper", upper, right == "]"))
        shown = latex.parse(tex, self.check.scope)
        if shown.lead:
            raise LatexError("has to stand on its own", 1)
        if shown.ops:
            written = {relation.written for relation in self.known}
            return all(relation.written in written for relation in _relations(shown))
        return any(
            shown.written[0] in (relation.left[1], relation.right[1])
            for relation in self.statements
            if relation.op == "=" or relation.sharp
        )

    def is_set(self, tex: str) -> bool:
        named = tex.replace(" ", "")
        for relation in self.statements:
            if relation.op == "in" and relation.right[1] != (REAL,):
                return relation.right[1] == (named,)
            if not isinstance(relation.left[0], Call) or relation.left[0].order:
                return False  # that f'(x) has a value, or 1/f(x), is another fact
        return len(self.check.domains) == 1 and all(
            domain.tex.replace(" ", "") == rf"{name}\in{named}" for name, domain in self.check.domains.items()
        )

    def bounded(self, which: str, tex: str, closed: bool) -> set[Expr]:
        """The expressions that have this bound, and none that is better."""
        end = latex.parse(tex, self.check.scope).written[0]
        found = set()
        for relation in self.statements:
            bound, inside = (relation.left, relation.right) if which == "lower" else (relation.right, relation.left)
            if relation.sharp and relation.op == ("<=" if closed else "<") and bound[1] == end:
                found.add(inside[0])
            sides = relation.left[0], relation.right
            if relation.op == "=" and not closed and isinstance(sides[0], Limit) and sides[1][1] == end:
                infinite = Apply("neg", (Apply("inf"),)) if which == "lower" else Apply("inf")
                found |= {sides[0].body} if sides[1][0] == infinite else set()
        return found
