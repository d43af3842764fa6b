"""Shared topics: what is shown of every function alike is written once, in `topics/`, and filled for each function.

`topics/<framework>/<topic>.py` is an ordinary script about a function that it does not know. In it stand

- `FUNCTION`, the function as this library offers it: `FUNCTION(x)` becomes `F.gelu(x)`, and `FUNCTION` alone `F.gelu`;
- `LAYER`, an object of the library that applies it, as `nn.GELU()`;
- `DERIVATIVE`, its derivative by the formula of the definition.

What these become follows from `definition.yml`: the first name of the library, in the words of the script's imports,
or, where a library has none, a function that the script defines by the definition's formula in the library's own
operations. An import that the filled script does not use is left out. What a reader sees, copies and downloads is the
filled script, the file `snippets/<function>/<framework>/<topic>.py`; `engine.sources.filled` writes and compares it.
What is special is written by hand: `definition.yml` names these topics under `own`. `topics/absent.yml` says why a
framework has nothing to show of a topic, whatever the function.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

from engine.base.errors import Problem, SourceError
from engine.base.files import read_source, sources_below
from engine.base.libraries import TABS
from engine.base.store import digest, folder_digest
from engine.base.yamlfile import load
from engine.sources import layout
from engine.sources.definition import TEXT, Api, Definition, read
from engine.sources.spelling import Unspelled, alone, spell

FOLDER = "topics"
#: The folder within of what is shown of functions of a vector.
VECTORS = "vectors"
#: What a script leaves open.
FUNCTION, LAYER, DERIVATIVE = "FUNCTION", "LAYER", "DERIVATIVE"
#: Expressions around an open word that would take apart what it becomes, unless that is one of these.
_BINDING = (ast.Attribute, ast.Subscript, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp)
_WHOLE = (ast.Call, ast.Name, ast.Attribute, ast.Subscript)

_ABSENT: dict[str, Any] = {
    "type": "object",
    "additionalProperties": {
        "type": "object",
        "additionalProperties": False,
        "properties": dict.fromkeys(TABS, TEXT),
    },
}


@dataclass(frozen=True)
class Template:
    """A script with open words. path: its file in the project; tab: the folder of its framework, empty without one;
    of_vector: whether it is about functions of a vector."""

    path: Path
    tab: str
    of_vector: bool = False

    @property
    def topic(self) -> str:
        """What it is about: its name without the ending."""
        return self.path.stem

    def target(self, function: str) -> Path:
        """The file of a function that it is filled into, in the project."""
        return Path("snippets", function, self.tab, self.path.name)

    def shared_by(self, entry: Definition) -> bool:
        """Whether it is filled for a function, which neither writes the topic itself nor says why there is nothing."""
        own = writes_itself(entry, self.tab, self.topic)
        return self.about(entry) and not own and (self.topic, self.tab) not in entry.absent

    def about(self, entry: Definition) -> bool:
        """Whether it is about functions of this kind."""
        return self.of_vector == bool(entry.entries)


def writes_itself(entry: Definition, tab: str, topic: str) -> bool:
    """Whether a function writes a topic itself, in a framework or in all."""
    return topic in entry.own or f"{tab}/{topic}" in entry.own


def templates(root: Path) -> list[Template]:
    """The scripts with open words, sorted. Raises SourceError for a folder that is no framework's."""
    found, problems = [], []
    for file in sources_below(root / FOLDER, ".py"):
        path = file.relative_to(root)
        of_vector = path.parts[1] == VECTORS
        folders = path.parts[2 if of_vector else 1 : -1]
        tab = "/".join(folders)
        if tab and tab not in TABS:
            problems.append(Problem(path.as_posix(), f"{tab} is no framework: {', '.join(TABS)}"))
        found.append(Template(path, tab, of_vector))
    if problems:
        raise SourceError(problems)
    return found


def absent(root: Path) -> dict[tuple[str, str], dict[str, str]]:
    """Why a framework has nothing to show, by (topic, tab) and language. Raises SourceError."""
    file = root / FOLDER / "absent.yml"
    if not file.is_file():
        return {}
    data = load(root, file, _ABSENT)
    return {(topic, tab): text for topic, tabs in data.items() for tab, text in tabs.items()}


#: The fragment that holds what is shown of every function alike, within the function's folder.
PAGE = "page.md"


def page(root: Path, function: str, language: str) -> str:
    """What a page of a function shows in the same form as that of every other, as Markdown with includes.

    It is written in `topics/page.<language>.md`, for functions of a vector in `topics/vectors/`. Raises SourceError
    where that cannot be read.
    """
    try:
        of_vector = bool(read(root, function).entries)
    except SourceError:  # of which a build speaks anyway
        of_vector = False
    file = root / FOLDER / (VECTORS if of_vector else "") / f"page.{language}.md"
    return read_source(root, file).replace("{function}", function) if file.is_file() else ""


def begun(root: Path, function: str, title: str, language: str) -> str:
    """A new page of a function, as `topics/new.<language>.md` has it. Raises SourceError where there is none."""
    anchor = re.sub(r"\W+", "-", title.lower())
    text = read_source(root, Path(FOLDER, f"new.{language}.md"))
    return text.replace("{function}", function).replace("{title}", title).replace("{anchor}", anchor)


def topics_digest(root: Path) -> str:
    """Digest of all that is shared, and of how it is laid out."""
    return digest(folder_digest(root / FOLDER), layout.width(root))


def fill(template: Template, entry: Definition) -> str:
    """A script with the words of a function, not laid out. Raises SourceError."""
    name = template.path.as_posix()
    source = read_source(entry.root, template.path)
    tree = _parsed(source, name)
    tab = template.tab or "numpy"
    made = _Words(entry, tab, TABS[tab], dict(_aliases(tree)))
    try:
        text = _replaced(source, made)
    except Unspelled as error:
        line = entry.line("expression" if entry.stable == entry.expression else "stable")
        reason = f"{name} cannot be filled: {error}; write it under instead.{tab}"
        raise SourceError([Problem(entry.path.as_posix(), reason, line)]) from None
    return _without_unused(_with_definitions(text, made.definitions))


def _parsed(text: str, name: str) -> ast.Module:
    try:
        return ast.parse(text)
    except SyntaxError as error:
        raise SourceError([Problem(name, f"does not parse: {error.msg}", error.lineno)]) from None


class _Words:
    """What the open words of a script become. definitions: functions that the script has to define for that."""

    def __init__(self, entry: Definition, tab: str, module: str, aliases: Mapping[str, str]) -> None:
        self.entry, self.tab, self.module, self.aliases = entry, tab, module, aliases
        self.definitions: dict[str, str] = {}

    def of(self, word: str, argument: str | None) -> str:
        """A word, called with an argument or alone. Raises Unspelled."""
        if word == LAYER:
            return self._layer()
        call = self._call(word)
        if argument is None:
            return alone(call)
        return argument_in(call, argument)

    def _call(self, word: str) -> str:
        """An expression in x."""
        if word == FUNCTION:
            if api := offered(self.entry, self.tab):
                return spoken(api.call, self.aliases)
            name, text = self.entry.path.parts[1], written(self.entry, self.tab)
        else:
            name, text = "derivative", spell(self.entry.derivative, self.entry.defaults, self.tab)
        self.definitions[name] = f"def {name}(x):\n    return {spoken(text, self.aliases)}\n"
        return f"{name}(x)"

    def _layer(self) -> str:
        """An object of a class of the library, as its call names it."""
        for api in self.entry.apis:
            call = ast.parse(api.call, mode="eval").body
            if api.library == self.module and isinstance(call, ast.Call) and isinstance(call.func, ast.Call):
                return spoken(ast.unparse(call.func), self.aliases)
        return self.of(FUNCTION, None)


def written(entry: Definition, tab: str) -> str:
    """What to write in a framework whose library has no such function: an expression in x. Raises Unspelled."""
    return entry.instead.get(tab) or spell(entry.stable, entry.defaults, tab)


def lacking(root: Path, entry: Definition) -> dict[str, str]:
    """What is written in frameworks whose library has no such function, by tab, where a shared script shows it."""
    shown = {template.tab for template in templates(root) if template.shared_by(entry)}
    return {tab: written(entry, tab) for tab in TABS if tab in shown and not offered(entry, tab)}


def offered(entry: Definition, tab: str) -> Api | None:
    """The first name under which the library of a tab, or one that only adds to it, offers a function; if there is
    none but of a layer, that."""
    beside = ("numpy", "scipy") if tab == "numpy" else (TABS[tab],)
    names = [api for api in entry.apis if api.library in beside]
    return next((api for api in names if not _is_layer(api)), names[0] if names else None)


def _is_layer(api: Api) -> bool:
    call = ast.parse(api.call, mode="eval").body
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Call)


def spoken(text: str, aliases: Mapping[str, str]) -> str:
    """An expression with the names of modules as a script imports them. aliases: by the modules' full names."""

    class _Spoken(ast.NodeTransformer):
        def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
            dotted = ast.unparse(node)
            for module in sorted(aliases, key=len, reverse=True):
                if re.fullmatch(r"[\w.]+", dotted) and dotted.startswith(f"{module}."):
                    rest = dotted[len(module) :]
                    return ast.parse(aliases[module] + rest, mode="eval").body
            return self.generic_visit(node)

    return ast.unparse(_Spoken().visit(ast.parse(text, mode="eval")))


def argument_in(call: str, argument: str) -> str:
    """An expression in x, with something else for x."""
    given = ast.parse(argument, mode="eval").body

    class _Given(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.AST:
            return given if node.id == "x" else node

    return ast.unparse(_Given().visit(ast.parse(call, mode="eval")))


def _aliases(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Full names of modules, with how the script calls them."""
    for node in tree.body:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, alias.asname or alias.name
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield f"{node.module}.{alias.name}", alias.asname or alias.name


def _replaced(text: str, made: _Words) -> str:
    """The script with its open words filled, the innermost first: nothing else of it is touched."""
    while open_words := [pair for pair in _with_parents(ast.parse(text)) if _is_open(pair[0])]:
        node, parent = max(open_words, key=lambda pair: (pair[0].lineno, pair[0].col_offset))
        word = node.func if isinstance(node, ast.Call) else node
        assert isinstance(word, ast.Name)
        argument = ast.unparse(node.args[0]) if isinstance(node, ast.Call) else None
        before, after = _around(text, node)
        expression = made.of(word.id, argument)
        if isinstance(parent, _BINDING) and not isinstance(ast.parse(expression, mode="eval").body, _WHOLE):
            expression = f"({expression})"
        text = before + expression + after
    return text


def _with_parents(tree: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Each part of a script with the one that it belongs to."""
    for node in ast.walk(tree):
        for child in ast.iter_child_nodes(node):
            yield child, node


def _is_open(node: ast.AST) -> TypeGuard[ast.Call | ast.Name]:
    """Whether a node is an open word, called where it can be."""
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id in (FUNCTION, DERIVATIVE)
    return isinstance(node, ast.Name) and node.id in (FUNCTION, LAYER, DERIVATIVE)


def _around(text: str, node: ast.expr) -> tuple[str, str]:
    """What stands before and behind a part of a script, whose places count bytes."""
    lines = text.encode().splitlines(keepends=True)
    first, last = lines[node.lineno - 1], lines[(node.end_lineno or 0) - 1]
    before = b"".join(lines[: node.lineno - 1]) + first[: node.col_offset]
    after = last[node.end_col_offset :] + b"".join(lines[node.end_lineno or 0 :])
    return before.decode(), after.decode()


def _with_definitions(text: str, definitions: Mapping[str, str]) -> str:
    """The script with functions defined below its imports."""
    if not definitions:
        return text
    imports = [node for node in ast.parse(text).body if isinstance(node, ast.Import | ast.ImportFrom)]
    last = imports[-1].end_lineno or 0
    lines = text.split("\n")
    body = "\n\n".join(reversed(definitions.values()))
    rest = "\n".join(lines[last:]).lstrip("\n")
    return "\n".join(lines[:last]) + f"\n\n\n{body}\n\n{rest}"


def _without_unused(text: str) -> str:
    """The script without the imports that it does not use."""
    tree = ast.parse(text)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    lines = text.split("\n")
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [(alias.asname or alias.name).partition(".")[0] for alias in node.names]
            if not used & set(names):
                lines[node.lineno - 1] = "\0"
    return "\n".join(line for line in lines if line != "\0").lstrip("\n")
