"""Command line: `python -m engine check|record|ledger|build|translated|portable|site`."""

from __future__ import annotations

import argparse
import os
import re
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path

from engine.accuracy import audit
from engine.base import libraries as frameworks
from engine.base.errors import Problem, SourceError
from engine.base.files import folders_in, sources_below
from engine.base.libraries import installed
from engine.base.store import Store
from engine.compare.verdict import Verdict, check, mismatch, missing, record, require_libraries, unsteady
from engine.ledger import entries as ledger
from engine.ledger import recording, releases
from engine.run import progress
from engine.run.progress import Progress, TellingRunner
from engine.run.runner import Runner
from engine.run.shards import Shard
from engine.site.whole import build_site
from engine.sources import definition
from engine.sources.definition import Definition
from engine.sources.snippets import Snippet, discover, discover_each
from engine.translation import check as translations

AUDIT = "audit.yml"
OK, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130


def main(arguments: list[str] | None = None) -> int:
    """Run one command. Returns 0 when everything holds, 1 when something does not, 2 on a usage error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # what a terminal cannot show must hide no problem
    options = _parser().parse_args(arguments)
    root = Path.cwd()
    if not (root / "snippets").is_dir():
        print("engine: no folder snippets/ here; change to the project's folder and run it there", file=sys.stderr)
        return USAGE
    try:
        if options.command == "build":
            return _build(root)
        if options.command == "translated":
            return _translated(root, options)
        if options.command == "ledger":
            return _ledger(root, options.release)
        if options.command == "site":
            return build_site(root, Path(options.folder).resolve(), os.environ.get("SITE_URL", ""), options.draft)
        if options.command == "portable":
            return _portable(root, options)
        return _run(root, options)
    except SourceError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        print(f"{len(error.problems)} problem(s) in the sources; nothing was run", file=sys.stderr)
        return FAILED
    except UsageError as error:
        print(f"engine: {error}", file=sys.stderr)
        return USAGE
    except KeyboardInterrupt:
        print("engine: interrupted", file=sys.stderr)
        return INTERRUPTED


class UsageError(Exception):
    """What was asked for makes no sense."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m engine", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, text in (
        ("check", "run snippets and compare their output with what is recorded"),
        ("record", "run snippets and rewrite their recorded outputs"),
    ):
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument("path", nargs="*", help="snippet, audit.yml, or folder under snippets/ (default: all)")
        command.add_argument(
            "--available", action="store_true", help="leave out snippets whose libraries are not installed, and say so"
        )
        text = "take the i-th of n parts only; every snippet and audit is in one of them"
        command.add_argument("--shard", metavar="i/n", default="1/1", help=text)
    commands.add_parser("build", help="check everything and write the fragments that the pages include")
    text = "run snippets with other releases of their frameworks, and enter in ledger/ what they print"
    command = commands.add_parser("ledger", help=text, description=text)
    text = "torch==2.12.0, or tensorflow==2.19.0,keras==3.9.0 for more of it (default: what the ledger lacks)"
    command.add_argument("release", nargs="*", help=text)
    text = "record that translated pages, or the paragraph on one line, render the English text of today"
    command = commands.add_parser("translated", help=text, description=text)
    command.add_argument("path", nargs="*", help="page, page:line, or folder of a translation (default: all)")
    text = "also where only the English has changed: the translation renders it as it is (needs a path)"
    command.add_argument("--unchanged", action="store_true", help=text)
    text = "run snippets and audits as other machines would, without what is kept, and tell what differs"
    command = commands.add_parser("portable", help=text, description=text)
    command.add_argument("path", nargs="*", help="snippet, audit.yml, or folder under snippets/ (default: all)")
    text = "only the variants whose names contain this text; may be given several times"
    command.add_argument("--only", metavar="TEXT", action="append", default=[], help=text)
    command = commands.add_parser("site", help="build the site in every language; SITE_URL says where it is published")
    command.add_argument("folder", nargs="?", default="site", help="where to (default: site)")
    text = (
        "where something does not hold, build all the same and show it on its page, not to be published; exit status 1"
    )
    command.add_argument("--draft", action="store_true", help=text)
    return parser


def _run(root: Path, options: argparse.Namespace) -> int:
    shard = _shard(options.shard)
    # Dealt out before anything that depends on this machine, such as which libraries it has.
    selected, refused = _select(root, options.path)
    snippets = list(shard.of(sorted(selected, key=lambda snippet: (snippet.worker, snippet.path))))
    audited = shard.of(_audited(root, options.path))
    left_out = [snippet for snippet in snippets if missing(snippet)] if options.available else []
    for snippet in left_out:
        print(f"{snippet.name}: left out, not installed: {', '.join(missing(snippet))}")
    snippets = [snippet for snippet in snippets if snippet not in left_out]
    require_libraries(snippets)
    changed: list[str] = []
    failed: list[Problem] = []
    printed: list[recording.Printed] = []

    def fail(problem: Problem | None) -> None:
        if problem:
            failed.append(problem)
            print(f"\n{problem}" if sys.stdout.isatty() else problem)

    def done(verdict: Verdict) -> None:
        fail(verdict.result.problem if options.command == "record" else verdict.problem)

    for problem in refused:
        fail(problem)
    store = Store(root / ".cache" / "runs")
    with Runner() as runner, _progress(len(snippets), done) as tell:
        verdicts = check(snippets, runner, store, tell)
    if options.command == "record":
        ran = [verdict for verdict in verdicts if not verdict.result.problem]
        again = unsteady([verdict for verdict in ran if verdict.problem])
        for verdict in ran:
            fail(again.get(verdict.snippet.name))
            if verdict.snippet.name not in again:
                before = ledger.recorded(verdict.snippet)
                if record(verdict):
                    changed.append(verdict.snippet.name)
                printed.append(recording.Printed(verdict.snippet, verdict.result, before))
    if printed:
        versions = frameworks.versions(module for snippet in snippets for module in snippet.libraries)
        changed += recording.enter(root, printed, versions, _today(), anew=False)
    faults, recorded = _audits(root, audited, options)
    failed += faults
    changed += recorded
    for name in changed:
        print(f"{name}: recorded")
    parts = [f"{len(snippets)} snippets run", f"{len(failed)} failed"]
    if options.command == "record":
        parts.append(f"{len(changed)} recorded")
    if left_out:
        parts.append(f"{len(left_out)} left out")
    if shard.total > 1:
        parts.append(f"shard {shard}")
    print(", ".join(parts))
    return FAILED if failed else OK


def _audits(root: Path, audited: Sequence[Definition], options: argparse.Namespace) -> tuple[list[Problem], list[str]]:
    """Measure functions. Returns what is wrong, which is printed, and the records that were written.

    A definition that does not hold is not measured against: that takes minutes, and says nothing.
    """
    failed: list[Problem] = []
    changed: list[str] = []
    chosen = []
    for entry in audited:
        absent = sorted({api.library for api in entry.apis if api.audit and not installed(api.library)})
        if absent and options.available:
            print(f"{_record(entry)}: left out, not installed: {', '.join(absent)}")
        else:
            chosen.append(entry)
    for entry, wrong in zip(chosen, _wrong(root, chosen), strict=True):
        if not wrong:
            measured = audit.audit(root, entry)
            if options.command != "record":
                wrong = audit.problems(root, entry, measured)
            elif audit.record(root, entry, measured):
                changed.append(_record(entry))
        print("".join(f"{problem}\n" for problem in wrong), end="", flush=True)
        failed += wrong
    return failed, changed


def _wrong(root: Path, definitions: Sequence[Definition]) -> list[list[Problem]]:
    """Why each definition does not hold."""
    if not definitions:
        return []
    from engine.base.processes import Pool
    from engine.mathematics import proofs  # slow to import, and so are the processes to start

    with Pool() as pool:
        proved = proofs.prove(root, definitions, Store(root / ".cache" / "proofs"), pool)
    return [list(proof.problems) for proof in proved]


def _record(entry: Definition) -> str:
    return entry.path.with_name(AUDIT).as_posix()


def _portable(root: Path, options: argparse.Namespace) -> int:
    from engine.elsewhere.portable import VARIANTS, portable  # slow to import

    chosen = [one for one in VARIANTS if not options.only or any(text in one.name for text in options.only)]
    if not chosen:
        raise UsageError(f"--only: no such variant; there are: {', '.join(one.name for one in VARIANTS)}")
    snippets, refused = _select(root, options.path)
    if refused:
        raise SourceError(refused)
    require_libraries(snippets)
    audited = [entry.path.parts[1] for entry in _audited(root, options.path)]
    problems = portable(root, snippets, audited, chosen, lambda line: print(line, flush=True))
    for problem in problems:
        print(problem)
    print(f"{len(chosen)} variants, {len(problems)} differences")
    return FAILED if problems else OK


def _shard(text: str) -> Shard:
    try:
        return Shard.read(text)
    except ValueError as error:
        raise UsageError(f"--shard: {error}") from None


def _today() -> str:
    """The day in UTC. Only commands that record ask for it."""
    return datetime.now(UTC).date().isoformat()


def _ledger(root: Path, names: list[str]) -> int:
    snippets = discover(root)
    try:
        wanted = [releases.parse(name) for name in names]
    except releases.ReleaseError as error:
        raise UsageError(str(error)) from None
    tasks = [(release, [one for one in snippets if ledger.lead(one) == release.library]) for release in wanted]
    failed = 0
    for release, own in tasks if names else list(releases.gaps(ledger.read(root), snippets)):
        print(f"{release.name}: {len(own)} snippets", flush=True)
        try:
            versions, printed = releases.run(root, release, own)
        except releases.ReleaseError as error:
            print(error, flush=True)
            failed += 1
            continue
        for one in printed:
            if problem := one.result.problem or mismatch(one.snippet, one.result):
                print(f"  {one.snippet.name}: {problem.reason}")
        for file in recording.enter(root, printed, versions, _today(), anew=True):
            print(f"{file}: recorded", flush=True)
    return FAILED if failed else OK


def _select(root: Path, paths: list[str]) -> tuple[list[Snippet], list[Problem]]:
    """The snippets that are meant, and what is wrong with those that cannot be run."""
    chosen: dict[Path, Snippet] = {}
    refused: dict[Problem, None] = {}  # paths may lie within each other
    for text in paths or ["snippets"]:
        path = Path(text).resolve()
        if not path.exists() and path.name != AUDIT:
            raise UsageError(f"{text}: no such file or folder")
        if not path.is_relative_to((root / "snippets").resolve()):
            raise UsageError(f"{text}: not under snippets/; name a snippet, an {AUDIT}, or a folder there")
        if path.name == AUDIT:
            continue  # see _audited
        if path.is_file() and (path.suffix != ".py" or path.name.startswith("_")):
            raise UsageError(f"{text}: not a snippet, which is a file *.py whose name does not start with _")
        found, problems = discover_each(root, root / path.relative_to(root.resolve()))
        if not found and not problems:
            raise UsageError(f"{text}: no snippet in it")
        chosen |= {snippet.path: snippet for snippet in found}
        refused |= dict.fromkeys(problems)
    return list(chosen.values()), list(refused)


def _audited(root: Path, paths: list[str]) -> list[Definition]:
    """The functions whose accuracy is measured, and recorded at or under one of the paths."""
    chosen = [Path(text).resolve() for text in paths or ["snippets"]]
    named = {path.parent.resolve(): text for text, path in zip(paths, chosen, strict=False) if path.name == AUDIT}
    found = []
    for name in folders_in(root / "snippets"):
        folder = root / "snippets" / name
        asked = named.pop(folder.resolve(), None)
        if asked or any((folder / AUDIT).resolve().is_relative_to(path) for path in chosen):
            if not asked and not (folder / definition.FILE).is_file():
                continue  # a build says so
            entry = definition.read(root, name)
            if any(api.audit for api in entry.apis):
                found.append(entry)
            elif asked:
                raise UsageError(f"{asked}: no name in {entry.path.as_posix()} says `audit: true`, so none is measured")
    for text in named.values():
        raise UsageError(f"{text}: belongs directly into the folder of a function, snippets/<function>/{AUDIT}")
    return found


@contextmanager
def _progress(total: int, done: Callable[[Verdict], None]) -> Iterator[Callable[[Verdict], None]]:
    """A progress bar on a terminal, nothing elsewhere."""
    if not sys.stdout.isatty():
        yield done
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
    with Progress(*columns, transient=True) as bar:
        task = bar.add_task("", total=total)

        def tell(verdict: Verdict) -> None:
            done(verdict)
            bar.update(task, advance=1, description=verdict.snippet.name)

        yield tell


def _translated(root: Path, options: argparse.Namespace) -> int:
    if options.unchanged and not options.path:
        raise UsageError("--unchanged needs a path: page, page:line, or folder")
    folders = [root / "docs" / language for language in translations.translations(root)]
    pages: dict[Path, set[int]] = {}
    whole: set[Path] = set()
    for text in options.path or map(str, folders):
        name, line = match.groups() if (match := re.fullmatch(r"(.+):(\d+)", text)) else (text, None)
        path = Path(os.path.abspath(root / name))
        if not any(path.is_relative_to(folder) for folder in folders):
            known = ", ".join(folder.relative_to(root).as_posix() for folder in folders) or "none"
            raise UsageError(f"{name}: not under the folder of a translation, of which there is {known}")
        found = [path] if path.is_file() and path.suffix == ".md" else sources_below(path, ".md")
        if not found or (line and not path.is_file()):
            raise UsageError(f"{name}: no such page; name a file *.md, or a folder that holds some")
        for page in found:
            pages.setdefault(page, set()).update([int(line)] if line else [])
            whole.update([] if line else [page])
    pages = {page: set() if page in whole else lines for page, lines in pages.items()}
    done, problems = translations.record(root, pages, options.unchanged)
    print("".join(f"{text}\n" for text in [*done, *problems]), end="")
    print(f"{len(pages)} page(s), {len(problems)} problem(s)")
    return FAILED if problems else OK


def _build(root: Path) -> int:
    from engine.assemble.site import Site

    with TellingRunner() as runner:
        problems = Site(root, runner).build()
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"fragments written to .cache/fragments: {len(problems)} problem(s)")
    return FAILED if problems else OK


def insist(dropped: sys.UnraisableHookArgs) -> None:
    """Interrupt again where Python drops KeyboardInterrupt: in a callback, as its imports have them.

    To be `sys.unraisablehook`.
    """
    if dropped.exc_type is KeyboardInterrupt and hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, signal.default_int_handler)
        signal.setitimer(signal.ITIMER_REAL, 0.1)  # after the callback
    else:
        sys.__unraisablehook__(dropped)


if __name__ == "__main__":
    sys.unraisablehook = insist
    progress.current = Progress(sys.stderr)
    sys.exit(main())
