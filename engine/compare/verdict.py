"""Run snippets where needed, and compare what they print with what is recorded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

from engine.base import libraries as frameworks
from engine.base.code import code_digest
from engine.base.errors import Problem, SourceError
from engine.base.files import write
from engine.base.store import Store, digest
from engine.compare import figures
from engine.compare.numbers import compare
from engine.run.runner import Result, Runner
from engine.sources.snippets import Snippet

#: What is different when a snippet is run again before it is recorded.
AGAIN = {"PYTHONHASHSEED": "4242", "TZ": "America/St_Johns"}


@dataclass(frozen=True)
class Verdict:
    """A snippet, its result, and the problem that remains: of the run, or of the comparison; None when it holds.

    since: title of its library, the oldest version since which it prints the same, and whether an older one printed
    something else; None if that is not known.
    """

    snippet: Snippet
    result: Result
    problem: Problem | None
    since: tuple[str, str, bool] | None = None


def require_libraries(snippets: list[Snippet]) -> None:
    """Raises SourceError that names each library which is missing and the snippets that it blocks."""
    blocked: dict[str, list[str]] = {}
    for snippet in snippets:
        for module in missing(snippet):
            blocked.setdefault(module, []).append(snippet.name)
    if blocked:
        hint = "install it (pip install -r requirements.txt), or leave these out with --available"
        raise SourceError(
            [
                Problem("snippets", f"{module} is not installed; {hint}", detail="  " + "\n  ".join(names))
                for module, names in blocked.items()
            ]
        )


def missing(snippet: Snippet) -> list[str]:
    """The libraries that a snippet imports and that are not installed."""
    return [module for module in snippet.libraries if not frameworks.installed(module)]


def key(snippet: Snippet, run_by: Runner) -> str:
    """Digest of the snippet, its local modules, the versions of its libraries, Python, the machine and the runner."""
    versions = {
        name: frameworks.version(name)
        for module in snippet.libraries
        for name in frameworks.LIBRARIES[module].distributions
    }
    return digest(
        snippet.name,
        snippet.source,
        snippet.modules,
        versions,
        frameworks.environment(),
        run_by.environment,
        run_by.limits(snippet),
        code_digest("engine.run.runner"),
    )


def results(
    snippets: Sequence[Snippet],
    runner: Runner,
    store: Store,
    done: Callable[[Snippet, Result], None] | None = None,
) -> list[Result]:
    """Results of snippets, in their order; `done` is called with each.

    What the store holds is not run. Nothing that failed is kept.
    """
    keys = {id(snippet): key(snippet, runner) for snippet in snippets}
    by_key: dict[str, Result] = {}

    def tell(snippet: Snippet, result: Result) -> None:
        by_key[keys[id(snippet)]] = result
        if done:
            done(snippet, result)

    def keep(snippet: Snippet, result: Result) -> None:
        if result.problem is None:
            store.put(keys[id(snippet)], result)
        tell(snippet, result)

    to_run = []
    for snippet in snippets:
        if result := store.get(keys[id(snippet)], Result):
            tell(snippet, result)
        else:
            to_run.append(snippet)
    if to_run:
        runner.run(to_run, keep)
    return [by_key[keys[id(snippet)]] for snippet in snippets]


def check(
    snippets: list[Snippet],
    runner: Runner,
    store: Store,
    done: Callable[[Verdict], None] | None = None,
) -> list[Verdict]:
    """Verdicts of snippets, in their order; `done` is called with each."""
    verdicts: dict[Path, Verdict] = {}

    def judge(snippet: Snippet, result: Result) -> None:
        verdict = Verdict(snippet, result, result.problem or mismatch(snippet, result))
        verdicts[snippet.path] = verdict
        if done:
            done(verdict)

    results(snippets, runner, store, judge)
    return [verdicts[snippet.path] for snippet in snippets]


def unsteady(verdicts: Sequence[Verdict]) -> dict[str, Problem]:
    """Snippets, by name, that print something else when they are run again: at another time, in other processes."""
    faults: dict[str, Problem] = {}
    first = {verdict.snippet.name: verdict.result for verdict in verdicts}

    def judge(snippet: Snippet, result: Result) -> None:
        differences = compare(first[snippet.name].output, result.output)
        detail = "\n".join(f"  line {difference.line}\n{difference}" for difference in differences)
        if result.problem:
            faults[snippet.name] = result.problem
        elif differences:
            reason = "prints something else when it is run again; print what holds, and seed what is drawn"
            faults[snippet.name] = Problem(snippet.name, reason, detail=detail)

    with Runner(environment=AGAIN) as runner:
        runner.run([verdict.snippet for verdict in verdicts], judge)
    return faults


def mismatch(snippet: Snippet, result: Result) -> Problem | None:
    """The problem of an output that is not the recorded one, written so that it can be acted on; None if it is."""
    versions = ", ".join([*(f"{title} {number}" for title, number in result.versions.items()), result.machine])
    accept = f"  with {versions}\n  accept it: python -m engine record {snippet.name}"
    out = snippet.path.with_suffix(".out").as_posix()
    try:
        recorded = snippet.recorded.read_text(encoding="utf-8")
    except FileNotFoundError:
        printed = "".join(f"  + {line}\n" for line in result.output.splitlines())
        return Problem(snippet.name, "no recorded output", detail=printed + accept)
    except UnicodeDecodeError as error:
        return Problem(out, f"not UTF-8: {error}")
    differences = compare(recorded, result.output)
    if not differences:
        return _drawn_otherwise(snippet, result, accept)
    detail = "\n".join(f"  line {difference.line}\n{difference}" for difference in differences) + "\n" + accept
    return Problem(out, f"{snippet.path.name} prints something else", differences[0].line, detail)


def _drawn_otherwise(snippet: Snippet, result: Result, accept: str) -> Problem | None:
    """The problem of what is written in the figures of a lab, if that is not what is recorded."""
    if not snippet.lab:
        return None
    written, file = figures.described(result.files), snippet.figures
    recorded = file.read_text(encoding="utf-8") if file.is_file() else ""
    if written == recorded:
        return None
    changed = [*unified_diff(recorded.split("\n"), written.split("\n"), lineterm="", n=0)][3:]
    detail = "".join(f"  {line}\n" for line in changed) + accept
    return Problem(snippet.path.with_suffix(file.suffix).as_posix(), "its figures say something else", detail=detail)


def record(verdict: Verdict) -> bool:
    """Write a result's output beside its snippet, and of a lab what is written in its figures.

    Returns whether a file changed; a failed run changes nothing.
    """
    snippet, result = verdict.snippet, verdict.result
    if result.problem:
        return False
    if verdict.problem is None and snippet.recorded.is_file():
        return False  # equal within the tolerance: other last digits are no news
    same = snippet.recorded.is_file() and not compare(snippet.recorded.read_text("utf-8"), result.output)
    changed = False if same else write(snippet.recorded, result.output)
    drawn = figures.described(result.files) if snippet.lab else ""
    if drawn:
        return write(snippet.figures, drawn) or changed
    if snippet.figures.is_file():
        snippet.figures.unlink()
        return True
    return changed
