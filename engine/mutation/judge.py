"""Whether a change to a function's content is noticed by what checks it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from engine.base import libraries
from engine.base.code import code_digest
from engine.base.errors import Problem, SourceError
from engine.base.processes import Pool, Stopped
from engine.base.store import Store, digest, folder_digest
from engine.mathematics import facts, proofs
from engine.mathematics.derivation import file as derivations
from engine.mathematics.derivation.duties import Claim
from engine.mathematics.derivation.report import verify
from engine.mathematics.derivation.steps import Derivation
from engine.mathematics.derivation.symbolic import prove
from engine.mutation.content import FACTS, Mutant, mutated
from engine.sources import definition
from engine.sources.definition import FILE

#: What can be said of a change: the file is refused, a check fails, it is the same by proof, or nobody notices.
REFUSED, CAUGHT, SAME, MISSED = "refused", "caught", "the same", "missed"
SECONDS = 120.0


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
    functions = sorted({Path(mutant.file).parts[1] for mutant in mutants})
    answers = pool.call(_faults, [(root, function) for function in functions], SECONDS)
    problems: list[Problem] = []
    for function, answer in zip(functions, answers, strict=True):
        problems += [Problem(f"snippets/{function}", answer.reason)] if isinstance(answer, Stopped) else answer
    if problems:
        raise SourceError(problems)
    code = code_digest(__name__)
    versions = [libraries.version(name) for name in ("sympy", "mpmath", "python-flint")]
    texts = {function: _text(root, function) for function in functions}
    keys = [
        digest(mutant.file, mutant.keys, mutant.new, texts[Path(mutant.file).parts[1]], versions, code)
        for mutant in mutants
    ]

    def ask(some: list[Mutant]) -> list[str]:
        answers = pool.call(_judge, [(root, mutant) for mutant in some], SECONDS)
        return [MISSED if isinstance(answer, Stopped) else answer for answer in answers]

    known = store.all(dict(zip(keys, mutants, strict=True)), str, ask, lambda verdict: verdict != MISSED)
    if keep:
        store.keep(keys)
    if done:
        for key, mutant in zip(keys, mutants, strict=True):
            done(mutant, known[key])
    return [known[key] for key in keys]


def _faults(question: tuple[Path, str]) -> list[Problem]:
    """What does not hold of a function's content, unchanged. In a process of the pool."""
    root, function = question
    try:
        entry = definition.read(root, function)
        checks = [derivations.load(root, file) for file in derivations.discover(root, function)]
        checks += [fact.check for fact in facts.load(root, entry)]
    except SourceError as error:
        return error.problems
    reports = [proofs.verify((root, entry)), *(verify(check, symbolic=False) for check in checks)]
    return [problem for report in reports for problem in report.problems]


def _text(root: Path, function: str) -> list[str]:
    """Digests of all that is changed and checked."""
    folder = root / "snippets" / function
    files = [(folder / name).read_text(encoding="utf-8") for name in (FACTS, FILE) if (folder / name).is_file()]
    return [digest(files), folder_digest(folder / "derivations")]


def _judge(question: tuple[Path, Mutant]) -> str:
    """In a process of the pool."""
    root, mutant = question
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name)
        mutated(root, mutant, copy)
        function, file = Path(mutant.file).parts[1], Path(mutant.file)
        try:
            if file.name == FILE:
                entry = definition.read(copy, function)
                return CAUGHT if proofs.verify((copy, entry)).problems else MISSED
            if file.name == FACTS:
                return _facts(root, copy, mutant)
            changed = derivations.load(copy, copy / file)
        except SourceError:
            return REFUSED
        if _noticed(changed, _affected(mutant, len(changed.steps))):
            return CAUGHT
        same = mutant.keys[0] == "steps" and _same(derivations.load(root, root / file), changed, int(mutant.keys[1]))
        return SAME if same else MISSED


def _affected(mutant: Mutant, steps: int) -> Sequence[int | str]:
    """The steps that a change can make false. Conditions have to cover the domain, which shows where branches end."""
    if mutant.keys[0] == "start":
        return [0]
    return mutant.keys[1:2] if mutant.keys[0] == "steps" and mutant.keys[2] != "when" else range(steps)


def _facts(root: Path, copy: Path, mutant: Mutant) -> str:
    """Of a change to the facts. Raises SourceError where they are refused."""
    function = Path(mutant.file).parts[1]
    changed = facts.load(copy, definition.read(copy, function))
    if mutant.keys[0] == "where":
        return CAUGHT if any(_noticed(fact.check, range(len(fact.check.steps))) for fact in changed) else MISSED
    if mutant.keys[2] == "tex":
        return MISSED  # a cell has to be tied to its statements
    index = int(mutant.keys[3])
    (fact,) = (fact for fact in changed if fact.id == mutant.keys[1])
    if _noticed(fact.check, [index]):
        return CAUGHT
    before = next(one for one in facts.load(root, definition.read(root, function)) if one.id == fact.id)
    return SAME if _same(before.check, fact.check, index) else MISSED


def _noticed(derivation: Derivation, steps: Sequence[int | str]) -> bool:
    return any(verify(derivation, only=int(step), symbolic=False).problems for step in steps)


def _same(before: Derivation, after: Derivation, index: int) -> bool:
    """Whether SymPy proves that the changed formula means what the file says."""
    one, other = before.steps[index], after.steps[index]
    if one.chain.ops != other.chain.ops or one.when != other.when or one.sharp != other.sharp:
        return False
    pairs = zip(one.chain.sides, other.chain.sides, strict=True)
    return all(prove(Claim(a, "=", b, one.condition), before.domains) for a, b in pairs)
