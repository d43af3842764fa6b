"""A job for a process of its own: JSON on its standard input, and its answer, as JSON, on its standard output.

Processes that measure libraries and that draw what was measured are such; they see nothing of the user's settings.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from engine.base.errors import Problem, SourceError
from engine.run.isolation import environment

#: Seconds of processor time and of wall time that one process may take.
SECONDS, WALL_SECONDS = 600, 3600
_SMALLER = "see whether what definition.yml calls there ever returns"


def described(job: Mapping[str, Any]) -> str:
    """What a job is about, for messages."""
    return " ".join(str(job[key]) for key in ("kind", "backend", "dtype") if key in job)


def ask(
    root: Path,
    module: str,
    job: Mapping[str, Any],
    definition: Path,
    own: Mapping[str, str] = MappingProxyType({}),
) -> Any:
    """The answer of a new process, which runs a module, to a job.

    definition: what messages name; own: variables of the process beside those of `engine.run.isolation`. Raises
    SourceError for a process that fails or takes too long.
    """
    name, what = definition.as_posix(), described(job)
    with tempfile.TemporaryDirectory(prefix="home-", ignore_cleanup_errors=True) as home:
        try:
            process = subprocess.run(
                [sys.executable, "-m", module],
                input=json.dumps({**job, "seconds": SECONDS}),
                capture_output=True,
                text=True,
                encoding="utf-8",
                errors="replace",
                cwd=root,
                env=environment(Path(home), own),
                timeout=WALL_SECONDS,
            )
        except subprocess.TimeoutExpired:
            reason = f"audit ({what}): still running after {WALL_SECONDS} s; {_SMALLER}"
            raise SourceError([Problem(name, reason)]) from None
    try:
        return json.loads(process.stdout)
    except json.JSONDecodeError:
        reason = f"audit ({what}): its process ended with status {process.returncode}; what it wrote last:"
        if process.returncode == -getattr(signal, "SIGXCPU", 0):
            reason = f"audit ({what}): still running after {SECONDS} s of processor time; {_SMALLER}"
        raise SourceError([Problem(name, reason, detail=process.stderr[-4000:])]) from None


def serve(answer: Callable[[dict[str, Any]], Any]) -> None:
    """Answer the one job of this process, and end it. answer: what JSON can hold, for a job."""
    job = json.loads(sys.stdin.read())
    with contextlib.suppress(ImportError):
        import resource  # where the system has it

        resource.setrlimit(resource.RLIMIT_CPU, (job["seconds"], job["seconds"] + 5))
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a library prints is no part of the answer
    out.write(json.dumps(answer(job)))
    out.flush()
    os._exit(0)  # libraries take seconds to unload
