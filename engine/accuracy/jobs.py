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

#: Seconds of processor time and of wall time that one process may take.
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


class Outlines(msgspec.Struct, frozen=True):
    """What is known of a function before it is measured: the fields of `engine.accuracy.oracle.Formula`."""

    limits: Ends
    borders: tuple[float, ...]


class Outline(Job, frozen=True):
    """Find the limits and the borders of an expression, which the other jobs are given: the answer are `Outlines`."""

    expression: str
    parameters: dict[str, float]


class _Measuring(Job, frozen=True):
    """What is measured against: the fields of `engine.accuracy.oracle.Formula`. cache: the folder of exact values."""

    expression: str
    parameters: dict[str, float]
    limits: Ends
    borders: tuple[float, ...]
    cache: str


class Exact(_Measuring, frozen=True):
    """Find exact values of all points of a format, and leave them in the cache for the other jobs.

    The answer is what a faultless implementation gives, an `Accuracy` of each order.
    """

    dtype: str


class Library(_Measuring, frozen=True):
    """Measure functions of one library in each format. apis: name and call of each. The answer are rows."""

    backend: str
    apis: tuple[tuple[str, str], ...]


def ask(
    root: Path,
    module: str,
    job: Job,
    answer: type[Answer],
    definition: Path,
    own: Mapping[str, str] = MappingProxyType({}),
) -> Answer:
    """The answer of a new process, which runs a module, to a job.

    answer: its type; definition: what messages name; own: variables of the process beside those of
    `engine.run.isolation`. Raises SourceError for a process that fails or takes too long.
    """
    name, what = definition.as_posix(), job.about
    with tempfile.TemporaryDirectory(prefix="home-", ignore_cleanup_errors=True) as home:
        try:
            process = subprocess.run(
                [sys.executable, "-m", module, str(SECONDS)],
                input=msgspec.msgpack.encode(job),
                capture_output=True,
                cwd=root,
                env=environment(Path(home), own),
                timeout=WALL_SECONDS,
            )
        except subprocess.TimeoutExpired:
            reason = f"audit ({what}): still running after {WALL_SECONDS} s; {_SMALLER}"
            raise SourceError([Problem(name, reason)]) from None
    try:
        return msgspec.msgpack.decode(process.stdout, type=answer)
    except msgspec.DecodeError:
        reason = f"audit ({what}): its process ended with status {process.returncode}; what it wrote last:"
        if process.returncode == -getattr(signal, "SIGXCPU", 0):
            reason = f"audit ({what}): still running after {SECONDS} s of processor time; {_SMALLER}"
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
