"""Results of earlier work, each kept under a key of everything that it depends on."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from engine.base.files import files_below, write


class Store:
    """A folder with one JSON file per key."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get(self, key: str) -> Any:
        """What is kept under a key, or None."""
        try:
            return json.loads((self.folder / f"{key}.json").read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            return None

    def put(self, key: str, data: Any) -> None:
        """Keep what JSON can hold. A reader of the folder never sees half of a file."""
        write(self.folder / f"{key}.json", json.dumps(data))

    def keep(self, keys: Iterable[str]) -> None:
        """Remove what is kept under any other key."""
        wanted = {f"{key}.json" for key in keys}
        for file in list(self.folder.glob("*.json")):
            if file.name not in wanted:
                file.unlink(missing_ok=True)


def digest(*parts: Any) -> str:
    """One key for parts that JSON can hold."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def folder_digest(folder: Path) -> str:
    """Digest of all files below a folder, with their paths."""
    found = hashlib.sha256()
    for path in files_below(folder):
        with open(path, "rb") as file:
            content = file.read()
        name = path[len(str(folder)) :].replace(os.sep, "/")
        found.update(f"{name}\0{len(content)}\0".encode() + content)
    return found.hexdigest()
