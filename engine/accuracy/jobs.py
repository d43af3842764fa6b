"""A job for a process of its own, in MessagePack on its standard input, and its answer on its standard output.

Processes that measure libraries and that draw what was measured are such; they see nothing of the user's settings.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import msgspec

from engine.base.errors import Problem, SourceError
from engine.run.isolation import environment

#: Seconds of processor time and of wall time that one process may take for a function.
SECONDS, WALL_SECONDS = 600, 3600
_SMALLER = "see whether what definition.yml calls there ever returns"


Answer = TypeVar("Answer")


class Job(msgspec.Struct, frozen=True, tag=str.lower):
    """What one process is to do. Those of `engine.accuracy.worker` are below."""

    @property
    def about(self) -> str:
        """What it is about, for messages."""
        named = (getattr(self, name, "") for name in ("backend", "dtype"))
        return " ".join(filter(None, (str(self.__struct_config__.tag), *named)))


#: Limits for x to -inf and +inf of the value and of each derivative, None where none is known.
Ends = tuple[tuple[float | None, float | None], ...]


class Function(msgspec.Struct, frozen=True):
    """What is measured against: the fields of `engine.accuracy.oracle.Formula`."""

    expression: str
    parameters: dict[str, float]
    limits: Ends = ()
    borders: tuple[float, ...] = ()


class Outline(Job, frozen=True):
    """Find limits and borders. The answer are the functions with both."""

    functions: tuple[Function, ...]


class Exact(Job, frozen=True):
    """Find exact values of all points of a format, and leave them in the cache, a folder, for the other jobs.

    The answer for each function is what a faultless implementation gives, an `Accuracy` of each order.
    """

    functions: tuple[Function, ...]
    cache: str
    dtype: str


class Library(Job, frozen=True):
    """Measure one library in each format. The answer are the rows of each function.

    apis: name and call of those of each function; declared: the points that each declares; device: where it computes.
    """

    functions: tuple[Function, ...]
    cache: str
    backend: str
    apis: tuple[tuple[tuple[str, str], ...], ...]
    declared: tuple[tuple[str, ...], ...]
    device: str = "cpu"


class Card(Job, frozen=True):
    """Ask a library for a device. The answer is what it is called, or nothing."""

    backend: str
    device: str


class Rows(Job, frozen=True):
    """Measure one library on vectors, in each format. The answer are `engine.accuracy.rows.results.VectorRow`s.

    cache, backend, apis, device: as of `Library`, of one function; the other fields are those of its definition.
    """

    expression: str
    derivative: str
    parameters: dict[str, float]
    entries: str
    cache: str
    backend: str
    apis: tuple[tuple[str, str], ...]
    device: str = "cpu"


def ask(
    root: Path,
    module: str,
    job: Job,
    answer: type[Answer],
    definition: Path,
    own: Mapping[str, str] = MappingProxyType({}),
    share: int = 1,
) -> Answer:
    """The answer of a new process, which runs a module, to a job.

    answer: its type; definition: what messages name; own: variables of the process beside those of
    `engine.run.isolation`; share: for how many functions it is, each of which has its time. Raises SourceError for a
    process that fails or takes too long.
    """
    name, what = definition.as_posix(), job.about
    seconds, wall_seconds = SECONDS * share, WALL_SECONDS * share
    with tempfile.TemporaryDirectory(prefix="home-", ignore_cleanup_errors=True) as home:
        try:
            process = subprocess.run(
                [sys.executable, "-m", module, str(seconds)],
                input=msgspec.msgpack.encode(job),
                capture_output=True,
                cwd=root,
                env=environment(Path(home), own),
                timeout=wall_seconds,
            )
        except subprocess.TimeoutExpired:
            reason = f"audit ({what}): still running after {wall_seconds} s; {_SMALLER}"
            raise SourceError([Problem(name, reason)]) from None
    try:
        return msgspec.msgpack.decode(process.stdout, type=answer)
    except msgspec.DecodeError:
        reason = f"audit ({what}): its process ended with status {process.returncode}; what it wrote last:"
        if process.returncode == -getattr(signal, "SIGXCPU", 0):
            reason = f"audit ({what}): still running after {seconds} s of processor time; {_SMALLER}"
        raise SourceError([Problem(name, reason, detail=process.stderr.decode(errors="replace")[-4000:])]) from None


def serve(kinds: Any, answer: Callable[[Any], Any]) -> None:
    """Answer the one job of this process, and end it. kinds: the type of jobs that it is asked, or a union of types."""
    job = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=kinds)
    seconds = int(sys.argv[1])
    with contextlib.suppress(ImportError):
        import resource  # where the system has it

        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no part of the answer
    out.write(msgspec.msgpack.encode(answer(job), enc_hook=float))  # numbers of NumPy are floats
    out.flush()
    os._exit(0)  # libraries take seconds to unload
