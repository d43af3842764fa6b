"""What of the libraries has a page: asked, checked against what is written, and shown in each language."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from engine.base.errors import Problem, SourceError, attempt
from engine.base.store import project_store
from engine.names import coverage
from engine.render.coverage import coverage_fragment
from engine.render.snippets import alarm
from engine.run.runner import Runner
from engine.sources import definition
from engine.sources.coverage import FRAGMENT
from engine.sources.includes import Place
from engine.sources.snippets import functions


def covered(
    root: Path, included: Mapping[str, Mapping[str, Place]], runner: Runner
) -> tuple[dict[str, dict[str, str]], list[Problem]]:
    """The fragment by language and path, and what is wrong.

    Nothing is compared while a definition cannot be read, of which its function's build speaks: each of its names would
    be a fault here.
    """
    read, refused = attempt(lambda name: definition.read(root, name), functions(root))
    faults = [problem for problems in refused.values() for problem in problems]
    problems: list[Problem] = []
    found = None
    if not faults:
        try:
            found, problems = coverage.check(root, list(read.values()), runner, project_store(root, "runs"))
        except SourceError as error:
            problems = error.problems
    texts = {}
    for language, places in included.items():
        text = coverage_fragment(found, language, places) if found else ""
        wrong = "\n".join(map(str, [*faults, *problems]))
        texts[language] = {FRAGMENT: text + (alarm(wrong, language) if wrong else "")}
    return texts, problems
