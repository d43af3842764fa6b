"""Write the files that a build makes."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Container
from pathlib import Path


def files_below(folder: Path) -> list[str]:
    """The paths of all files below a folder, sorted, without hidden ones and what Python compiles.

    As texts and by `os.walk`: with `pathlib` it takes several times as long, and every build does it for every folder.
    """
    found = []
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith((".", "__pycache__"))]
        found += [os.path.join(place, name) for name in files if not name.startswith(".")]
    return sorted(found)


def prune(folder: Path, keep: Container[str]) -> None:
    """Remove the files below a folder whose paths within it are not to be kept, and folders that this leaves empty."""
    for file in files_below(folder):
        if file[len(str(folder)) + 1 :].replace(os.sep, "/") not in keep:
            os.unlink(file)
    for place, _, _ in os.walk(folder, topdown=False):
        if not os.listdir(place) and place != str(folder):
            os.rmdir(place)


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
