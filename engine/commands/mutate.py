"""Break the content of functions one change at a time, and tell what nothing notices."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from engine.base.processes import Pool
from engine.base.store import digest, project_store
from engine.commands.outcome import FAILED, OK, UsageError
from engine.mutation import records
from engine.mutation.content import Mutant, mutants
from engine.mutation.judge import MISSED, judge
from engine.sources.snippets import functions


def mutate(root: Path, names: list[str], sample: int | None) -> int:
    """Print what becomes of the changes to the content of functions, by file. Returns the exit status.

    names: of functions, all without any; sample: how many changes to take of what is written, and how many of what is
    recorded, always the same ones. Raises UsageError and SourceError.
    """
    known = functions(root)
    if unknown := [name for name in names if name not in known]:
        raise UsageError(f"no such function: {unknown[0]}; there are {', '.join(known)}")
    chosen = [mutant for name in names or known for mutant in mutants(root, name)]
    chosen = _sampled(chosen, sample)
    counts: dict[str, Counter[str]] = {}
    missed: list[Mutant] = []

    def done(mutant: Mutant, verdict: str) -> None:
        counts.setdefault(mutant.file, Counter())[verdict] += 1
        if verdict == MISSED:
            missed.append(mutant)

    with Pool() as pool:
        judge(root, chosen, project_store(root, "mutants"), pool, done, keep=not names and sample is None)
    for name in names or known:
        changes = _sampled(records.mutants(root, name), sample)
        for mutant, verdict in records.judge(root, name, changes):
            done(mutant, verdict)
        chosen += changes
    for file, verdicts in sorted(counts.items()):
        print(f"{file}: {', '.join(f'{count} {verdict}' for verdict, count in sorted(verdicts.items()))}")
    for mutant in missed:
        print(f"{mutant}\n  nothing notices this; say more, or let the check see it")
    print(f"{len(chosen)} changes, {len(missed)} missed")
    return FAILED if missed else OK


def _sampled(changes: list[Mutant], size: int | None) -> list[Mutant]:
    if size is None:
        return changes
    return sorted(changes, key=lambda mutant: digest(mutant.file, mutant.keys, mutant.line, mutant.new))[:size]
