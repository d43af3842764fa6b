r"""The facts card of a function: every cell is tied to statements, and every statement is checked.

The facts are in `snippets/<function>/facts.yml`:

    variables: {x: real, y: positive, \beta: positive}   # as in derivations
    where:                                               # what the statements use
      - f(x) = \ln(1+e^{x})
    facts:
      range:                                             # its check is at `fact-range`
        name: {en: Range, zh: 值域}
        tex: (0, \infty)                                 # what the card shows
        because:
          - {tex: f(x) > 0, sharp: x \to -\infty}
          - \lim_{x \to \infty} f(x) = \infty
        see: range                                       # optional: an anchor of the page with more about it

A condition of the fact is given as `when`, and shown. `name` may be left out where `engine.mathematics.fact_names` has
one for the fact, and `because` where the card shows the only statement.

What stands under `because` are statements of their own in the language of `engine.mathematics.derivation`, which
checks them; `when` and `sharp` may be given. `expression: f_\beta(x)` is one too: it says that this is the function of
definition.yml, and one fact has to say so. There, the functions that definition.yml compares with are shown, too, to be
those that `where` declares by their names. What the card shows has to follow from the statements, or the file is
refused. It may be

- a relation or several, each of which is among the statements, or a declaration from `where` that `expression` names;
- one side of an equation, or of an inequality that is sharp: a bound that could be better is no fact;
- an interval: an open end is the bound of a strict inequality that is sharp towards a value, a closed one of `\le` or
  `\ge` that is sharp at one; an infinite one is a limit. Both ends belong to the same expression. It is checked to be
  continuous, so that it takes all values between;
- a set, with the statement `f(x) \in \mathbb{R}`: then it is the declared domain of x.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from engine.base.yamlfile import load as load_yaml
from engine.mathematics import latex
from engine.mathematics.derivation.evidence import Evidence, Report
from engine.mathematics.derivation.file import Reader
from engine.mathematics.derivation.steps import Derivation, Domain, Step
from engine.mathematics.fact_names import NAMES
from engine.mathematics.formula.python import FormulaError
from engine.mathematics.formula.tree import Call, children
from engine.mathematics.latex import LatexError
from engine.mathematics.properties import in_a_word
from engine.mathematics.statements import BECAUSE, TEX, Statements
from engine.mathematics.vectors import with_instances
from engine.sources.definition import TEXT, Definition

FILE = "facts.yml"
SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["variables", "where", "facts"],
    "properties": {
        "variables": {"type": "object", "minProperties": 1, "additionalProperties": {"type": "string"}},
        "where": {"type": "array", "items": TEX},
        "facts": {
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"type": "string", "pattern": r"^[a-z][a-z0-9-]*$"},
            "additionalProperties": {
                "type": "object",
                "additionalProperties": False,
                "required": ["tex"],
                "properties": {
                    "name": TEXT,
                    "tex": TEX,
                    "when": TEX,
                    "see": {"type": "string", "pattern": r"^[\w-]+$"},
                    "because": BECAUSE,
                },
            },
        },
    },
}


@dataclass(frozen=True)
class Fact:
    """One row of the card.

    when: a condition that is shown beside it, without which it does not hold; name, note: by language, the note being
    what the cell says in a word; check: its statements, as the steps of a derivation; given: what declares functions in
    it, other than that of the definition; domains: of the variables as they are declared.
    """

    id: str
    name: Mapping[str, str]
    tex: str
    when: str
    note: Mapping[str, str] | None
    see: str | None
    check: Derivation
    given: tuple[str, ...] = ()
    domains: Mapping[str, Domain] = field(default_factory=dict)

    @property
    def shown(self) -> str:
        """What the card shows, in LaTeX."""
        return self.tex + (rf"\quad ({self.when})" if self.when else "")


def load(root: Path, definition: Definition) -> list[Fact]:
    """The facts about a function, none if it has no such file.

    Raises SourceError with file and line for what is not understood, and for what the statements do not show.
    """
    statements, entries = read(root, definition)
    if not statements:
        return []
    reader = statements.reader
    facts = [_fact(statements, id, entry) for id, entry in entries.items()]
    facts = [replace(fact, given=_given(statements, statements.where, fact.tex)) for fact in facts]
    if not statements.identified:
        reader.problem(
            f"no fact says which is the function of {definition.path.name}; one needs `- expression: …` below because",
            "facts",
        )
    compared = list(statements.compared())
    reader.stop_at_problems()
    facts = [_with(fact, compared) if _identifies(entries[fact.id]) else fact for fact in facts]
    reader.problems += reader.unused(fact.check for fact in facts)
    reader.stop_at_problems()
    if definition.entries:
        facts = [replace(fact, check=_with_instances(reader, definition, fact)) for fact in facts]
        reader.stop_at_problems()
    return facts


def _with_instances(reader: Reader, definition: Definition, fact: Fact) -> Derivation:
    """The check of a fact about vectors, for some lengths of them."""
    try:
        return with_instances(fact.check, definition.entries)
    except FormulaError as error:
        reader.problem(f"{fact.id}: {error}", "facts", fact.id, detail=f"  {fact.tex}")
        return fact.check


def statements_of(fact: Fact, report: Report) -> list[tuple[Step, Evidence]]:
    """The statements of a fact as they are written, with how they were checked: the instances of one together."""
    gathered: dict[tuple[int, str], tuple[Step, Evidence]] = {}
    for step, found in zip(fact.check.steps, report.evidence, strict=not report.problems):
        first, before = gathered.get((step.line, step.tex), (step, None))
        if before:
            points = before.points + found.points
            found = Evidence(before.symbolic and found.symbolic, points, min(before.digits, found.digits))
        gathered[step.line, step.tex] = first, found
    return list(gathered.values())


def _identifies(entry: Mapping[str, Any]) -> bool:
    """Whether an entry says which is the function of the definition: there, others of the definition are shown, too."""
    return any(isinstance(part, Mapping) and "expression" in part for part in entry["because"])


def _with(fact: Fact, steps: Sequence[Step]) -> Fact:
    return replace(fact, check=replace(fact.check, steps=(*fact.check.steps, *steps))) if steps else fact


def read(root: Path, definition: Definition) -> tuple[Statements | None, Mapping[str, Any]]:
    """What the facts of a function are read with, its variables and declarations, and their entries; None without any.

    What is wrong with it is with the reader.
    """
    file = root / definition.path.with_name(FILE)
    if not file.is_file():
        return None, {}
    data = load_yaml(root, file, SCHEMA)
    reader = Reader(root, file, data, entries=definition.entries)
    entries = {id: _completed(reader, id, entry) for id, entry in data["facts"].items()}
    reader.stop_at_problems()
    parts = (part for entry in entries.values() for part in entry["because"])
    return Statements(reader, definition, data["where"], parts), entries


def _completed(reader: Reader, id: str, entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """An entry with its name and its statements, where it leaves them out."""
    if "name" not in entry and id not in NAMES:
        reader.problem(f"{id} needs a name; without one there can be {', '.join(NAMES)}", "facts", id)
    shown = {key: entry[key] for key in ("tex", "when") if key in entry}
    return {"name": NAMES.get(id), "because": [shown]} | dict(entry)


def _given(statements: Statements, where: Sequence[str], tex: str) -> tuple[str, ...]:
    """What declares the functions that stand in a fact, but for those that are the function of the definition."""
    try:
        left = [*latex.parse(tex, statements.reader.scope).sides]
    except LatexError:
        return ()  # an interval or a set
    declared = {call.function.name: (call, text) for call, text in _called(statements, where)}
    used: set[str] = set()
    while left:
        expr = left.pop()
        left += expr.args if isinstance(expr, Call) else children(expr)
        name = expr.function.name if isinstance(expr, Call) else ""
        if name in declared.keys() - used - (statements.identified or set()):
            used.add(name)
            left.append(declared[name][0].function.body)
    return tuple(text for name, (_, text) in declared.items() if name in used)


def _called(statements: Statements, where: Sequence[str]) -> Iterator[tuple[Call, str]]:
    """The functions that are declared, as calls, with how that is written."""
    for chain, text in zip(statements.declared, where, strict=True):
        if isinstance(chain.sides[0], Call):
            yield chain.sides[0], text


def _fact(statements: Statements, id: str, entry: Mapping[str, Any]) -> Fact:
    """The fact of an entry, whose problems are with the reader."""
    check = statements.group(id, entry["name"], entry["because"], ("facts", id), entry["tex"], entry.get("when", ""))
    note = _note(entry["tex"], statements.reader)
    when, see = entry.get("when", ""), entry.get("see")
    return Fact(id, entry["name"], entry["tex"], when, note, see, check, domains=check.domains)


def _note(tex: str, reader: Reader) -> Mapping[str, str] | None:
    """What a cell says in a word, if it is a statement of which there is one."""
    try:
        return in_a_word(latex.parse(tex, reader.scope), reader.domains)
    except LatexError:
        return None  # an interval or a set; what is not understood is a problem already
