"""The ledger: what each snippet printed with which release of its framework, and on which day that was recorded.

`ledger/<function>/<library>-<version>.yml` holds all that is known of one release: a list of runs, each with its day,
machine and versions, and under these an entry for each snippet. An entry holds digests of the source that was run and
of what it printed, and the text itself only where it is not the one recorded beside the snippet. So a file reads as
what is different with that release, and no entry outlives the source or the text that it speaks of unseen.

Commands write these files. A build reads them, and takes no date from anywhere else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from engine.base import yamlfile
from engine.base.errors import Problem, SourceError, gather
from engine.base.files import folders_in, sources_below, write
from engine.base.libraries import LIBRARIES
from engine.base.store import digest
from engine.compare.numbers import compare
from engine.compare.verdict import Verdict
from engine.run.runner import Result
from engine.sources.snippets import LEDGER, Snippet

#: A release's number, also in a file's name: pre-releases have no history.
NUMBER = r"\d+(?:\.\d+)*"

_HEAD = "# What the snippets of {function} printed with {title} {version}. Written by the engine, read by builds.\n"
_FILE = re.compile(rf"(.+)-({NUMBER})\.yml")
_DIGITS = {"type": "string", "pattern": "^[0-9a-f]{12}$"}
_LINE = {"type": "string", "minLength": 1}
SCHEMA = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["recorded", "machine", "versions", "snippets"],
        "properties": {
            "recorded": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"},
            "machine": _LINE,
            "versions": {"type": "object", "additionalProperties": _LINE},
            "snippets": {
                "type": "object",
                "minProperties": 1,
                "additionalProperties": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["source", "output"],
                    "properties": {
                        "source": _DIGITS,
                        "output": _DIGITS,
                        "text": {"type": "string"},
                        "error": _LINE,
                    },
                },
            },
        },
    },
}


@dataclass(frozen=True)
class Run:
    """Under which circumstances something was printed. day: in UTC; versions: by distribution."""

    day: str
    machine: str
    versions: Mapping[str, str]


@dataclass(frozen=True)
class Entry:
    """What one snippet printed with one release.

    source: digest of what was run; output: digest of what it printed, or of its error; text: what it printed, or None
    if that is what is recorded beside the snippet; error: why it failed, or None.
    """

    run: Run
    source: str
    output: str
    text: str | None = None
    error: str | None = None

    @property
    def said(self) -> str | None:
        """Its own words, text or error; None if it stands for the recorded text."""
        return self.text if self.error is None else self.error

    def same(self, recorded: str) -> bool:
        """Whether it printed what is recorded beside the snippet."""
        return self.error is None and (self.text is None or not compare(recorded, self.text))


@dataclass(frozen=True)
class Release:
    """The ledger of one function and release. library: its module; entries: by path within the function's folder."""

    function: str
    library: str
    version: str
    entries: Mapping[str, Entry]

    @property
    def path(self) -> Path:
        return Path(LEDGER, self.function, f"{distribution(self.library)}-{self.version}.yml")

    @property
    def number(self) -> tuple[int, ...]:
        """The version as something to sort by."""
        return number(self.version)


@dataclass(frozen=True)
class History:
    """What the ledger knows of one snippet.

    entries: by release, the newest first; now: the release that the build has run it with, None if that is no release;
    since: the oldest one from which on it printed the same up to there, None if the ledger does not tell.
    """

    snippet: Snippet
    library: str
    entries: tuple[tuple[Release, Entry], ...]
    now: str | None
    since: str | None

    def states(self) -> list[tuple[Release, Entry, str]]:
        """The entries, each with `same`, `other` or `error`, by what is recorded beside the snippet."""
        text = recorded(self.snippet)
        return [
            (release, entry, "same" if entry.same(text) else "other" if entry.error is None else "error")
            for release, entry in self.entries
        ]


def distribution(library: str) -> str:
    return LIBRARIES[library].distributions[0]


def number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def public(version: str) -> str:
    """A version without what one build of it adds: 2.13.0 of 2.13.0+cpu."""
    return version.partition("+")[0]


def lead(snippet: Snippet) -> str | None:
    """The library whose releases a snippet's history is told by: its framework, else the largest that it imports.

    One that computes with another counts as a part of that: Keras belongs to the releases of TensorFlow.
    """
    first = min(snippet.libraries, key=list(LIBRARIES).index, default=None)
    return first and (LIBRARIES[first].backend or first)


def key(snippet: Snippet) -> str:
    """Its path within the function's folder."""
    return Path(*snippet.path.parts[2:]).as_posix()


def source(snippet: Snippet) -> str:
    """Digest of a snippet and its local modules."""
    return _digest(snippet.source, snippet.modules)


def recorded(snippet: Snippet) -> str:
    """The output that is recorded beside a snippet; empty if there is none that can be read."""
    try:
        return snippet.recorded.read_text(encoding="utf-8")
    except (FileNotFoundError, UnicodeDecodeError):
        return ""


def _digest(*parts: Any) -> str:
    return digest(*parts)[:12]


# Reading


def read(root: Path, function: str | None = None) -> list[Release]:
    """The ledger of one function or of all, by function, library and release. Raises SourceError with every fault."""
    names = [function] if function else folders_in(root / LEDGER)
    files = [file for name in names for file in sources_below(root / LEDGER / name, "")]
    releases = gather(lambda file: _release(root, file), files)
    return sorted(releases, key=lambda release: (release.function, release.library, release.number))


def _release(root: Path, file: Path) -> Release:
    name = file.relative_to(root).as_posix()
    match = _FILE.fullmatch(file.name)
    if not match:
        raise SourceError([Problem(name, "not named after a release, as in torch-2.13.0.yml")])
    library = library_of(match[1])
    if isinstance(library, Problem):
        raise SourceError([replace(library, path=name)])
    entries: dict[str, Entry] = {}
    problems = []
    for index, data in enumerate(yamlfile.load(root, file, SCHEMA)):
        run = Run(data["recorded"], data["machine"], data["versions"])
        if public(run.versions.get(match[1], "")) != match[2]:
            line = yamlfile.line_of(root, file, [index, "versions"])
            reason = f"a run with {match[1]} {run.versions.get(match[1])} in the file of {match[2]}"
            problems.append(Problem(name, reason, line))
        for path, fields in data["snippets"].items():
            if path in entries:
                line = yamlfile.line_of(root, file, [index, "snippets", path])
                problems.append(Problem(name, f"two entries for {path}", line))
            entries[path] = Entry(run, **fields)
    if problems:
        raise SourceError(problems)
    return Release(file.parent.name, library, match[2], entries)


def library_of(name: str) -> str | Problem:
    """The module of a distribution that has a history, or what is wrong with that name."""
    for module, library in LIBRARIES.items():
        if library.distributions[0] == name:
            if library.backend:
                other = LIBRARIES[library.backend]
                return Problem(name, f"{library.title} runs on {other.title}, by whose releases its history is told")
            return module
    known = ", ".join(library.distributions[0] for library in LIBRARIES.values() if not library.backend)
    return Problem(name, f"no library of the project: {name}; it knows {known}")


# Checking


def problems(
    root: Path, releases: Sequence[Release], snippets: Sequence[Snippet], doubtful: Container[str] = ()
) -> list[Problem]:
    """What is wrong with the ledger of a function: entries that do not hold, and, if it has any, snippets without.

    doubtful: snippets, by name, whose record is wrong itself, so that nothing can be said of entries that stand for it.
    """
    found: list[Problem] = []
    entered: dict[tuple[str, str], list[tuple[Release, Entry]]] = {}
    for release in releases:
        for path, entry in release.entries.items():
            entered.setdefault((release.function, path), []).append((release, entry))

    def tell(release: Release, path: str, reason: str, mend: str) -> None:
        line = _line(root, release, path)
        detail = f"  enter anew what holds: python -m engine record {mend}"
        found.append(Problem(release.path.as_posix(), f"{path}: {reason}", line, detail))

    for snippet in snippets:
        entries = entered.pop((snippet.function, key(snippet)), [])
        if not entries and lead(snippet) and releases:
            found.append(Problem(snippet.name, f"no entry in {LEDGER}/: python -m engine record {snippet.name}"))
        if snippet.name in doubtful:
            continue
        now, out = source(snippet), _digest(recorded(snippet))
        for release, entry in entries:
            if reason := _fault(release, entry, snippet, now, out):
                tell(release, key(snippet), reason, snippet.name)
    for (function, path), entries in entered.items():
        for release, _ in entries:
            tell(release, path, "no such snippet", f"snippets/{function}")
    return sorted(found, key=lambda problem: (problem.path, problem.line or 0))


def _fault(release: Release, entry: Entry, snippet: Snippet, now: str, out: str) -> str:
    """What is wrong with an entry; empty if it holds. now, out: digests of the source and recorded output of today."""
    if lead(snippet) != release.library:
        return f"no snippet of {LIBRARIES[release.library].title}"
    if entry.source != now:
        return "printed by another source than that of today"
    if entry.output == (out if entry.said is None else _digest(entry.said)):
        return ""
    if entry.said is None:
        return f"said to have printed what {snippet.path.with_suffix('.out').name} held, which is another text today"
    return "its text does not fit its digest; nobody edits it"


def _said(entry: Entry, text: str) -> str:
    """What an entry's digest is of: its own words, or else the recorded text that it stands for."""
    return text if entry.said is None else entry.said


def _line(root: Path, release: Release, path: str) -> int:
    runs = yamlfile.load(root, root / release.path, SCHEMA)
    index = next(index for index, run in enumerate(runs) if path in run["snippets"])
    return yamlfile.line_of(root, release.path, [index, "snippets", path])


# What follows from it


def remember(releases: Iterable[Release], verdicts: Iterable[Verdict]) -> tuple[list[Verdict], list[History]]:
    """The verdicts, each told since when its snippet prints the same, and the histories of those that have one."""
    known: dict[tuple[str, str | None], list[Release]] = {}
    for release in sorted(releases, key=lambda release: release.number, reverse=True):
        known.setdefault((release.function, release.library), []).append(release)

    def newest(snippet: Snippet) -> Sequence[Release]:
        return known.get((snippet.function, lead(snippet)), ())

    told, histories = [], []
    for verdict in verdicts:
        if library := lead(verdict.snippet):
            history = _history(newest(verdict.snippet), verdict, library)
            histories.append(history)
            verdict = replace(verdict, since=(LIBRARIES[library].title, history.since) if history.since else None)
        told.append(verdict)
    return told, histories


def _history(newest: Sequence[Release], verdict: Verdict, library: str) -> History:
    snippet = verdict.snippet
    path = key(snippet)
    now = public(verdict.result.versions.get(LIBRARIES[library].title, ""))
    known = re.fullmatch(NUMBER, now)
    since = _since(newest, snippet, now) if known and not verdict.problem else None
    entries = tuple((release, release.entries[path]) for release in newest if path in release.entries)
    return History(snippet, library, entries, now if known else None, since)


def _since(newest: Sequence[Release], snippet: Snippet, now: str) -> str | None:
    """The oldest release up to `now` that printed what is recorded, with no other or unknown one between.

    None if that is `now` itself and nothing is known of an older one.
    """
    text, oldest, entry = recorded(snippet), None, None
    for release in newest:
        if release.number <= number(now):
            entry = release.entries.get(key(snippet))
            if not entry or not entry.same(text):
                break
            oldest = release.version
    differs = entry is not None and not entry.same(text)
    return oldest if differs or oldest != now else None


# Writing


@dataclass(frozen=True)
class Printed:
    """A snippet and what it printed now. before: what was recorded beside it until now."""

    snippet: Snippet
    result: Result
    before: str


def enter(root: Path, printed: Iterable[Printed], versions: Mapping[str, str], day: str, anew: bool) -> list[str]:
    """Enter what snippets printed with the libraries of one environment. Returns the files that changed.

    versions: of that environment, by distribution. anew: replace an entry even if it says the same. Entries of other
    releases are kept right: what was the same as an output that is recorded no more gets its text, and what speaks of
    another source, or of a snippet that is gone, goes.
    """
    functions: dict[str, list[Printed]] = {}
    for one in printed:
        functions.setdefault(one.snippet.function, []).append(one)
    changed: list[str] = []
    for function, ones in functions.items():
        before = read(root, function)
        books = {(release.library, release.version): dict(release.entries) for release in before}
        for entries in books.values():
            for path in [path for path in entries if not (root / "snippets" / function / path).is_file()]:
                del entries[path]
        for one in ones:
            _enter(books, one, versions, day, anew)
        after = [Release(function, *name, entries) for name, entries in books.items()]
        changed += [release.path.as_posix() for release in after if _save(root, release)]
    return sorted(changed)


def _enter(
    books: dict[tuple[str, str], dict[str, Entry]], one: Printed, versions: Mapping[str, str], day: str, anew: bool
) -> None:
    snippet, result = one.snippet, one.result
    library, path, text = lead(snippet), key(snippet), recorded(snippet)
    for (other, _), entries in books.items():
        if entry := entries.pop(path, None):
            said = _said(entry, one.before)
            if other == library and entry.source == source(snippet) and entry.output == _digest(said):
                entries[path] = _stated(entry, said, text)
    version = public(versions.get(distribution(library), "")) if library else ""
    if not library or not re.fullmatch(NUMBER, version):
        return
    own = {name for top in snippet.libraries for name in LIBRARIES[top].distributions}
    run = Run(day, result.machine, {name: versions[name] for name in sorted(own & versions.keys())})
    error = None
    if result.problem:
        error = f"line {result.problem.line}: " * bool(result.problem.line) + result.problem.reason
    said = result.output if error is None else error
    entry = _stated(Entry(run, source(snippet), "", error=error), said, text)
    entries = books.setdefault((library, version), {})
    if anew or path not in entries or replace(entries[path], run=run) != entry:
        entries[path] = entry


def _stated(entry: Entry, said: str, text: str) -> Entry:
    """An entry that said this, beside a snippet whose recorded output is `text`."""
    if entry.error is None and not compare(text, said):
        return replace(entry, output=_digest(text), text=None)
    return replace(entry, output=_digest(said), text=said if entry.error is None else None)


def _save(root: Path, release: Release) -> bool:
    """Write a file, or remove it if nothing is left to say. Returns whether that changed anything."""
    file = root / release.path
    if not release.entries:
        existed = file.is_file()
        file.unlink(missing_ok=True)
        return existed
    title = LIBRARIES[release.library].title
    head = _HEAD.format(function=release.function, title=title, version=release.version)
    return write(file, head + "".join(_lines(release.entries)))


def _lines(entries: Mapping[str, Entry]) -> Iterator[str]:
    """The YAML: one line for what is the same, and the text as it was printed for what is not."""
    runs: dict[str, list[str]] = {}
    for path in sorted(entries):
        run = entries[path].run
        versions = ", ".join(f"{name}: {_quoted(run.versions[name])}" for name in run.versions)
        head = f'- recorded: "{run.day}"\n  machine: {_quoted(run.machine)}\n  versions: {{{versions}}}\n  snippets:\n'
        runs.setdefault(head, []).append(path)
    for head in sorted(runs):
        yield head
        for path in runs[head]:
            entry = entries[path]
            fields = [f'source: "{entry.source}"', f'output: "{entry.output}"']
            if entry.text is not None:
                fields.append(f"text: {_block(entry.text)}")
                yield f"    {path}:\n" + "".join(f"      {field}\n" for field in fields)
            else:
                fields += [] if entry.error is None else [f"error: {_quoted(entry.error)}"]
                yield f"    {path}: {{{', '.join(fields)}}}\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _block(text: str) -> str:
    """A text as a literal block of YAML, whatever it begins and ends with."""
    if not text.strip():
        return _quoted(text)
    lines = text.removesuffix("\n").split("\n")
    chomp = "+" if text.endswith("\n") else "-"
    return "\n".join([f"|2{chomp}", *(f"        {line}" * bool(line) for line in lines)])
