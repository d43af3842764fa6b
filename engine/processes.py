"""Call functions in processes of their own, which can be stopped whatever SymPy or mpmath do in them."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

MEMORY = 4 << 30  # bytes for one process


@dataclass(frozen=True)
class Stopped:
    """In place of an answer: why there is none."""

    reason: str


def call(function: Callable[[Any], Any], arguments: Sequence[Any], seconds: float) -> list[Any]:
    """What a function of a module returns for each argument, or Stopped for one that takes longer than `seconds`.

    As many processes as there are processors share the work. What a call prints goes to standard error.
    """
    waiting: SimpleQueue[tuple[int, Any]] = SimpleQueue()
    for item in enumerate(arguments):
        waiting.put(item)
    workers = min(len(arguments), os.cpu_count() or 1)
    with ThreadPoolExecutor(max(workers, 1)) as pool:
        shares = [pool.submit(_serve, function, waiting, seconds) for _ in range(workers)]
        answers = {i: answer for share in shares for i, answer in share.result()}
    return [answers[i] for i in range(len(arguments))]


def _serve(
    function: Callable[[Any], Any], waiting: SimpleQueue[tuple[int, Any]], seconds: float
) -> list[tuple[int, Any]]:
    """Have a process answer what waits, and another wherever a call brings the process down."""
    answers: list[tuple[int, Any]] = []
    process = None
    with suppress(Empty):
        while True:
            i, argument = waiting.get_nowait()
            process = process or _start()
            watch = threading.Timer(seconds, process.kill)
            watch.start()
            try:
                with suppress(BrokenPipeError):
                    process.stdin.write(pickle.dumps((function, argument)))
                    process.stdin.flush()
                answers.append((i, pickle.load(process.stdout)))
            except (EOFError, pickle.UnpicklingError):
                answers.append((i, Stopped(f"the check crashed, or was stopped after {seconds:g} s")))
                process.kill()
                process.communicate()
                process = None
            finally:
                watch.cancel()
    if process:
        process.communicate()
    return answers


def _start() -> subprocess.Popen[bytes]:
    """A process that is ready: importing SymPy is not on any call's time."""
    process = subprocess.Popen(
        [sys.executable, "-c", "from engine.processes import main; main()"],
        cwd=Path(__file__).parent.parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    process.stdout.readline()
    return process


def main() -> None:
    """Answer calls from standard input until it ends."""
    with suppress(ImportError, ValueError, OSError):
        import resource  # where the system has it

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    import sympy

    calls, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    answers.write(f"ready, with SymPy {sympy.__version__}\n".encode())
    answers.flush()
    with suppress(EOFError):
        while True:
            function, argument = pickle.load(calls)
            try:
                answer = function(argument)
            except MemoryError:
                answer = Stopped("the check needs too much memory")
            pickle.dump(answer, answers)
            answers.flush()


class OutOfTime(BaseException):
    """Not an Exception: SymPy catches those."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise OutOfTime after that much processor time, which other processes do not shorten.

    Works in the main thread, on systems with interval timers.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: object) -> None:
        raise OutOfTime

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
