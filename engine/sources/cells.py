"""Where the cells of a lab start, and which of them printed what.

A lab is a script in the percent format: a line `# %%` starts a cell of code, `# %% [markdown]` one of prose. What is
run is the same text with each `# %%` of a code cell replaced by a statement that prints a marker, so that every line
keeps its number. The marker holds the digest of the script. No script can contain its own digest, so nothing else
prints it.
"""

from __future__ import annotations

import ast
import hashlib
import io
import re
import tokenize
from dataclasses import dataclass
from functools import lru_cache

from engine.base.errors import Problem, SourceError

_HEAD = re.compile(r"# %%(?: \[(\w+)\])?")


@dataclass(frozen=True)
class Head:
    """The line that starts a cell. kind: `code` or `markdown`; line: its number, from 1."""

    kind: str
    line: int


@lru_cache(maxsize=32)
def heads(source: str, name: str) -> list[Head]:
    """The starts of a lab's cells, in order. Only comments count, not what looks like one inside a string.

    name: the lab's path, for messages. Raises SourceError for a cell of another kind, for code before the first cell,
    and for a cell that starts in the middle of a statement.
    """
    marks: list[Head] = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and token.start[1] == 0 and token.string.startswith("# %%"):
            match = _HEAD.fullmatch(token.string.rstrip())
            kind = match and (match[1] or "code")
            if kind not in ("code", "markdown"):
                reason = "a cell starts with `# %%` or `# %% [markdown]`, and nothing else"
                raise SourceError([Problem(name, reason, token.start[0])])
            marks.append(Head(kind, token.start[0]))
    if not marks or marks[0].line != 1:
        raise SourceError([Problem(name, "a lab starts with a cell, `# %% [markdown]` or `# %%`", 1)])
    try:
        ast.parse(_mark(source, marks))
    except SyntaxError:
        starts = [head.line for head in marks if not _parses(_mark(source, [head]))]
        raise SourceError([Problem(name, "a cell starts inside a statement", starts[0] if starts else 1)]) from None
    return marks


def marked(source: str, name: str) -> str:
    """The text to run: every code cell prints the marker first. Raises SourceError like `heads`."""
    return _mark(source, heads(source, name))


def prose(source: str, name: str) -> str:
    """The prose of a lab as Markdown, every line with its number. Raises SourceError like `heads`."""
    lines, kinds = source.split("\n"), {head.line: head.kind for head in heads(source, name)}
    kind, shown = "", []
    for number, line in enumerate(lines, 1):
        kind = kinds.get(number, kind)
        of_prose = kind == "markdown" and number not in kinds
        shown.append(re.sub(r"\A# ?", "", line) if of_prose else "")
    return "\n".join(shown)


def split(output: bytes, source: str) -> tuple[bytes, list[bytes]]:
    """What a marked lab printed, without the markers, and the share of each code cell that was reached."""
    before, *shares = output.split(f"{_marker(source)}\n".encode())
    return b"".join([before, *shares]), shares


def _marker(source: str) -> str:
    return "\x1e" + hashlib.sha256(source.encode()).hexdigest()


def _mark(source: str, at: list[Head]) -> str:
    lines = source.split("\n")
    for head in at:
        if head.kind == "code":
            lines[head.line - 1] = f"print({_marker(source)!a}, flush=True)"
    return "\n".join(lines)


def _parses(source: str) -> bool:
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True
