"""Enter in the ledger what snippets have printed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from engine.base.libraries import LIBRARIES
from engine.compare.numbers import compare
from engine.ledger import sections
from engine.ledger.entries import (
    NUMBER,
    Entry,
    Release,
    Run,
    distribution,
    key,
    lead,
    public,
    read,
    recorded,
    short_digest,
    source,
)
from engine.run.runner import Result
from engine.sources.snippets import Snippet, names

_HEAD = "# What the snippets printed with {title} {version}. Written by the engine, read by builds.\n"


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
    changed: set[str] = set()
    for function, ones in functions.items():
        before = read(root, function)
        books = {(release.library, release.version): dict(release.entries) for release in before}
        there = {f"{name}.py" for name in names(root, function)}
        for entries in books.values():
            for path in entries.keys() - there:
                del entries[path]
        for one in ones:
            _enter(books, one, versions, day, anew)
        after = [Release(function, *name, entries) for name, entries in books.items()]
        changed.update(release.path.as_posix() for release in after if _save(root, release))
    return sorted(changed)


def _enter(
    books: dict[tuple[str, str], dict[str, Entry]], one: Printed, versions: Mapping[str, str], day: str, anew: bool
) -> None:
    snippet, result = one.snippet, one.result
    library, path, text = lead(snippet), key(snippet), recorded(snippet)
    for (other, _), entries in books.items():
        if entry := entries.pop(path, None):
            words = _words(entry, one.before)
            if other == library and entry.source == source(snippet) and entry.output == short_digest(words):
                entries[path] = _stated(entry, words, text)
    version = public(versions.get(distribution(library), "")) if library else ""
    if not library or not re.fullmatch(NUMBER, version):
        return
    own = {name for top in snippet.libraries for name in LIBRARIES[top].distributions}
    run = Run(day, result.machine, {name: versions[name] for name in sorted(own & versions.keys())})
    error = None
    if result.problem:
        error = f"line {result.problem.line}: " * bool(result.problem.line) + result.problem.reason
    words = result.output if error is None else error
    entry = _stated(Entry(run, source(snippet), "", error=error), words, text)
    entries = books.setdefault((library, version), {})
    if anew or path not in entries or replace(entries[path], run=run) != entry:
        entries[path] = entry


def _words(entry: Entry, text: str) -> str:
    """What an entry's digest is of: its own words, or else the recorded text that it stands for."""
    return text if entry.words is None else entry.words


def _stated(entry: Entry, words: str, text: str) -> Entry:
    """An entry that said this, beside a snippet whose recorded output is `text`."""
    if entry.error is None and not compare(text, words):
        return replace(entry, output=short_digest(text), text=None)
    return replace(entry, output=short_digest(words), text=words if entry.error is None else None)


def _save(root: Path, release: Release) -> bool:
    """Write what a file says of one function. Returns whether that changed anything."""
    head = _HEAD.format(title=LIBRARIES[release.library].title, version=release.version)
    return sections.save(root, release.path, head, {release.function: "".join(_lines(release))})


def _lines(release: Release) -> Iterator[str]:
    """The YAML: one line for what is the same, and the text as it was printed for what is not."""
    entries = release.entries
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
            total = entry.whole(release.path, release.function, path)
            fields = [f'source: "{entry.source}"', f'output: "{entry.output}"', f'digest: "{total}"']
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
