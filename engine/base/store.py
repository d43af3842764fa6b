"""Results of earlier work, each kept under a key of everything that it depends on."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from engine.base.files import files_below, write

Kept, Item = TypeVar("Kept"), TypeVar("Item")


class Store:
    """A folder with one file per key, in MessagePack: unlike JSON it has nan, infinities and bytes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get(self, key: str, type: type[Kept]) -> Kept | None:
        """What is kept under a key, or None; also where what is kept is none of that type."""
        try:
            return msgspec.msgpack.decode((self.folder / key).read_bytes(), type=type)
        except (FileNotFoundError, msgspec.DecodeError):
            return None

    def put(self, key: str, value: object) -> None:
        """Keep plain data, dataclasses and Structs. A reader of the folder never sees half of a file."""
        write(self.folder / key, msgspec.msgpack.encode(value))

    def made(self, key: str, type: type[Kept], make: Callable[[], Kept]) -> Kept:
        """What is kept under a key; if there is nothing, what is made now and then kept."""
        if (value := self.get(key, type)) is None:
            self.put(key, value := make())
        return value

    def all(
        self,
        asked: Mapping[str, Item],
        type: type[Kept],
        make: Callable[[list[Item]], Iterable[Kept]],
        holds: Callable[[Kept], bool],
    ) -> dict[str, Kept]:
        """What is kept under each key, or made of its item. All is made at once, and what holds of it is kept."""
        known = {key: value for key in asked if (value := self.get(key, type)) is not None}
        missing = [key for key in asked if key not in known]
        for key, value in zip(missing, make([asked[key] for key in missing]), strict=True):
            known[key] = value
            if holds(value):
                self.put(key, value)
        return known

    def keep(self, keys: Iterable[str]) -> None:
        """Remove what is kept under any other key."""
        wanted = set(keys)
        for name in os.listdir(self.folder) if self.folder.is_dir() else ():
            if name not in wanted:
                (self.folder / name).unlink(missing_ok=True)


def project_store(root: Path, name: str) -> Store:
    """The project's results of one kind."""
    return Store(root / ".cache" / name)


def digest(*parts: Any) -> str:
    """One key for parts that JSON can hold, dataclasses and Structs."""
    text = json.dumps(parts, sort_keys=True, default=msgspec.to_builtins)
    return hashlib.sha256(text.encode()).hexdigest()


def folder_digest(folder: Path) -> str:
    """Digest of all files below a folder, with their paths."""
    total = hashlib.sha256()
    for path in files_below(folder):
        with open(path, "rb") as file:
            content = file.read()
        name = path[len(str(folder)) :].replace(os.sep, "/")
        total.update(f"{name}\0{len(content)}\0".encode() + content)
    return total.hexdigest()
