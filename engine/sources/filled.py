"""The files of shared topics: what `topics/` fills for a function stands in the tree, and nothing else in its place.

`python -m engine record` writes them; whoever looks for snippets compares them. Which topics a function shares, its
`definition.yml` says, and not which files there are: what it writes itself is named there under `own`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

from engine.base.errors import Problem, SourceError, attempt
from engine.base.files import read_source, write
from engine.base.libraries import TABS
from engine.sources.definition import FILE, Definition, read
from engine.sources.layout import laid_out
from engine.sources.topics import FOLDER, Template, fill, templates, writes_itself


def filled(root: Path, entry: Definition) -> tuple[dict[Template, str], list[Problem]]:
    """The scripts that a function shares, filled and laid out, and why others cannot be. Raises SourceError."""
    shared = [template for template in templates(root) if template.shared_by(entry)]
    texts, refused = attempt(lambda template: fill(template, entry), shared)
    problems = [problem for some in refused.values() for problem in some]
    return dict(zip(texts, laid_out(root, texts.values()), strict=True)), problems


def write_filled(root: Path, function: str) -> list[Path]:
    """Write the files of what a function shares. Returns those that have changed.

    Of what cannot be read or filled there is none: `faults` says why.
    """
    try:
        texts, _ = filled(root, read(root, function))
    except SourceError:
        return []
    targets = {template.target(function): text for template, text in texts.items()}
    return [path for path, text in targets.items() if write(root / path, text)]


def faults(root: Path, function: str) -> tuple[dict[Path, Problem], list[Problem]]:
    """What is wrong with files of shared topics, by their paths in the project, and with what they are filled from."""
    if not (root / FOLDER).is_dir() and not (root / "snippets" / function / FILE).is_file():
        return {}, []
    try:
        entry = read(root, function)
        texts, problems = filled(root, entry)
    except SourceError as error:
        return {}, error.problems
    of_files = {
        template.target(function): problem
        for template, text in texts.items()
        if (problem := _difference(entry, template, text))
    }
    return of_files | dict(_unfilled(root, entry)), [*_own(root, entry), *problems]


def _difference(entry: Definition, template: Template, text: str) -> Problem | None:
    """How the file of a shared script is not what is filled."""
    function = entry.path.parts[1]
    path = template.target(function)
    name, source = path.as_posix(), template.path.as_posix()
    ways = (
        f"write it with `python -m engine record snippets/{function}`; what all functions show is changed in {source}, "
        f"and what only this one does is written by hand, with {template.topic} under `own` in {entry.path.as_posix()}"
    )
    if not (entry.root / path).is_file():
        return Problem(name, f"missing, and {source} fills it: {ways}")
    try:
        there = read_source(entry.root, path)
    except SourceError as error:
        return error.problems[0]
    for line, (old, new) in enumerate(zip_longest(there.split("\n"), text.split("\n")), 1):
        if old != new:
            signed = [f"  {sign} {part}" for sign, part in (("-", old), ("+", new)) if part is not None]
            return Problem(name, f"is not what {source} fills: {ways}", line, "\n".join(signed))
    return None


def _unfilled(root: Path, entry: Definition) -> Iterator[tuple[Path, Problem]]:
    """Files of shared topics that nothing fills."""
    function, known = entry.path.parts[1], [template for template in templates(root) if template.about(entry)]
    expected = {template.target(function) for template in known if template.shared_by(entry)}
    for topic in sorted({template.topic for template in known if template.tab}):
        for tab in (tab for tab in TABS if not writes_itself(entry, tab, topic)):
            path = Path("snippets", function, tab, f"{topic}.py")
            if path not in expected and (root / path).is_file():
                where = f"name {topic} under `own` in {entry.path.as_posix()}"
                reason = f"{topic} is shared, and nothing in {FOLDER}/ fills this; remove it, or {where}"
                yield path, Problem(path.as_posix(), reason)


def _own(root: Path, entry: Definition) -> Iterator[Problem]:
    """Names under `own` of which there is no shared topic, or no file."""
    folder, known = entry.path.parent, [template for template in templates(root) if template.about(entry)]
    for index, named in enumerate(entry.own):
        only, _, topic = named.rpartition("/")
        tabs = {template.tab for template in known if template.topic == topic}
        places = [folder / tab / f"{topic}.py" for tab in ([only] if only else tabs if "" in tabs else TABS)]
        if only and only not in TABS:
            reason = f"{only} is no framework: {', '.join(TABS)}"
        elif not tabs:
            topics = ", ".join(sorted({template.topic for template in known})) or "none"
            reason = f"{topic} is no topic of {FOLDER}/ ({topics}); what only this function shows needs no mention"
        elif not any((root / place).is_file() for place in places):
            reason = f"{named} has no file, as {places[0].as_posix()}; write it, or remove this name"
        else:
            continue
        yield Problem(entry.path.as_posix(), f"own: {reason}", entry.line("own", index))
