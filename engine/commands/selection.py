"""Which snippets and audits a command is about: those at or under the paths that it was given."""

from __future__ import annotations

from pathlib import Path

from engine.assemble.implementations import FOLDER, discover
from engine.base.errors import Problem
from engine.base.files import folders_in
from engine.commands.outcome import UsageError
from engine.run.shards import Shard
from engine.sources import definition
from engine.sources.definition import Definition
from engine.sources.snippets import Snippet, discover_each

#: The record of an audit, which a path may name.
AUDIT = "audit.yml"


def shard(text: str) -> Shard:
    """The part of the work that `i/n` names. Raises UsageError."""
    try:
        return Shard.read(text)
    except ValueError as error:
        raise UsageError(f"--shard: {error}") from None


def concerned(root: Path, paths: list[str]) -> list[str]:
    """The functions of which a path names something."""
    snippets = (root / "snippets").resolve()
    chosen = [path for text in paths or ["snippets"] if (path := Path(text).resolve()).is_relative_to(snippets)]
    folders = {name: snippets / name for name in folders_in(snippets)}
    return [
        name
        for name, folder in folders.items()
        if any(folder.is_relative_to(path) or path.is_relative_to(folder) for path in chosen)
    ]


def select(root: Path, paths: list[str]) -> tuple[list[Snippet], list[Problem]]:
    """The snippets that are meant, and what is wrong with those that cannot be run."""
    chosen: dict[Path, Snippet] = {}
    refused: dict[Problem, None] = {}  # paths may lie within each other
    for text in paths or ["snippets"]:
        path = Path(text).resolve()
        if not path.exists() and path.name != AUDIT:
            raise UsageError(f"{text}: no such file or folder")
        if path.is_relative_to((root / FOLDER).resolve()):
            if not shown(root, [text]):
                raise UsageError(
                    f"{text}: no implementation in it" if path.exists() else f"{text}: no such file or folder"
                )
            continue
        if not path.is_relative_to((root / "snippets").resolve()):
            raise UsageError(f"{text}: not under snippets/; name a snippet, an {AUDIT}, or a folder there")
        if path.name == AUDIT:
            continue  # see `audited`
        if path.is_file() and (path.suffix != ".py" or path.name.startswith("_")):
            raise UsageError(f"{text}: not a snippet, which is a file *.py whose name does not start with _")
        snippets, problems = discover_each(root, root / path.relative_to(root.resolve()))
        if not snippets and not problems:
            raise UsageError(f"{text}: no snippet in it")
        chosen |= {snippet.path: snippet for snippet in snippets}
        refused |= dict.fromkeys(problems)
    return list(chosen.values()), list(refused)


def shown(root: Path, paths: list[str]) -> list[Path]:
    """The implementations that pages show, at or under one of the paths, from the root of the project."""
    chosen = [Path(text).resolve() for text in paths or [root / FOLDER]]
    return [path for path in discover(root) if any((root / path).resolve().is_relative_to(one) for one in chosen)]


def audited(root: Path, paths: list[str]) -> list[Definition]:
    """The functions whose accuracy is measured, and recorded at or under one of the paths."""
    chosen = [Path(text).resolve() for text in paths or ["snippets"]]
    named = {path.parent.resolve(): text for text, path in zip(paths, chosen, strict=False) if path.name == AUDIT}
    definitions = []
    for name in folders_in(root / "snippets"):
        folder = root / "snippets" / name
        asked = named.pop(folder.resolve(), None)
        if asked or any((folder / AUDIT).resolve().is_relative_to(path) for path in chosen):
            if not asked and not (folder / definition.FILE).is_file():
                continue  # a build says so
            entry = definition.read(root, name)
            if any(api.audit for api in entry.apis):
                definitions.append(entry)
            elif asked:
                raise UsageError(f"{asked}: no name in {entry.path.as_posix()} says `audit: true`, so none is measured")
    for text in named.values():
        raise UsageError(f"{text}: belongs directly into the folder of a function, snippets/<function>/{AUDIT}")
    return definitions
