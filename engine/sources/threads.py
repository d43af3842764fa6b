"""`threads.yml`: what people have reported upstream, each with a snippet that shows whether it is still so."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.base.yamlfile import load
from engine.sources.definition import TEXT

SCHEMA = {
    "type": "object",
    "additionalProperties": {
        "type": "object",
        "additionalProperties": False,
        "required": ["url", "label", "text"],
        "properties": {
            "url": {"type": "string", "pattern": "^https://"},
            "label": {"type": "string", "minLength": 1},
            "text": TEXT,
        },
    },
}


@dataclass(frozen=True)
class Thread:
    """A report. url: where it stands; label: how it is called; text: what it says, by language."""

    url: str
    label: str
    text: dict[str, str]


def read(root: Path, function: str) -> dict[str, Thread]:
    """The threads of a function by the name of their snippet; none if it has no such file. Raises SourceError."""
    path = root / "snippets" / function / "threads.yml"
    if not path.is_file():
        return {}
    return {name: Thread(**data) for name, data in load(root, path, SCHEMA).items()}
