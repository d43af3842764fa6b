"""Find the snippets of the site and what each of them imports.

A snippet is a Python file under `snippets/<function>/`. A file whose name starts with an underscore is a module that
snippets import; it is not run by itself. `<topic>.out` beside a snippet is its recorded output.
"""

from __future__ import annotations

import ast
import importlib.machinery
import sys
import sysconfig
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path

from engine.base.errors import Problem, SourceError
from engine.base.files import folders_in, is_source, read_source, sources_below
from engine.base.libraries import LIBRARIES, TABS
from engine.sources import cells
from engine.sources.forbidden import forbidden
from engine.sources.verbatim import alteration

#: The folder beside `snippets/` with what is kept of other releases; see `engine.ledger.entries`.
LEDGER = "ledger"


@dataclass(frozen=True)
class Snippet:
    """One runnable file.

    root: the project's folder; path: the snippet's file, relative to it.
    imports: dotted names of the known libraries' modules that it imports, itself or through local modules, or makes
        them import when they are first used.
    modules: the local modules that it imports, with their text.
    worker: name of the worker process that runs it.
    """

    root: Path
    path: Path
    source: str = field(repr=False)
    imports: tuple[str, ...]
    modules: tuple[tuple[str, str], ...] = field(repr=False)
    worker: str

    @property
    def name(self) -> str:
        """The path as people and reports write it, with forward slashes."""
        return self.path.as_posix()

    @property
    def function(self) -> str:
        """The folder of its function."""
        return self.path.parts[1]

    @property
    def folder(self) -> str:
        """The framework's folder, `claims`, `labs` and the like; empty for files directly in the function's folder."""
        return _folder(self.path)

    @property
    def topic(self) -> str:
        """What it is about: its name without the ending."""
        return self.path.stem

    @property
    def lab(self) -> bool:
        """Whether it is a lab, a script of cells; see `engine.sources.cells`."""
        return self.folder == "labs"

    @property
    def text(self) -> str:
        """What is run: the source, where a lab's code cells also print a marker each."""
        return cells.marked(self.source, self.name) if self.lab else self.source

    @property
    def recorded(self) -> Path:
        """The file with its recorded output."""
        return (self.root / self.path).with_suffix(".out")

    @property
    def figures(self) -> Path:
        """The file with what is written in its figures, if it is a lab with some."""
        return (self.root / self.path).with_suffix(".figures")

    @property
    def libraries(self) -> tuple[str, ...]:
        """Top-level modules of the known libraries that it imports, the tab's own framework first."""
        tops = dict.fromkeys(name.partition(".")[0] for name in self.imports)
        own = TABS.get(self.folder)
        return tuple(sorted(tops, key=lambda top: (top != own, list(LIBRARIES).index(top))))


def functions(root: Path) -> list[str]:
    """The names of the functions of which something is written, sorted. Raises SourceError for a stray snippet."""
    for path in sorted((root / "snippets").glob("*.py")):
        if is_source(path.name):
            discover(root, path)
    return folders_in(root / "snippets")


def names(root: Path, function: str) -> set[str]:
    """The files of a function's snippets, within its folder and without their suffix, as `claims/series`."""
    folder = root / "snippets" / function
    return {file.relative_to(folder).with_suffix("").as_posix() for file in sources_below(folder, ".py")}


def discover(root: Path, within: Path | None = None) -> list[Snippet]:
    """All snippets under `root/snippets`, or those under one of its files or folders, sorted by path.

    Raises SourceError, which lists every fault that `discover_each` finds.
    """
    snippets, problems = discover_each(root, within)
    if problems:
        raise SourceError(problems)
    return snippets


def discover_each(root: Path, within: Path | None = None) -> tuple[list[Snippet], list[Problem]]:
    """The snippets that can be run, and what is wrong with the others: a file that does not parse, a name that shadows
    a module, anything in `engine.sources.forbidden`, code that a page cannot show as it is, a framework folder whose
    snippet does not import its framework, libraries that cannot share a process, an orphaned `.out`, and in place of a
    shared topic anything but what is filled (`engine.sources.filled`).
    """
    from engine.sources.filled import faults  # reads YAML, for which the environments of other releases have nothing

    start = within or root / "snippets"
    refused: dict[Path, Problem] = {}
    problems: list[Problem] = []
    for function in _functions_at(root, start):
        of_files, others = faults(root, function)
        refused |= {root / path: problem for path, problem in of_files.items() if (root / path).is_relative_to(start)}
        problems += others
    problems += refused.values()
    snippets: list[Snippet] = []
    found = [start] if start.is_file() else sources_below(start, ".py")
    files = [file for file in found if file.suffix == ".py" and not file.name.startswith("_")]
    for file in files:
        if file not in refused:
            try:
                snippets.append(read(root, file.relative_to(root)))
            except SourceError as error:
                problems += error.problems
    known = {*files, *refused}
    for out in [] if start.is_file() else [*sources_below(start, ".out"), *sources_below(start, ".figures")]:
        if out.with_suffix(".py") not in known:
            problems.append(Problem(out.relative_to(root).as_posix(), "recorded output without its snippet"))
    return snippets, list(dict.fromkeys(problems))  # what is wrong in topics/ is so for every function


def _functions_at(root: Path, start: Path) -> list[str]:
    """The functions of which something lies at or below a path."""
    known, within = folders_in(root / "snippets"), start.relative_to(root).parts
    return known if len(within) < 2 else [name for name in known if name == within[1]]


def read(root: Path, path: Path) -> Snippet:
    """A snippet from its file, relative to `root`. Raises SourceError."""
    file = root / path
    name = path.as_posix()
    if len(path.parts) < 3:
        raise SourceError([Problem(name, "a snippet belongs in the folder of a function")])
    _refuse_shadow(file, name)
    imports: dict[str, int] = {}
    modules: dict[Path, str] = {}
    source = _scan(root, file, file.parent, imports, modules, notebook=_folder(path) == "labs")
    texts = [source, *modules.values()]
    known = {top: line for top, line in _tops(imports).items() if top in LIBRARIES}
    workers = {LIBRARIES[top].worker: (top, line) for top, line in known.items() if LIBRARIES[top].worker}
    if len(workers) > 1:
        (first, _), (second, line) = sorted(workers.values(), key=lambda use: use[1])[:2]
        raise SourceError([Problem(name, f"{first} and {second} must not share a process", line)])
    for name_used, module in (pair for top in known for pair in LIBRARIES[top].lazy):
        if any(name_used in text for text in texts):
            imports[module] = 0
    folder = _folder(path)
    if folder in TABS and TABS[folder] not in known:
        raise SourceError([Problem(name, f"a snippet in {folder}/ must import {TABS[folder]}", 1)])
    if folder == "labs":
        cells.heads(source, name)
    return Snippet(
        root=root,
        path=path,
        source=source,
        imports=tuple(sorted(dotted for dotted in imports if dotted.partition(".")[0] in LIBRARIES)),
        modules=tuple((local.relative_to(root).as_posix(), text) for local, text in sorted(modules.items())),
        worker=next(iter(workers), "numpy"),
    )


def _folder(path: Path) -> str:
    return path.parts[2] if len(path.parts) > 3 else ""


def _refuse_shadow(file: Path, name: str) -> None:
    """Raises SourceError if Python would find this file in place of an installed module of that name.

    A snippet's own folder is the first on the import path. A library that is loaded before hides such a file: it passes
    here and fails where a reader runs it.
    """
    if file.stem in sys.stdlib_module_names or file.stem in LIBRARIES or _importable(file.stem):
        raise SourceError([Problem(name, f"its name would shadow the module {file.stem!r} when it is run; rename it")])


@cache
def _importable(name: str) -> bool:
    """Whether an installed module has a name. A folder without code, which Python would take for one too, is none."""
    installed = [sysconfig.get_path(kind) for kind in ("stdlib", "purelib", "platlib")]
    spec = importlib.machinery.PathFinder.find_spec(name, installed)
    return spec is not None and spec.origin is not None


def _tops(imports: dict[str, int]) -> dict[str, int]:
    tops: dict[str, int] = {}
    for dotted, line in imports.items():
        top = dotted.partition(".")[0]
        tops[top] = min(line, tops.get(top, line))
    return tops


def _scan(
    root: Path, file: Path, folder: Path, imports: dict[str, int], modules: dict[Path, str], notebook: bool
) -> str:
    """Read a file, add its imports, and follow those of local modules in the snippet's folder."""
    source = read_source(root, file)
    for dotted, line in _imports(file.relative_to(root).as_posix(), source, notebook):
        local = _local(folder, dotted)
        if local and local not in modules and local != file:
            _refuse_shadow(local if local.stem != "__init__" else local.parent, local.relative_to(root).as_posix())
            modules[local] = ""  # before the recursion: modules may import each other
            modules[local] = _scan(root, local, folder, imports, modules, notebook)
        elif not local:
            imports.setdefault(dotted, line)
    return source


@lru_cache(maxsize=512)  # those of a few functions: after an edit, all but one file are as they were
def _imports(name: str, source: str, notebook: bool) -> list[tuple[str, int]]:
    """The modules that a file imports, with their lines. Raises SourceError for what may not stand in it."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        raise SourceError([Problem(name, f"does not parse: {getattr(error, 'msg', error)}", line)]) from None
    problems = forbidden(tree, name, notebook)
    if altered := alteration(source):
        line, reason = altered
        problems.append(Problem(name, reason, line))
    if problems:
        raise SourceError(problems)
    imports = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imports += [(alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            imports.append((node.module, node.lineno))
    return imports


def _local(folder: Path, dotted: str) -> Path | None:
    """The file of a module that lies in the snippet's own folder, the first entry of its import path."""
    stem = folder.joinpath(*dotted.split("."))
    for candidate in (stem.with_suffix(".py"), stem / "__init__.py"):
        if candidate.is_file():
            return candidate
    return None
