"""The files of a folder: which of them are sources, what they say, and how a build writes its own."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Container
from fnmatch import translate
from pathlib import Path

from engine.base.errors import Problem, SourceError

#: The engine's own folder, with the data of its rooms: schemas, styles, templates, and KaTeX.
ENGINE = Path(__file__).parents[1]

#: What systems, editors and merges leave beside the files that somebody wrote, and what Python compiles.
_LEFT_BEHIND = re.compile(
    "|".join(
        map(
            translate,
            [
                *(".*", "__pycache__", "*~", "~$*", "#*#", "*.bak", "*.orig", "*.rej", "*.swp", "*.tmp", "*.partial"),
                *("Thumbs.db", "desktop.ini", "Icon\r", "__MACOSX", "$RECYCLE.BIN"),
            ],
        )
    )
)


def is_source(name: str) -> bool:
    """Whether a file or folder of this name is somebody's work: not hidden, no backup, nothing that a system put there.

    As `.#index.md`, `._index.md`, `index.md~`, `.ipynb_checkpoints` and `Thumbs.db` are not.
    """
    return not _LEFT_BEHIND.match(name)


def files_below(folder: Path) -> list[str]:
    """The paths of all sources below a folder, sorted; none if there is no such folder.

    As texts and by `os.walk`: with `pathlib` it takes several times as long, and every build does it for every folder.
    """
    paths = []
    for place, folders, files in os.walk(folder):
        folders[:] = filter(is_source, folders)
        paths += [os.path.join(place, name) for name in files if is_source(name)]
    return sorted(paths)


def sources_below(folder: Path, ending: str) -> list[Path]:
    """The sources below a folder whose names have an ending, such as `.md`: a folder before the file of its name."""
    return sorted(Path(file) for file in files_below(folder) if file.endswith(ending))


def folders_in(folder: Path) -> list[str]:
    """The names of the folders in a folder that hold somebody's work, sorted; none if there is no such folder."""
    try:
        return sorted(entry.name for entry in os.scandir(folder) if entry.is_dir() and is_source(entry.name))
    except FileNotFoundError:
        return []


def read_source(root: Path, file: Path) -> str:
    """The text of a source in the project's folder `root`, with its line ends made alike.

    Raises SourceError with the line where it is not UTF-8, and where nothing else would read it: with a byte order
    mark, which belongs to no text and hides what the first line begins with.
    """
    path = root / file
    name = path.relative_to(root).as_posix()
    try:
        data = path.read_bytes()
        text = data.decode()
    except OSError as error:
        reason = f"cannot be read: {error.strerror}"
        if path.is_symlink():
            reason += f"; it is a link to {os.readlink(path)}"
        raise SourceError([Problem(name, reason)]) from None
    except UnicodeDecodeError as error:
        reason = f"not UTF-8 (byte 0x{data[error.start]:02x}); save it as UTF-8"
        raise SourceError([Problem(name, reason, data.count(b"\n", 0, error.start) + 1)]) from None
    if text.startswith("\N{ZERO WIDTH NO-BREAK SPACE}"):
        raise SourceError([Problem(name, "begins with a byte order mark; save it as UTF-8 without one", 1)])
    return text.replace("\r\n", "\n").replace("\r", "\n")


def prune(folder: Path, keep: Container[str]) -> None:
    """Remove the files below a folder whose paths within it are not to be kept, and folders that this leaves empty."""
    for place, _, files in os.walk(folder, topdown=False):
        for file in files:
            path = os.path.join(place, file)
            if path[len(str(folder)) + 1 :].replace(os.sep, "/") not in keep:
                os.unlink(path)
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
