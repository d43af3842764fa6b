"""What code means, as a digest that no comment or layout changes, and which code of the engine a result hangs on.

What a kept result depends on is found by reading, never listed by hand: a module, all of the engine that it imports,
early or late, all that it starts by name (`python -m engine.run.worker`), and the engine's data that it names
(`ENGINE / "styles"`).
"""

from __future__ import annotations

import ast
import hashlib
import json
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any, TypeGuard

from engine.base.files import ENGINE, is_source, write
from engine.base.store import folder_digest

#: What was read of files, by digest of their text, beside what Python compiles: to read the engine takes a second.
_KNOWN = ENGINE / "__pycache__" / f"syntax-{sys.implementation.cache_tag}.json"
#: Names by which code comes to its own text, comments and lines.
_OWN_TEXT = {
    *("__doc__", "__file__", "getdoc", "getcomments", "getsource", "getsourcelines", "getsourcefile", "findsource"),
    *("currentframe", "_getframe", "traceback", "linecache", "lineno", "f_lineno", "co_firstlineno"),
}
_LEFT_OUT = ("kind", "type_ignores")  # `u` before a string; comments for type checkers


@lru_cache(maxsize=512)
def meaning_digest(source: str) -> str:
    """Digest of what a snippet does: of its syntax, or of its whole text if it may look at that. Raises SyntaxError."""
    tree = ast.parse(source)
    names = {getattr(node, field, None) for node in ast.walk(tree) for field in ("id", "attr", "name")}
    return hashlib.sha256(source.encode()).hexdigest() if names & _OWN_TEXT else _digest(tree)


def _digest(tree: ast.AST) -> str:
    """Of a syntax tree without docstrings, the same with every Python."""
    total = hashlib.sha256()
    for part in _parts(tree):
        total.update(f"{part}\0".encode())
    return total.hexdigest()


def _parts(value: Any) -> Iterator[str]:
    """A tree as texts. What is empty is left out, since versions of Python add such fields."""
    if isinstance(value, ast.AST):
        yield f"({type(value).__name__}"
        for name, part in ast.iter_fields(value):
            if name not in _LEFT_OUT and part is not None and part != []:
                yield name
                if name == "body" and _has_docstring(value):
                    part = part[1:]
                if isinstance(value, ast.JoinedStr):
                    part = list(_joined(part))
                yield from _parts(part)
        yield ")"
    elif isinstance(value, list):
        for part in value:
            yield from _parts(part)
            yield ","
    else:
        yield repr(value)


def _joined(parts: list[ast.expr]) -> Iterator[ast.expr]:
    """The parts of an f-string with neighbouring texts as one: Pythons cut them elsewhere, or add an empty one."""
    for texts, some in groupby(parts, lambda part: isinstance(part, ast.Constant)):
        run = list(some)
        text = "".join(part.value for part in run) if texts else ""
        yield from ([ast.Constant(text)] if text else []) if texts else run


def _has_docstring(node: ast.AST) -> bool:
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return isinstance(node, kinds) and ast.get_docstring(node, clean=False) is not None


@cache
def code_digest(*modules: str) -> str:
    """Digest of modules of the engine, by name, and of all of it that they need: see above.

    Raises FileNotFoundError if there is no such module.
    """
    known = _Known()
    seen: dict[str, str] = {}
    waiting = list(modules)
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        digest, needs, data = known.read(_file(name) or _missing(name))
        seen[name] = digest
        waiting += [need for need in map(_module, needs) if need]
        seen.update((path, _data_digest(ENGINE / path)) for path in data if (ENGINE / path).exists())
    known.keep()
    return hashlib.sha256(json.dumps(seen, sort_keys=True).encode()).hexdigest()


def _file(module: str) -> Path | None:
    """The file of a module of the engine; None if there is none."""
    stem = ENGINE.parent.joinpath(*module.split("."))
    return next((file for file in (stem.with_suffix(".py"), stem / "__init__.py") if file.is_file()), None)


def _module(name: str) -> str:
    """The module that a dotted name is, or is in; empty if it is none of the engine's."""
    while name.startswith("engine.") and not _file(name):
        name = name.rpartition(".")[0]
    return name if name.startswith("engine.") else ""


def _missing(name: str) -> Path:
    raise FileNotFoundError(f"no module {name}")


def _data_digest(path: Path) -> str:
    return folder_digest(path) if path.is_dir() else hashlib.sha256(path.read_bytes()).hexdigest()


_Read = tuple[str, list[str], list[str]]


class _Known:
    """What is known of files: the digest of their syntax, and the names of modules and of data that stand in them.

    Which of these there are depends on other files, and is not kept.
    """

    def __init__(self) -> None:
        self._reader = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
        self._files: dict[str, _Read] = {}
        self._new = False
        with suppress(OSError, ValueError, TypeError, KeyError):
            known = json.loads(_KNOWN.read_text(encoding="utf-8"))
            self._files = known["files"] if known["reader"] == self._reader else {}

    def read(self, file: Path) -> _Read:
        text = file.read_bytes()
        key = hashlib.sha256(text).hexdigest()
        if key not in self._files:
            tree = ast.parse(text)
            self._files[key] = _digest(tree), sorted(set(_needs(tree))), sorted(set(_data(tree)))
            self._new = True
        return self._files[key]

    def keep(self) -> None:
        """Write what is new. It is no loss where the folder cannot be written."""
        if self._new:
            with suppress(OSError):
                write(_KNOWN, json.dumps({"reader": self._reader, "files": self._files}))


def _needs(tree: ast.AST) -> Iterator[str]:
    """The dotted names below the engine that a file imports, or that a text in it is, as one that it starts.

    What is imported for type checkers only is no part of what runs.
    """
    typed = {inner for node in ast.walk(tree) if _is_typing(node) for part in node.body for inner in ast.walk(part)}
    for node in (node for node in ast.walk(tree) if node not in typed):
        names: list[str] = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            names = [node.value] if node.value.replace(".", "").isidentifier() else []
        yield from (name for name in names if name.startswith("engine."))


def _is_typing(node: ast.AST) -> TypeGuard[ast.If]:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _data(tree: ast.AST) -> Iterator[str]:
    """The paths of data below the engine that a file names: `ENGINE / "a" / "b"`."""
    paths = {node: path for node in ast.walk(tree) if (path := _path(node))}
    inner = {node.left for node in paths if isinstance(node, ast.BinOp)}
    for node, path in paths.items():
        if node not in inner and all(map(is_source, path.split("/"))):
            yield path


def _path(node: ast.AST) -> str:
    """What is joined to ENGINE in an expression; empty if it is no such expression."""
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Div) or not isinstance(node.right, ast.Constant):
        return ""
    name = str(node.right.value)
    if isinstance(node.left, ast.Name) and node.left.id == "ENGINE":
        return name
    before = _path(node.left)
    return f"{before}/{name}" if before else ""
