"""Check derivations, in processes that can be stopped; reports that hold are kept."""

from __future__ import annotations

from collections.abc import Sequence

from engine.base import libraries as frameworks
from engine.base.code import code_digest
from engine.base.errors import Problem
from engine.base.processes import OutOfTime, Pool, Stopped, limited
from engine.base.store import Store, digest
from engine.mathematics.derivation import rule_forms, tight
from engine.mathematics.derivation.difference import Fault, Unsettled
from engine.mathematics.derivation.duties import duties, given
from engine.mathematics.derivation.evidence import Evidence, NotDecided, Report
from engine.mathematics.derivation.numeric import Check
from engine.mathematics.derivation.steps import Derivation
from engine.mathematics.derivation.symbolic import prove

SECONDS_NUMERIC = 30.0


def check(derivations: Sequence[Derivation], pool: Pool, seconds: float = 300.0) -> list[Report]:
    """Check derivations in the processes of `pool`; one that takes longer than `seconds` is stopped."""
    answers = pool.call(verify, derivations, seconds)
    return [
        _located(derivation, answer, pool, seconds) if isinstance(answer, Stopped) else answer
        for derivation, answer in zip(derivations, answers, strict=True)
    ]


def _located(derivation: Derivation, stopped: Stopped, pool: Pool, seconds: float) -> Report:
    """The report on a derivation whose check was stopped: in which of its steps, each tried alone."""
    answers = pool.call(_alone, [(derivation, i) for i in range(len(derivation.steps))], seconds)
    problems: list[Problem] = []
    for i, answer in enumerate(answers):
        if isinstance(answer, Stopped):
            problems.append(_undecided(derivation, i, answer.reason))
        else:
            problems += answer.problems
    if not problems:
        reason = f"all steps together are not decided: {stopped.reason}"
        problems.append(NotDecided(derivation.name, reason, derivation.start_line))
    return Report(derivation.name, tuple(problems))


def _alone(question: tuple[Derivation, int]) -> Report:
    """In a process of the pool."""
    derivation, index = question
    return verify(derivation, only=index)


def _undecided(derivation: Derivation, index: int, reason: str, lines: Sequence[str] = ()) -> NotDecided:
    step = derivation.steps[index]
    detail = "\n".join([f"  {step.tex}", *(f"  {line}" for line in lines)])
    return NotDecided(derivation.name, f"{derivation.called_step(index)}: not decided: {reason}", step.line, detail)


def reports(derivations: Sequence[Derivation], store: Store, pool: Pool) -> list[Report]:
    """Reports on derivations, in their order. Those that hold are kept in the store, and not checked again."""
    keys = [_key(derivation) for derivation in derivations]
    asked = dict(zip(keys, derivations, strict=True))
    known = store.all(asked, Report, lambda some: check(some, pool), lambda report: not report.problems)
    return [known[key] for key in keys]


def _key(derivation: Derivation) -> str:
    """Digest of all that the report on a derivation depends on: what its text means, and not where it stands.

    A report that holds says nothing of lines, so that another line above takes no proof away.
    """
    steps = [(step.chain, step.condition, step.meetings, step.rules) for step in derivation.steps]
    meaning = repr(
        (
            *(derivation.start_chain, steps, derivation.continuous),
            *(sorted(derivation.domains.items()), derivation.conditions),
        )
    )
    versions = [frameworks.version(name) for name in ("sympy", "python-flint", "mpmath")]
    code = code_digest(__name__)
    return digest(derivation.name, derivation.called, meaning, versions, code)


def verify(derivation: Derivation, *, only: int | None = None, symbolic: bool = True) -> Report:
    """Check a derivation, or only its step with that index, in this process.

    The time limits of its parts work in the main thread, on systems with interval timers.
    """
    required = duties(derivation)
    chosen = range(len(required)) if only is None else [only]
    checker = Check(derivation)
    problems, evidence = [], []
    for i in chosen:
        step = derivation.steps[i]
        proved = [symbolic and prove(claim, derivation.domains) for claim in required[i].claims]
        try:
            with limited(SECONDS_NUMERIC):
                points, digits = checker.duty(required[i], step.meetings, proved)
            rule_forms.check(derivation, i, required[i])
            if not derivation.start_chain:
                tight.check(derivation.steps, i, given(required[i], step), checker)
        except Unsettled as fault:
            problems.append(_undecided(derivation, i, fault.reason, fault.lines))
        except Fault as fault:
            lines = [f"  {step.tex}", *(f"  {line}" for line in fault.lines)]
            reason = f"{derivation.called_step(i)}: {fault.reason}"
            problems.append(Problem(derivation.name, reason, step.line, "\n".join(lines)))
        except OutOfTime:
            reason = f"not within {SECONDS_NUMERIC:g} s; make smaller steps of it"
            problems.append(_undecided(derivation, i, reason))
        else:
            evidence.append(Evidence(all(proved), points, digits))
    return Report(derivation.name, tuple(problems), () if problems else tuple(evidence))
