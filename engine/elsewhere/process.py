"""Run snippets, and audits, in a process that is not as this one: with other libraries, settings, folder or rights.

It reads an `Order` on standard input and writes its `Answers`, both in MessagePack. `engine.ledger.releases` and
`engine.elsewhere.portable` start it; for snippets it needs nothing but psutil and msgspec beside their libraries.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from engine.base.libraries import versions
from engine.run.runner import Limits, Result, Runner
from engine.sources.snippets import Snippet, read

#: How long a snippet takes is not asked here, and a release that is seen for the first time may compile for minutes.
LIMITS = Limits(seconds=600, wall_seconds=3600)


class Order(Struct, frozen=True):
    """What to run in the project `root`.

    snippets: their names; environment: variables of the processes that run them; audits: by function, the libraries to
    measure, all without any.
    """

    root: str
    snippets: tuple[str, ...]
    environment: dict[str, str] = {}
    audits: dict[str, tuple[str, ...]] = {}


class Answers(Struct, frozen=True):
    """What came of it: versions by distribution, results by snippet, and tables of `engine.accuracy.record`."""

    versions: dict[str, str]
    results: dict[str, Result]
    tables: dict[str, dict[str, Any]]


class NoAnswerError(Exception):
    """The process has failed. The text says how."""


def ask(
    python: Sequence[str | Path], order: Order, environment: Mapping[str, str], folder: Path | None = None
) -> Answers:
    """Start the process and wait for its answers. Raises NoAnswerError.

    python: the command of the Python that runs it; environment: all of its variables; folder: where it is started.
    """
    command = [*python, "-m", "engine.elsewhere.process"]
    done = subprocess.run(
        command, input=msgspec.msgpack.encode(order), cwd=folder, env=environment, capture_output=True
    )
    if done.returncode:
        end = done.stderr.decode(errors="replace").strip()[-2000:]
        raise NoAnswerError(f"its runner ended with status {done.returncode}: {end}")
    return msgspec.msgpack.decode(done.stdout, type=Answers)


def main() -> None:
    """Do what is ordered."""
    order = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Order)
    root, results = Path(order.root), {}
    snippets = [read(root, Path(name)) for name in order.snippets]

    def done(snippet: Snippet, result: Result) -> None:
        results[snippet.name] = result

    with Runner(LIMITS, environment=order.environment) as runner:
        runner.run(snippets, done)
    tables = {name: _audit(root, name, libraries, order.environment) for name, libraries in order.audits.items()}
    installed = versions(module for snippet in snippets for module in snippet.libraries)
    sys.stdout.buffer.write(msgspec.msgpack.encode(Answers(installed, results, tables)))


def _audit(root: Path, function: str, libraries: Sequence[str], environment: Mapping[str, str]) -> dict[str, Any]:
    from engine.accuracy import audited, measuring  # need more than psutil and msgspec
    from engine.sources import definition

    entry = definition.read(root, function)
    apis = tuple(api for api in entry.apis if not libraries or api.library in libraries)
    return audited.table(audited.measure(root, replace(entry, apis=apis), measuring.Conditions(environment)))


if __name__ == "__main__":
    main()
