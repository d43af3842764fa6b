"""What `make bench` has found: ratios that were measured once, on one machine, with their day and their promise.

`docs/measured.yml` is written by the bench, not by a build: times differ from run to run. Only ratios within one run
are in it. The fragment `measured.md` is their table.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.base import yamlfile
from engine.base.errors import Problem, SourceError
from engine.base.store import digest
from engine.sources.definition import TEXT

FILE = Path("docs/measured.yml")
FRAGMENT = "measured.md"

WORDS = {
    "en": ("Ratio", "Found", "Promised", "at most {}", "at least {}", "Measured on {day}, {machine}."),
    "zh": ("比值", "实测", "承诺", "至多 {}", "至少 {}", "测于 {day}，{machine}。"),
}

_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["day", "machine", "figures", "digest"],
    "additionalProperties": False,
    "properties": {
        "day": {"type": "string"},
        "machine": {"type": "string"},
        "digest": {"type": "string"},
        "figures": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "found", "limit", "least"],
                "additionalProperties": False,
                "properties": {
                    "name": TEXT,
                    "found": {"type": "number"},
                    "limit": {"type": "number"},
                    "least": {"type": "boolean"},
                },
            },
        },
    },
}


def whole(data: Mapping[str, Any]) -> str:
    """Digest of all that the file says: it shows a slip of the hand, and proves nothing of who wrote it."""
    return digest({key: value for key, value in data.items() if key != "digest"})[:12]


def measured(root: Path, language: str) -> dict[str, str]:
    """The fragment, by its path; none if nothing was recorded. Raises SourceError for a file with other content."""
    if not (root / FILE).is_file():
        return {}
    data = yamlfile.load(root, root / FILE, _SCHEMA)
    if data["digest"] != whole(data):
        line = yamlfile.line_of(root, root / FILE, ["digest"])
        raise SourceError(
            [Problem(FILE.as_posix(), "does not fit its digest; `make bench` writes it, nobody else", line)]
        )
    what, found, promised, most, least, when = WORDS[language]
    rows = [f"| {what} | {found} | {promised} |", "|---|---|---|"]
    for figure in data["figures"]:
        bound = (least if figure["least"] else most).format(f"{figure['limit']:g}")
        holds = figure["found"] >= figure["limit"] if figure["least"] else figure["found"] <= figure["limit"]
        rows.append(f"| {figure['name'][language]} | {figure['found']:g} {'✓' if holds else '✗'} | {bound} |")
    table = "\n".join(rows)
    line = when.format(day=data["day"], machine=data["machine"])
    return {FRAGMENT: f'<div class="measured" markdown>\n\n{table}\n\n</div>\n\n{line}\n'}
