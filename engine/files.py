"""Write the files that a build makes."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write(path: Path, content: str | bytes) -> bool:
    """Write a file at once, text as UTF-8, and only if its content changes. Returns whether it did."""
    data = content.encode() if isinstance(content, str) else content
    try:
        if path.read_bytes() == data:
            return False
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, partial = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".partial")
    with open(descriptor, "wb") as file:
        file.write(data)
    os.chmod(partial, 0o644)
    os.replace(partial, path)
    return True
