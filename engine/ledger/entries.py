"""The ledger: what each snippet printed with which release of its framework, and on which day that was recorded.

`ledger/<library>-<version>.yml` holds all that is known of one release: for each function a list of runs, each with its
day, machine and versions, and under these an entry for each snippet. An entry holds digests of the source that was run
and of what it printed, and the text itself only where it is not the one recorded beside the snippet. So a file reads as
what is different with that release, and no entry outlives the source or the text that it speaks of unseen. The digest
of a source is that of its syntax: comments, docstrings and layout print nothing. A last digest is of all that the entry
says, with release, day, machine and versions: it shows a slip of the hand, and proves nothing to those who do not trust
whoever wrote the file.

Commands write these files (`engine.ledger.recording`). A build reads them, and takes no date from anywhere else.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from engine.base import yamlfile
from engine.base.code import meaning_digest
from engine.base.errors import Problem, SourceError, gather
from engine.base.libraries import LIBRARIES
from engine.base.store import digest
from engine.compare.numbers import compare
from engine.ledger import sections
from engine.ledger.sections import Section
from engine.sources.snippets import LEDGER, Snippet

#: A release's number, also in a file's name: pre-releases have no history.
NUMBER = r"\d+(?:\.\d+)*"

_FILE = re.compile(rf"(.+)-({NUMBER})\.yml")
_Digits = Annotated[str, Meta(pattern="^[0-9a-f]{12}$")]
_Line = Annotated[str, Meta(min_length=1)]


class _Entry(Struct, forbid_unknown_fields=True):
    source: _Digits
    output: _Digits
    digest: _Digits
    text: str | UnsetType = UNSET
    error: _Line | UnsetType = UNSET


class _Run(Struct, forbid_unknown_fields=True):
    recorded: Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\d$")]
    machine: _Line
    versions: dict[str, _Line]
    snippets: Annotated[dict[str, _Entry], Meta(min_length=1)]


#: Of a section.
SCHEMA = msgspec.json.schema(Annotated[list[_Run], Meta(min_length=1)])


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
    if that is what is recorded beside the snippet; error: why it failed, or None; digest: of all this, as the file has
    it.
    """

    run: Run
    source: str
    output: str
    text: str | None = None
    error: str | None = None
    digest: str = field(default="", compare=False)

    @property
    def words(self) -> str | None:
        """Its own words, text or error; None if it stands for the recorded text."""
        return self.text if self.error is None else self.error

    def whole(self, file: Path, function: str, path: str) -> str:
        """Digest of all that it says, and of what: the release's file, the function, and the snippet's path there."""
        run = (self.run.day, self.run.machine, dict(self.run.versions))
        return short_digest(file.name, function, path, run, self.source, self.output, self.text, self.error)

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
        """The file that it stands in, within the project."""
        return Path(LEDGER, f"{distribution(self.library)}-{self.version}.yml")

    @property
    def number(self) -> tuple[int, ...]:
        """The version as something to sort by."""
        return number(self.version)


def distribution(library: str) -> str:
    """The package that a library is installed as."""
    return LIBRARIES[library].distributions[0]


def number(version: str) -> tuple[int, ...]:
    """A version as something to sort by."""
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
    """Digest of a snippet and its local modules: of what they do, see `engine.base.code`."""
    modules = [(name, meaning_digest(text)) for name, text in snippet.modules]
    return short_digest(meaning_digest(snippet.source), modules)


def recorded(snippet: Snippet) -> str:
    """The output that is recorded beside a snippet; empty if there is none that can be read."""
    try:
        return snippet.recorded.read_text(encoding="utf-8")
    except (FileNotFoundError, UnicodeDecodeError):
        return ""


def short_digest(*parts: Any) -> str:
    """Of a source or of a text, as an entry holds it."""
    return digest(*parts)[:12]


def read(root: Path, function: str | None = None) -> list[Release]:
    """The ledger of one function or of all, by function, library and release. Raises SourceError with every fault."""
    return parse([section for section in sections.read(root) if function in (None, section.function)])


def parse(texts: Iterable[Section]) -> list[Release]:
    """What sections say, by function, library and release. Raises SourceError with every fault."""
    releases = gather(_release, texts)
    return sorted(releases, key=lambda release: (release.function, release.library, release.number))


@lru_cache(maxsize=256)
def _release(section: Section) -> Release:
    name = section.path.as_posix()
    match = _FILE.fullmatch(section.path.name)
    if not match:
        raise SourceError([Problem(name, "not named after a release, as in torch-2.13.0.yml")])
    library = library_of(match[1])
    if isinstance(library, Problem):
        raise SourceError([replace(library, path=name)])
    entries: dict[str, Entry] = {}
    problems = []
    for index, data in enumerate(yamlfile.check(name, section.text, SCHEMA, section.line)):
        run = Run(data["recorded"], data["machine"], data["versions"])
        if public(run.versions.get(match[1], "")) != match[2]:
            line = yamlfile.line_in(section.text, [index, "versions"], section.line)
            reason = f"a run with {match[1]} {run.versions.get(match[1])} in the file of {match[2]}"
            problems.append(Problem(name, reason, line))
        for path, fields in data["snippets"].items():
            if path in entries:
                line = yamlfile.line_in(section.text, [index, "snippets", path], section.line)
                problems.append(Problem(name, f"two entries for {path}", line))
            entries[path] = Entry(run, **fields)
    if problems:
        raise SourceError(problems)
    return Release(section.function, library, match[2], entries)


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


def problems(
    root: Path, releases: Sequence[Release], snippets: Sequence[Snippet], doubtful: Container[str] = ()
) -> list[Problem]:
    """What is wrong with the ledger of a function: entries that do not hold, and, if it has any, snippets without.

    doubtful: snippets, by name, whose record is wrong itself, so that nothing can be said of entries that stand for it.
    """
    faults: list[Problem] = []
    entered: dict[tuple[str, str], list[tuple[Release, Entry]]] = {}
    for release in releases:
        for path, entry in release.entries.items():
            entered.setdefault((release.function, path), []).append((release, entry))

    def tell(release: Release, path: str, reason: str, mend: str) -> None:
        line = _line(root, release, path)
        detail = f"  enter anew what holds: python -m engine record {mend}"
        faults.append(Problem(release.path.as_posix(), f"{path}: {reason}", line, detail))

    for snippet in snippets:
        entries = entered.pop((snippet.function, key(snippet)), [])
        if not entries and lead(snippet) and releases:
            faults.append(Problem(snippet.name, f"no entry in {LEDGER}/: python -m engine record {snippet.name}"))
        if snippet.name in doubtful:
            continue
        now, out = source(snippet), short_digest(recorded(snippet))
        for release, entry in entries:
            if reason := _fault(release, entry, snippet, now, out):
                tell(release, key(snippet), reason, snippet.name)
    for (function, path), entries in entered.items():
        for release, _ in entries:
            tell(release, path, "no such snippet", f"snippets/{function}")
    return sorted(faults, key=lambda problem: (problem.path, problem.line or 0))


def _fault(release: Release, entry: Entry, snippet: Snippet, now: str, out: str) -> str:
    """What is wrong with an entry; empty if it holds. now, out: digests of the source and recorded output of today."""
    if lead(snippet) != release.library:
        return f"no snippet of {LIBRARIES[release.library].title}"
    if entry.source != now:
        return "printed by another source than that of today"
    if entry.output == (out if entry.words is None else short_digest(entry.words)):
        fits = entry.digest == entry.whole(release.path, release.function, key(snippet))
        return "" if fits else "the entry does not fit its digest; nobody edits it"
    if entry.words is None:
        return f"said to have printed what {snippet.path.with_suffix('.out').name} held, which is another text today"
    return "its text does not fit its digest; nobody edits it"


def _line(root: Path, release: Release, path: str) -> int:
    """Where an entry stands."""
    (section,) = (one for one in sections.read(root) if (one.path, one.function) == (release.path, release.function))
    runs = yamlfile.check(release.path.as_posix(), section.text, SCHEMA, section.line)
    index = next(index for index, run in enumerate(runs) if path in run["snippets"])
    return yamlfile.line_in(section.text, [index, "snippets", path], section.line)
