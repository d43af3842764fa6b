"""What pages show of the ledger: the releases with which each snippet prints the same, and what changed elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from engine.base.libraries import LIBRARIES, TABS
from engine.compare.numbers import compare
from engine.ledger.entries import Entry, Release, distribution, key, number, recorded
from engine.ledger.history import History
from engine.render.snippets import fence

#: The fragment's path within the function's folder.
VERSIONS = "versions.md"

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "snippet": "code",
        "same": "same with",
        "other": "other with",
        "recorded": "recorded",
        "none": "–",
        "now": "The pages show the output of {title} {version}.",
        "changes": "What differs, with `-` for the older release and `+` for the newer:",
        "fails": "Fails with {versions}:",
        "runs": "Recorded with:",
        "list": ", ",
        "colon": ": ",
    },
    "zh": {
        "snippet": "代码",
        "same": "相同的版本",
        "other": "不同的版本",
        "recorded": "记录日期",
        "none": "–",
        "now": "各页面显示的是 {title} {version} 的输出。",
        "changes": "不同之处如下，`-` 为较旧版本的输出，`+` 为较新版本的输出：",
        "fails": "在 {versions} 中报错：",
        "runs": "记录时的环境：",
        "list": "、",
        "colon": "：",
    },
}


def versions_fragment(histories: Iterable[History], language: str, level: int = 2) -> str:
    """A table for each library, then what differs; empty if nothing is known. level: of the libraries' headings."""
    known = [history for history in histories if history.entries]
    libraries = sorted({history.library for history in known}, key=[*TABS.values(), *LIBRARIES].index)
    return "\n".join(
        _library([one for one in known if one.library == library], language, level) for library in libraries
    )


def _library(histories: Sequence[History], language: str, level: int) -> str:
    words = WORDS[language]
    title = LIBRARIES[histories[0].library].title
    by_version = {release.version: release for history in histories for release, _ in history.entries}
    releases = sorted(by_version.values(), key=lambda release: release.number)
    heads = [words[name] for name in ("snippet", "same", "other", "recorded")]
    rows = [heads, ["---"] * len(heads), *(_row(history, releases, words) for history in histories)]
    parts = [_heading(level, title, distribution(histories[0].library))]
    if now := histories[0].now:
        parts.append(words["now"].format(title=title, version=now) + "\n")
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    parts.append(f'<div class="ledger" markdown>\n\n{table}\n\n</div>\n')
    parts.append(words["runs"] + "\n\n" + "".join(f"- {line}\n" for line in _runs(reversed(releases), words)))
    changes = [text for history in histories for text in _changes(history, words, level + 1)]
    return "\n".join([*parts, *([words["changes"] + "\n"] if changes else []), *changes])


def _row(history: History, releases: Iterable[Release], words: Mapping[str, str]) -> list[str]:
    """A snippet, the releases with the same output and those with another or with an error, and the day of its own."""
    states = {release.version: (entry, state) for release, entry, state in history.states()}
    same = _ranges(release.version if states.get(release.version, (0, ""))[1] == "same" else "" for release in releases)
    other = [version for version, (_, state) in reversed(states.items()) if state != "same"]
    return [
        f"`{key(history.snippet)}`",
        words["list"].join(same) or words["none"],
        f"[{words['list'].join(other)}](#{_anchor(history)})" if other else words["none"],
        states[history.now][0].run.day if history.now in states else words["none"],
    ]


def _ranges(versions: Iterable[str]) -> list[str]:
    """The first and last of each run of texts that are not empty."""
    runs = [list(run) for there, run in groupby(versions, bool) if there]
    return [run[0] if len(run) == 1 else f"{run[0]} – {run[-1]}" for run in runs]


def _runs(releases: Iterable[Release], words: Mapping[str, str]) -> list[str]:
    """A line for each release: everything it was recorded with, the day and the machine."""
    lines = []
    for release in releases:
        versions: dict[str, str] = {}
        for entry in release.entries.values():
            versions |= entry.run.versions
        own = versions.pop(distribution(release.library))
        others = words["list"].join(f"{name} {versions[name]}" for name in sorted(versions))
        when = sorted({f"{entry.run.machine} · {entry.run.day}" for entry in release.entries.values()})
        lines.append(f"{own}{words['colon']}{' · '.join([*([others] if others else []), *when])}")
    return lines


def _changes(history: History, words: Mapping[str, str], level: int) -> list[str]:
    """What other releases print, once for those that print the same, the newest first."""
    text = recorded(history.snippet)
    groups: list[tuple[Entry, bool, list[Release]]] = []
    for release, entry, state in history.states():
        if state == "same":
            continue
        older = not history.now or release.number < number(history.now)
        for first, before, releases in groups:
            if before == older and first.error == entry.error and not compare(first.text or "", entry.text or ""):
                releases.append(release)
                break
        else:
            groups.append((entry, older, [release]))
    parts = [_heading(level, f"`{key(history.snippet)}`", _anchor(history))] if groups else []
    for entry, older, releases in groups:
        there, here = words["list"].join(release.version for release in releases), history.now or words["none"]
        if entry.error is not None:
            parts.append(f"{words['fails'].format(versions=there)}\n\n{fence(entry.error, 'text', '.no-copy')}")
            continue
        printed = entry.text or ""
        differences = compare(printed, text) if older else compare(text, printed)
        title = f"- {there} + {here}" if older else f"- {here} + {there}"
        parts.append(fence("\n".join(map(str, differences)), "text", f'.no-copy title="{title}"'))
    return parts


def _heading(level: int, title: str, anchor: str) -> str:
    """A heading of what no search is for: it would find a library's name here before what is said about it."""
    return f'{"#" * level} {title} {{ #{anchor} data-search-exclude="true" }}\n'


def _anchor(history: History) -> str:
    return key(history.snippet).removesuffix(".py").replace("/", "-").replace("_", "-")
