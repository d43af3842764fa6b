"""Check and record: run snippets, measure libraries, and compare with what is recorded, or write it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

from engine.accuracy import audited as accuracy
from engine.accuracy import cards
from engine.accuracy.devices import ARRAYS
from engine.assemble import implementations
from engine.base import libraries
from engine.base.errors import Problem, SourceError
from engine.base.store import project_store
from engine.commands.outcome import FAILED, OK
from engine.commands.selection import AUDIT, audited, concerned, select, shard, shown
from engine.compare import verdict as verdicts
from engine.compare.verdict import Verdict, missing, require_libraries, unsteady
from engine.ledger import entries, recording
from engine.run import progress
from engine.run.runner import Runner
from engine.sources.definition import Definition
from engine.sources.filled import write_filled


class Report:
    """What a command has found out and written so far. Problems are printed as they come."""

    def __init__(self) -> None:
        self.failed: list[Problem] = []
        self.changed: list[str] = []

    def fail(self, problem: Problem | None) -> None:
        """Tell a problem, if there is one."""
        if problem:
            self.failed.append(problem)
            progress.current.say("")
            print(problem, flush=True)


def check(root: Path, paths: list[str], part: str, available: bool, recording_too: bool) -> int:
    """Run snippets and audits and compare with what is recorded. Returns the exit status.

    paths: see `engine.commands.selection`; part: which share of the work, `i/n`; available: leave out what needs a
    library that is not installed, and say so; recording_too: write what is new, the scripts that these functions share,
    and an output once it has been printed twice. Raises SourceError and UsageError.
    """
    share = shard(part)
    for function in concerned(root, paths) if recording_too else []:
        for file in write_filled(root, function):
            print(f"{file.as_posix()}: filled")
    # Dealt out before anything that depends on this machine, such as which libraries it has.
    selected, refused = select(root, paths)
    snippets = list(share.of(sorted(selected, key=lambda snippet: (snippet.worker, snippet.path))))
    to_measure, examples = share.of(audited(root, paths)), share.of(shown(root, paths))
    left_out = [snippet for snippet in snippets if missing(snippet)] if available else []
    for snippet in left_out:
        print(f"{snippet.name}: left out, not installed: {', '.join(missing(snippet))}")
    snippets = [snippet for snippet in snippets if snippet not in left_out]
    require_libraries(snippets)
    report = Report()
    for problem in refused:
        report.fail(problem)

    def done(verdict: Verdict) -> None:
        report.fail(verdict.result.problem if recording_too else verdict.problem)

    with Runner() as runner:
        ran = verdicts.check(snippets, runner, project_store(root, "runs"), done)
    if recording_too:
        _record(root, ran, report)
    _audits(root, to_measure, available, recording_too, report)
    _implementations(root, examples, available, recording_too, report)
    for name in report.changed:
        print(f"{name}: recorded")
    parts = [f"{len(snippets)} snippets run", f"{len(report.failed)} failed"]
    parts += [f"{len(report.changed)} recorded"] if recording_too else []
    parts += [f"{len(left_out)} left out"] if left_out else []
    parts += [f"shard {share}"] if share.total > 1 else []
    print(", ".join(parts))
    return FAILED if report.failed else OK


def _record(root: Path, ran: Sequence[Verdict], report: Report) -> None:
    """Write the outputs of snippets that have run to their end, and enter them in the ledger."""
    ran = [verdict for verdict in ran if not verdict.result.problem]
    again = unsteady([verdict for verdict in ran if verdict.problem])
    printed: list[recording.Printed] = []
    for verdict in ran:
        report.fail(again.get(verdict.snippet.name))
        if verdict.snippet.name not in again:
            before = entries.recorded(verdict.snippet)
            if verdicts.record(verdict):
                report.changed.append(verdict.snippet.name)
            printed.append(recording.Printed(verdict.snippet, verdict.result, before))
    if printed:
        versions = libraries.versions(module for verdict in ran for module in verdict.snippet.libraries)
        report.changed += recording.enter(root, printed, versions, today(), anew=False)


def _audits(root: Path, to_measure: Sequence[Definition], available: bool, recording_too: bool, report: Report) -> None:
    """Measure functions.

    A definition that does not hold is not measured against: that takes minutes, and says nothing.
    """
    chosen = []
    for entry in to_measure:
        absent = sorted({api.library for api in entry.apis if api.audit and not libraries.installed(api.library)})
        if absent and available:
            print(f"{_record_of(entry)}: left out, not installed: {', '.join(absent)}")
        else:
            chosen.append(entry)
    wrong = unsound(root, chosen)
    for problem in chain.from_iterable(wrong):
        report.fail(problem)
    sound = [entry for entry, problems in zip(chosen, wrong, strict=True) if not problems]
    for entry, measured in zip(sound, accuracy.audits(root, sound), strict=True):
        problems = []
        if isinstance(measured, SourceError):
            problems = measured.problems
        elif not recording_too:
            problems = [*accuracy.problems(root, entry, measured), *cards.faults(root, entry)]
        elif accuracy.record(root, entry, measured):
            report.changed.append(_record_of(entry))
        for problem in problems:
            report.fail(problem)


def _implementations(root: Path, paths: Sequence[Path], available: bool, recording_too: bool, report: Report) -> None:
    """Measure implementations that pages show: after the audits, beside which they stand."""
    for path in paths:
        absent = [name for name in ARRAYS if not libraries.installed(name)]
        if absent and available:
            print(f"{path.as_posix()}: left out, not installed: {', '.join(absent)}")
            continue
        try:
            found = implementations.measured(root, path)
        except SourceError as error:
            for problem in error.problems:
                report.fail(problem)
            continue
        if recording_too:
            report.changed += [path.as_posix()] if implementations.record(root, path, found) else []
        else:
            for problem in implementations.problems(root, path, found):
                report.fail(problem)


def unsound(root: Path, definitions: Sequence[Definition]) -> list[list[Problem]]:
    """Why each definition does not hold."""
    if not definitions:
        return []
    from engine.base.processes import Pool
    from engine.mathematics import proofs  # slow to import, and so are the processes to start

    with Pool() as pool:
        proved = proofs.prove(root, definitions, project_store(root, "proofs"), pool)
    return [list(proof.problems) for proof in proved]


def _record_of(entry: Definition) -> str:
    return entry.path.with_name(AUDIT).as_posix()


def today() -> str:
    """The day in UTC. Only commands that record ask for it."""
    return datetime.now(UTC).date().isoformat()
