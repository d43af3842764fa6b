"""Call functions in processes of their own, which can be stopped whatever SymPy or mpmath do in them."""

from __future__ import annotations

import gc
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from types import FrameType
from typing import Any

import psutil

from engine.base.files import ENGINE

MEMORY = 4 << 30  # bytes for one process
#: How much longer than its processor time a call may take by the clock.
WALL = 10
#: Seconds until what was raised is raised once more.
AGAIN = 0.2
#: Seconds until a limit is told that passed while another one held within it.
SOON = 0.001


@dataclass(frozen=True)
class Stopped:
    """In place of an answer: why there is none."""

    reason: str


class Pool:
    """As many processes as there are processors, each started when first needed and kept for later calls until `close`.

    Use it as a context manager.
    """

    def __init__(self) -> None:
        self._idle: list[subprocess.Popen[bytes]] = []
        self._all: list[subprocess.Popen[bytes]] = []
        self._lock = threading.Lock()
        self._closed = False

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the processes. Calls that are not answered yet end with Stopped."""
        with self._lock:
            self._closed = True
        for process in self._all:
            process.kill()
        for process in self._idle:
            process.communicate()

    def call(self, function: Callable[[Any], Any], arguments: Sequence[Any], seconds: float) -> list[Any]:
        """What a function of a module returns for each argument, or Stopped for one that takes longer than `seconds`.

        Those are of processor time; a call may take ten times as long by the clock, beside other work. The processes
        share the calls. What a call prints goes to standard error.
        """
        waiting: SimpleQueue[tuple[int, Any]] = SimpleQueue()
        for item in enumerate(arguments):
            waiting.put(item)
        workers = min(len(arguments), os.cpu_count() or 1)
        with ThreadPoolExecutor(max(workers, 1)) as threads:
            shares = [threads.submit(self._serve, function, waiting, seconds) for _ in range(workers)]
            answers = {i: answer for share in shares for i, answer in share.result()}
        return [answers[i] for i in range(len(arguments))]

    def _serve(
        self, function: Callable[[Any], Any], waiting: SimpleQueue[tuple[int, Any]], seconds: float
    ) -> list[tuple[int, Any]]:
        """Have a process answer what waits, and another wherever a call brings the process down."""
        answers: list[tuple[int, Any]] = []
        process = None
        with suppress(Empty):
            while True:
                i, argument = waiting.get_nowait()
                process = process or self._ready()
                answer = _ask(process, function, argument, seconds) if process else Stopped("the check was not begun")
                answers.append((i, answer))
                if process and process.poll() is not None:
                    process = None
        if process:
            with self._lock:
                self._idle.append(process)
            if self._closed:
                process.communicate()
        return answers

    def _ready(self) -> subprocess.Popen[bytes] | None:
        with self._lock:
            if self._closed:
                return None
            if self._idle:
                return self._idle.pop()
            self._all.append(process := _start())
        process.stdout.readline()  # importing SymPy is not on any call's time
        return process


def _ask(process: subprocess.Popen[bytes], function: Callable[[Any], Any], argument: Any, seconds: float) -> Any:
    """The answer of a process, or Stopped; then the process has ended."""
    answered = threading.Event()
    watch = threading.Thread(target=_kill_late, args=(process, seconds, answered), daemon=True)
    watch.start()
    try:
        with suppress(BrokenPipeError):
            process.stdin.write(pickle.dumps((function, argument)))
            process.stdin.flush()
        return pickle.load(process.stdout)
    except (EOFError, pickle.UnpicklingError):
        process.kill()
        process.communicate()
        return Stopped(f"the check crashed, or was stopped after {seconds:g} s of processor time")
    finally:
        answered.set()


def _kill_late(process: subprocess.Popen[bytes], seconds: float, answered: threading.Event) -> None:
    """End a process that has not answered within its limits."""
    with suppress(psutil.NoSuchProcess):
        asked = psutil.Process(process.pid)
        before, limit = sum(asked.cpu_times()[:2]), time.monotonic() + WALL * seconds
        while not answered.wait(min(1.0, seconds / 4)):
            if sum(asked.cpu_times()[:2]) - before > seconds or time.monotonic() > limit:
                process.kill()
                return


def _start() -> subprocess.Popen[bytes]:
    """A process that says so once it is ready."""
    # Of this thread, which `call` has started, and inherited: Ctrl-C is for the one who ends the process.
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    return subprocess.Popen(
        [sys.executable, "-c", "from engine.base.processes import main; main()"],
        cwd=ENGINE.parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


def main() -> None:
    """Answer calls from standard input until it ends."""
    with suppress(ImportError, ValueError, OSError):
        import resource  # where the system has it

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        os.nice(10)  # the frameworks that start meanwhile take longer
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

    Works in the main thread, on systems with interval timers. It is raised again until somebody hears it: what is
    raised in a destructor or in a callback of the garbage collector is lost. A limit within another one ends with that
    at the latest, and leaves the other what is left of it.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    collecting = {getattr(callback, "__code__", None) for callback in gc.callbacks}

    def stop(_: int, frame: FrameType | None) -> None:
        if frame is None or frame.f_code not in collecting:  # there it would be a warning, and nothing else
            raise OutOfTime

    before = signal.signal(signal.SIGVTALRM, stop)
    begun = os.times().user
    left, _ = signal.getitimer(signal.ITIMER_VIRTUAL)
    signal.setitimer(signal.ITIMER_VIRTUAL, min(seconds, left or seconds), AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
        if left:
            signal.setitimer(signal.ITIMER_VIRTUAL, max(left - (os.times().user - begun), SOON), AGAIN)
