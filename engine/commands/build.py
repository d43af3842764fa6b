"""Write the fragments that the pages include."""

from __future__ import annotations

import sys
from pathlib import Path

from engine.assemble.site import Site
from engine.commands.outcome import FAILED, OK
from engine.run.runner import Runner


def build(root: Path) -> int:
    """Check everything and write the fragments. Returns the exit status. Raises SourceError."""
    with Runner() as runner:
        problems = Site(root, runner).build()
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"fragments written to .cache/fragments: {len(problems)} problem(s)")
    return FAILED if problems else OK
