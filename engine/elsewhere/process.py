"""Run snippets, and audits, in a process that is not as this one: with other libraries, settings, folder or rights.

Reads a job as JSON on standard input: `root`; `snippets`, a list of names; and, if wanted, `environment`, variables of
the processes that run them, and `audits`, modules whose functions are audited, by function (an empty list: all). Writes
a line of JSON for the versions, then one for each result, `["snippet", name, result]`, and each audit, `["audit",
function, table]`. Started by `engine.ledger.releases` and `engine.elsewhere.portable`; for snippets it needs nothing
but psutil beside their libraries.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from engine.base.libraries import versions
from engine.run.runner import Limits, Result, Runner
from engine.sources.snippets import Snippet, discover

#: How long a snippet takes is not asked here, and a release that is seen for the first time may compile for minutes.
LIMITS = Limits(seconds=600, wall_seconds=3600)


def main() -> None:
    """Read the job, and write what was run as it comes."""
    job = json.load(sys.stdin)
    root, environment = Path(job["root"]), job.get("environment", {})
    snippets = [snippet for name in job["snippets"] for snippet in discover(root, root / name)]
    _tell(versions(module for snippet in snippets for module in snippet.libraries))

    def done(snippet: Snippet, result: Result) -> None:
        _tell(["snippet", snippet.name, asdict(result)])

    with Runner(LIMITS, environment=environment) as runner:
        runner.run(snippets, done)
    for function, libraries in job.get("audits", {}).items():
        _tell(["audit", function, _audit(root, function, libraries, environment)])


def _audit(root: Path, function: str, libraries: list[str], environment: dict[str, str]) -> dict[str, Any]:
    from engine.accuracy import audit, record  # need more than psutil
    from engine.sources import definition  # need more than psutil

    entry = definition.read(root, function)
    apis = tuple(api for api in entry.apis if not libraries or api.library in libraries)
    return record.table(audit.measure(root, replace(entry, apis=apis), environment))


def _tell(data: Any) -> None:
    print(json.dumps(data), flush=True)


if __name__ == "__main__":
    main()
