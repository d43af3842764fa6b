"""Functions that go by one name: each variant says in its definition of which function it is one.

Their pages name each other, and what a library's name computes by default may be one where the page is about another.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from engine.base.files import folders_in, read_source
from engine.sources.definition import FILE

#: The key, without the rest of the file, which a build with nothing changed need not read.
_KEY = re.compile(r"^variant: *[\"']?(\w+)", re.MULTILINE)


def relatives(root: Path) -> Mapping[str, tuple[str, ...]]:
    """The other functions of the same name, sorted, by function; only of those that have any."""
    files = {name: root / "snippets" / name / FILE for name in folders_in(root / "snippets")}
    found = {name: _KEY.search(read_source(root, file)) for name, file in files.items() if file.is_file()}
    first = {name: match[1] if match else name for name, match in found.items()}
    families: dict[str, list[str]] = {}
    for name in sorted(first):
        families.setdefault(first[name], []).append(name)
    return {
        name: tuple(other for other in group if other != name)
        for group in families.values()
        if len(group) > 1
        for name in group
    }
