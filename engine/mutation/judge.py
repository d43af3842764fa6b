"""Whether a change to a function's content is noticed by what checks it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

from engine.base import libraries
from engine.base.code import code_digest
from engine.base.errors import Problem, SourceError
from engine.base.processes import Pool, Stopped
from engine.base.store import Store, digest, folder_digest, project_store
from engine.mathematics import facts, proofs, prose
from engine.mathematics.derivation import file as derivations
from engine.mathematics.derivation.duties import Claim, duties
from engine.mathematics.derivation.evidence import NotDecided
from engine.mathematics.derivation.report import reports, verify
from engine.mathematics.derivation.rule_forms import has_its_form
from engine.mathematics.derivation.steps import Derivation
from engine.mathematics.derivation.symbolic import prove
from engine.mutation.content import FACTS, PROSE, Mutant, mutated, of_page, of_rule, written_formulas
from engine.render.assertions import tried
from engine.sources import definition
from engine.sources.definition import FILE
from engine.sources.formulas import Formula

#: What can be said of a change: the file is refused, a check fails, or cannot decide, which stops a build as well; what
#: is said then is the same by proof, or it is another thing, and true as well by proof; or nobody notices.
REFUSED, CAUGHT, UNDECIDED = "refused", "caught", "undecided"
SAME, TRUE, MISSED = "the same", "true as well, proved", "missed"
SECONDS = 120.0
_AT_ONCE = 200


def judge(
    root: Path,
    mutants: Sequence[Mutant],
    store: Store,
    pool: Pool,
    done: Callable[[Mutant, str], None] | None = None,
    keep: bool = False,
) -> list[str]:
    """What becomes of each change, in their order; `done` is called with each. keep: forget all others.

    What is known of a change is kept under the function's files, the change, and the code that checks. A check that
    does not end in time has not noticed anything. Raises SourceError where the content does not hold as it is: then any
    change would seem to be noticed.
    """
    functions = sorted({mutant.function for mutant in mutants})
    if problems := [problem for function in functions for problem in _faults(root, function, pool)]:
        raise SourceError(problems)
    code = code_digest(__name__)
    versions = [libraries.version(name) for name in ("sympy", "mpmath", "python-flint")]
    texts = {function: _text(root, function) for function in functions}
    keys = [digest(mutant.file, mutant.keys, mutant.new, texts[mutant.function], versions, code) for mutant in mutants]

    def ask(some: list[Mutant]) -> list[str]:
        answers = pool.call(_judge, [(root, mutant) for mutant in some], SECONDS)
        return [MISSED if isinstance(answer, Stopped) else answer for answer in answers]

    verdicts: list[str] = []
    for first in range(0, len(mutants), _AT_ONCE):  # so that what is known is kept if somebody stops this
        some = dict(zip(keys[first : first + _AT_ONCE], mutants[first : first + _AT_ONCE], strict=True))
        known = store.all(some, str, ask, lambda verdict: verdict != MISSED)
        for key in keys[first : first + _AT_ONCE]:
            verdicts.append(known[key])
            if done:
                done(some[key], known[key])
    if keep:
        store.keep(keys)
    return verdicts


def _faults(root: Path, function: str, pool: Pool) -> list[Problem]:
    """What does not hold of a function's content, unchanged."""
    try:
        entry = definition.read(root, function)
        checks = [derivations.load(root, file) for file in derivations.discover(root, function)]
        checks += [fact.check for fact in facts.load(root, entry)]
        checks += prose.checks(prose.read(root, entry, written_formulas(root, function), tried(root, function)))
    except SourceError as error:
        return error.problems
    proved = proofs.prove(root, [entry], project_store(root, "proofs"), pool)
    held = reports(checks, project_store(root, "derivations"), pool)
    return [problem for report in (*proved, *held) for problem in report.problems]


def _text(root: Path, function: str) -> list[str]:
    """Digests of all that is changed and checked."""
    folder = root / "snippets" / function
    own = [folder / name for name in (FACTS, PROSE, FILE)]
    files = [file.read_text(encoding="utf-8") for file in own if file.is_file()]
    written = [(formula.path, formula.section, formula.tex) for formula in written_formulas(root, function)]
    return [digest(files, written, sorted(tried(root, function).items())), folder_digest(folder / "derivations")]


def _judge(question: tuple[Path, Mutant]) -> str:
    """In a process of the pool."""
    root, mutant = question
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name)
        written = mutated(root, mutant, copy)
        function, file = mutant.function, Path(mutant.file)
        try:
            if of_page(mutant) or file.name == PROSE:
                return _prose(root, copy, mutant, written)
            if file.name == FILE:
                entry = definition.read(copy, function)
                return CAUGHT if proofs.verify((copy, entry)).problems else MISSED
            if file.name == FACTS:
                return _facts(root, copy, mutant)
            changed = derivations.load(copy, copy / file)
        except SourceError:
            return REFUSED
        if of_rule(mutant) and not has_its_form(changed, int(mutant.keys[1])):
            return CAUGHT  # that is soon told
        if noticed := _noticed(changed, _affected(mutant, len(changed.steps))):
            return noticed
        if mutant.keys[0] != "steps" or of_rule(mutant):
            return MISSED
        return _proved(derivations.load(root, root / file), changed, int(mutant.keys[1]))


def _affected(mutant: Mutant, steps: int) -> Sequence[int | str]:
    """The steps that a change can make false. Conditions have to cover the domain, which shows where branches end."""
    if mutant.keys[0] == "start":
        return [0]
    return mutant.keys[1:2] if mutant.keys[0] == "steps" and mutant.keys[2] != "when" else range(steps)


def _facts(root: Path, copy: Path, mutant: Mutant) -> str:
    """Of a change to the facts. Raises SourceError where they are refused."""
    function = mutant.function
    changed = facts.load(copy, definition.read(copy, function))
    if mutant.keys[0] == "where":
        noticed = (_noticed(fact.check, range(len(fact.check.steps))) for fact in changed)
        return next(filter(None, noticed), MISSED)
    if mutant.keys[2] == "tex":
        return MISSED  # a cell has to be tied to its statements
    index = int(mutant.keys[3])
    (fact,) = (fact for fact in changed if fact.id == mutant.keys[1])
    if noticed := _noticed(fact.check, [index]):
        return noticed
    before = next(one for one in facts.load(root, definition.read(root, function)) if one.id == fact.id)
    return _proved(before.check, fact.check, index)


def _prose(root: Path, copy: Path, mutant: Mutant, written: list[Formula]) -> str:
    """Of a change to a formula of the prose, or to what stands beside one. Raises SourceError where it is refused."""
    function = mutant.function
    after = prose.read(copy, definition.read(copy, function), written, tried(root, function))
    before = _readings(root, function, _text(root, function)[0])
    verdicts = set()
    for one, other in ((old.check, new.check) for old, new in zip(before, after, strict=True)):
        changed = _different(one, other) if other else []
        if other and (noticed := _noticed(other, changed)):
            return noticed
        if other and changed:
            verdicts |= {_proved(one, other, i) for i in changed}
    return next((verdict for verdict in (MISSED, TRUE, SAME) if verdict in verdicts), MISSED)


@lru_cache(maxsize=2)
def _readings(root: Path, function: str, _: str) -> list[prose.Reading]:
    """How the prose is read, unchanged; the last argument is a digest of it."""
    return prose.read(root, definition.read(root, function), written_formulas(root, function), tried(root, function))


def _different(before: Derivation | None, after: Derivation) -> list[int]:
    """The statements of a check that are not those of the one before."""
    known = [(step.chain, step.condition, step.meetings) for step in before.steps] if before else []
    return [i for i, step in enumerate(after.steps) if (step.chain, step.condition, step.meetings) not in known]


def _noticed(derivation: Derivation, steps: Sequence[int | str]) -> str:
    """How the check notices that something is wrong with some steps; empty if it does not."""
    undecided = False
    for step in steps:
        problems = verify(derivation, only=int(step), symbolic=False).problems
        if any(not isinstance(problem, NotDecided) for problem in problems):
            return CAUGHT
        undecided = undecided or bool(problems)
    return UNDECIDED if undecided else ""


def _proved(before: Derivation | None, after: Derivation, index: int) -> str:
    """What SymPy proves of a changed formula: that it means what the file says, or that it holds as well."""
    if before and len(before.steps) == len(after.steps) and _same(before, after, index):
        return SAME
    holds = all(prove(claim, after.domains) for claim in duties(after)[index].claims)
    return TRUE if holds else MISSED


def _same(before: Derivation, after: Derivation, index: int) -> bool:
    one, other = before.steps[index], after.steps[index]
    if one.chain.ops != other.chain.ops or one.when != other.when or one.sharp != other.sharp:
        return False
    pairs = zip(one.chain.sides, other.chain.sides, strict=True)
    return all(prove(Claim(a, "=", b, one.condition), before.domains) for a, b in pairs)
