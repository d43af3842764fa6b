"""Anybody's implementation of a function: how it is named, and how it comes from there.

It is named as `path/to/file.py:name` or `module:name`. Loaded in a process that measures, it is called like a public
name of a library: by the expression of `call`, as one of this module.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import sys
from collections.abc import Callable
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

#: The name by which processes that measure find `load`.
LOAD = "engine.accuracy.target.load"


class TargetError(Exception):
    """Why an implementation cannot be measured, for whoever wrote it."""


def call(text: str) -> str:
    """The expression that applies an implementation to an array `x`."""
    return f"{LOAD}({text!r})(x)"


def split(text: str) -> tuple[str, str]:
    """The file or module of an implementation, and its name there. Raises TargetError."""
    place, _, name = text.rpartition(":")
    if not place or not all(part.isidentifier() for part in name.split(".")):
        raise TargetError(f"{text}: name an implementation as path/to/file.py:name, or as module:name")
    if not _is_file(place) and not all(part.isidentifier() for part in place.split(".")):
        raise TargetError(f"{text}: {place} is no module; a file is named with its ending, as path/to/file.py:{name}")
    return place, name


def absolute(text: str) -> str:
    """The same name wherever a process starts. Raises TargetError for a file that is not there."""
    place, name = split(text)
    if not _is_file(place):
        return text
    if not Path(place).is_file():
        raise TargetError(f"{place}: no such file")
    return f"{Path(place).resolve()}:{name}"


@cache
def load(text: str) -> Callable[[Any], Any]:
    """The implementation. Raises TargetError."""
    place, name = split(text)
    shown = Path(place).name if _is_file(place) else place
    try:
        module = _from_file(Path(place)) if _is_file(place) else importlib.import_module(place)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # whatever a module does while it is imported, an exit too
        where = _line(error.__traceback__, place)
        raise TargetError(f"{shown}{where} cannot be imported: {type(error).__name__}: {error}") from None
    found: Any = module
    for part in name.split("."):
        if not hasattr(found, part):
            near = get_close_matches(part, [own for own, it in vars(module).items() if callable(it)], 3, 0.5)
            raise TargetError(f"{shown} has no {name}" + (f"; it has {', '.join(near)}" if near else ""))
        found = getattr(found, part)
    if inspect.isclass(found):
        raise TargetError(f"{name} of {shown} is a class; name a function, or an object that can be called")
    if not callable(found):
        raise TargetError(f"{name} of {shown} is of type {type(found).__name__}, which cannot be called")
    try:
        inspect.signature(found).bind(None)
    except TypeError as error:
        reason = f"cannot be called with one array and nothing else: {error}; name a function of x alone"
        raise TargetError(f"{name} of {shown} {reason}") from None
    except ValueError:
        pass  # one in C, which does not tell
    return found


def _is_file(place: str) -> bool:
    return place.endswith(".py")


def _from_file(path: Path) -> ModuleType:
    """A file as a module that no other is mistaken for. Those beside it are found first, as when Python runs it."""
    name = f"measured_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise TargetError(f"{path}: Python reads no such file")
    sys.path.insert(0, str(path.parent))
    sys.modules[name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _line(trace: TracebackType | None, place: str) -> str:
    """The last line of a file that an error went through."""
    line = None
    while trace:
        if trace.tb_frame.f_code.co_filename == place:
            line = trace.tb_lineno
        trace = trace.tb_next
    return f", line {line}," if line else ""
