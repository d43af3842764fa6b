"""What follows from the ledger: since when each snippet prints what it prints."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from engine.base.libraries import LIBRARIES
from engine.compare.verdict import Verdict
from engine.ledger.entries import NUMBER, Entry, Release, key, lead, number, public, recorded
from engine.sources.snippets import Snippet


@dataclass(frozen=True)
class History:
    """What the ledger knows of one snippet.

    entries: by release, the newest first; now: the release that the build has run it with, None if that is no release;
    since: the oldest one from which on it printed the same up to there, None if the ledger does not tell; differs:
    whether the one before it is known to have printed something else, so that this is where the output began.
    """

    snippet: Snippet
    library: str
    entries: tuple[tuple[Release, Entry], ...]
    now: str | None
    since: str | None
    differs: bool

    def states(self) -> list[tuple[Release, Entry, str]]:
        """The entries, each with `same`, `other` or `error`, by what is recorded beside the snippet."""
        text = recorded(self.snippet)
        return [
            (release, entry, "same" if entry.same(text) else "other" if entry.error is None else "error")
            for release, entry in self.entries
        ]


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
            since = (LIBRARIES[library].title, history.since, history.differs) if history.since else None
            verdict = replace(verdict, since=since)
        told.append(verdict)
    return told, histories


def _history(newest: Sequence[Release], verdict: Verdict, library: str) -> History:
    snippet = verdict.snippet
    path = key(snippet)
    now = public(verdict.result.versions.get(LIBRARIES[library].title, ""))
    known = re.fullmatch(NUMBER, now)
    since, differs = _since(newest, snippet, now) if known and not verdict.problem else (None, False)
    entries = tuple((release, release.entries[path]) for release in newest if path in release.entries)
    return History(snippet, library, entries, now if known else None, since, differs)


def _since(newest: Sequence[Release], snippet: Snippet, now: str) -> tuple[str | None, bool]:
    """The oldest release up to `now` that printed what is recorded, with no other or unknown one between.

    None if that is `now` itself and nothing is known of an older one. And whether an older one printed something else.
    """
    text, oldest, entry = recorded(snippet), None, None
    for release in newest:
        if release.number <= number(now):
            entry = release.entries.get(key(snippet))
            if not entry or not entry.same(text):
                break
            oldest = release.version
    differs = entry is not None and not entry.same(text)
    return (oldest, differs) if oldest and (differs or oldest != now) else (None, False)
