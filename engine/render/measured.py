"""What `make bench` has found: ratios that were measured once, on one machine, with their day and their promise.

`docs/measured.yml` is written by the bench, not by a build: times differ from run to run. Only ratios within one run
are in it. The fragment `measured.md` is their table.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.base import yamlfile
from engine.sources.definition import TEXT

FILE = Path("docs/measured.yml")
FRAGMENT = "measured.md"

WORDS = {
    "en": ("Ratio", "Found", "Promised", "at most {}", "at least {}", "Measured on {day}, {machine}."),
    "zh": ("比值", "实测", "承诺", "至多 {}", "至少 {}", "测于 {day}，{machine}。"),
}

_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["day", "machine", "figures"],
    "additionalProperties": False,
    "properties": {
        "day": {"type": "string"},
        "machine": {"type": "string"},
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


def measured(root: Path, language: str) -> dict[str, str]:
    """The fragment, by its path; none if nothing was recorded. Raises SourceError for a file with other content."""
    if not (root / FILE).is_file():
        return {}
    data = yamlfile.load(root, root / FILE, _SCHEMA)
    what, found, promised, most, least, when = WORDS[language]
    rows = [f"| {what} | {found} | {promised} |", "|---|---|---|"]
    for figure in data["figures"]:
        bound = (least if figure["least"] else most).format(f"{figure['limit']:g}")
        holds = figure["found"] >= figure["limit"] if figure["least"] else figure["found"] <= figure["limit"]
        rows.append(f"| {figure['name'][language]} | {figure['found']:g} {'✓' if holds else '✗'} | {bound} |")
    table = "\n".join(rows)
    line = when.format(day=data["day"], machine=data["machine"])
    return {FRAGMENT: f'<div class="measured" markdown>\n\n{table}\n\n</div>\n\n{line}\n'}
