"""Run snippets with the libraries of this process's environment, for a process that has others.

Reads `{"root": …, "snippets": [names]}` as JSON on standard input. Writes a line of JSON for the versions, then one for
each result. Started by `engine.releases`; beside the snippets' libraries it needs nothing but psutil.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from engine.frameworks import versions
from engine.runner import Limits, Result, Runner
from engine.snippets import Snippet, discover

#: How long a snippet takes is not asked here, and a release that is seen for the first time may compile for minutes.
LIMITS = Limits(seconds=600, wall_seconds=3600)


def main() -> None:
    job = json.load(sys.stdin)
    root = Path(job["root"])
    snippets = [snippet for name in job["snippets"] for snippet in discover(root, root / name)]
    _tell(versions(module for snippet in snippets for module in snippet.libraries))

    def done(snippet: Snippet, result: Result) -> None:
        _tell([snippet.name, asdict(result)])

    with Runner(LIMITS) as runner:
        runner.run(snippets, done)


def _tell(data: Any) -> None:
    print(json.dumps(data), flush=True)


if __name__ == "__main__":
    main()
