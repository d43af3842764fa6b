"""`docs/coverage.yml`: what is said of the activations in the libraries that have no page.

Which modules are looked at, which activations have no page yet, and what else is in these modules, with the reason why
it is no activation. Names that have a page are not in it: they follow from `apis` in the definitions. How a module is
looked at:

- `whole`: every callable in it is to be decided. For modules where activations are at home.
- `unary`: every one that maps an array alone to an array of floats with as many axes. For modules of mathematics.
- `aliases`: what is called like an activation elsewhere, whatever its case and underscores. That goes for all modules.

`engine.names.coverage` compares it with the installed libraries.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import yaml

from engine.base.yamlfile import load
from engine.sources.definition import TEXT

FILE = Path("docs/coverage.yml")
#: The fragment that shows it.
FRAGMENT = "coverage.md"
WHOLE, UNARY, ALIASES = "whole", "unary", "aliases"

_NAMES = {"type": "array", "minItems": 1, "items": {"type": "string", "pattern": r"^\w+$"}}
_DOTTED = {"type": "array", "minItems": 1, "items": {"type": "string", "pattern": r"^[a-z_]+(\.\w+)+$"}}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["modules", "not_yet", "no_activation"],
    "properties": {
        "modules": {
            "description": "module -> how it is looked at",
            "type": "object",
            "additionalProperties": {"enum": [WHOLE, UNARY, ALIASES]},
        },
        "not_yet": {
            "description": "function without a page -> its names",
            "type": "object",
            "additionalProperties": _DOTTED,
        },
        "no_activation": {
            "description": "what else is in the modules, by the reason why it is no activation",
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["why", "names"],
                "properties": {
                    "why": TEXT,
                    "names": {"type": "object", "additionalProperties": _NAMES},
                },
            },
        },
    },
}


def read(root: Path) -> dict[str, Any]:
    """What the file says. Raises SourceError with file and line for a wrong key or value."""
    return load(root, root / FILE, SCHEMA)


def without(text: str, names: Collection[str]) -> str:
    """The text of the file without the entries of `not_yet` all of whose names are among these."""
    for key, value in reversed(_entries(text)):
        if {node.value for node in value.value} <= set(names):
            lines = text.split("\n")
            del lines[key.start_mark.line : value.end_mark.line + 1]
            text = "\n".join(lines)
    return text


def _entries(text: str) -> list[tuple[yaml.Node, yaml.Node]]:
    """The keys of `not_yet` with their lists, as they stand."""
    top = yaml.compose(text, Loader=yaml.SafeLoader)
    return [pair for key, part in top.value if key.value == "not_yet" for pair in part.value]
