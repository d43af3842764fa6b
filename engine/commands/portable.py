"""Run snippets and audits as other machines would, and tell what differs."""

from __future__ import annotations

from pathlib import Path

from engine.base.errors import SourceError
from engine.commands.outcome import FAILED, OK, UsageError
from engine.commands.selection import audited, select
from engine.compare.verdict import require_libraries
from engine.elsewhere.portable import VARIANTS
from engine.elsewhere.portable import portable as run


def portable(root: Path, paths: list[str], only: list[str]) -> int:
    """Run snippets and audits in each variant, and print a table and what differs. Returns the exit status.

    only: texts of which a variant's name has to contain one; empty for all. Raises UsageError and SourceError.
    """
    chosen = [one for one in VARIANTS if not only or any(text in one.name for text in only)]
    if not chosen:
        raise UsageError(f"--only: no such variant; there are: {', '.join(one.name for one in VARIANTS)}")
    snippets, refused = select(root, paths)
    if refused:
        raise SourceError(refused)
    require_libraries(snippets)
    functions = [entry.path.parts[1] for entry in audited(root, paths)]
    problems = run(root, snippets, functions, chosen, lambda line: print(line, flush=True))
    for problem in problems:
        print(problem)
    print(f"{len(chosen)} variants, {len(problems)} differences")
    return FAILED if problems else OK
