"""Results of earlier work, each kept under a key of everything that it depends on."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from engine.files import write


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


def digest(*parts: Any) -> str:
    """One key for parts that JSON can hold."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


@cache
def code_digest(*modules: ModuleType) -> str:
    """Digest of the source of modules whose results are kept: a change of the code may change them."""
    return hashlib.sha256(b"\0".join(Path(str(module.__file__)).read_bytes() for module in modules)).hexdigest()
