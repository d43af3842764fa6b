"""Write the files that a build makes."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write(path: Path, text: str) -> bool:
    """Write a text file at once, and only if its text changes. Returns whether it did."""
    try:
        if path.read_text(encoding="utf-8") == text:
            return False
    except (FileNotFoundError, UnicodeDecodeError):
        path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, partial = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".partial")
    with open(descriptor, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    os.chmod(partial, 0o644)
    os.replace(partial, path)
    return True
