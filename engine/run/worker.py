"""A process that imports libraries once and forks a child for each snippet it is told to run.

It reads jobs on standard input and answers each with a report on standard output, see `engine.run.protocol`. Started by
`engine.run.runner`; talks to nothing else.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import importlib
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import msgspec
import psutil

from engine.run import child
from engine.run.protocol import Again, Done, Ending, Failed, Job, Place, Report, Task, plain

#: What ends a worker: its runner, or Ctrl-C, which a terminal sends to both.
ENDS = (signal.SIGTERM, signal.SIGINT)
#: Seconds between two looks at what a child holds.
LOOK = 0.05


def main() -> None:
    """Answer jobs until there are no more."""
    jobs, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    for number in ENDS:
        signal.signal(number, _leave)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(36, 1)  # PR_SET_CHILD_SUBREAPER: orphans of a snippet come here and are found
    for line in jobs:
        report = supervise(msgspec.json.decode(line, type=Job), (jobs.fileno(), answers.fileno()))
        answers.write(msgspec.json.encode(report) + b"\n")
        answers.flush()


def _leave(*_: object) -> NoReturn:
    """Unwind, so that a running child is killed. A second signal must not cut that short."""
    for number in ENDS:
        signal.signal(number, signal.SIG_IGN)
    sys.exit(0)


@dataclass
class _Seen:
    """What was seen of a child from outside.

    status: its exit status (negative: signal), None if it was ended; excess: what it had too much of then; left: names
    of processes that it left.
    """

    status: int | None = None
    excess: str = ""
    left: list[str] = field(default_factory=list)


def supervise(job: Job, private: tuple[int, ...] = ()) -> Report:
    """Run one job in a child and bound it. private: descriptors that the child must not inherit."""
    report = _run(job, private)
    if isinstance(report.ending, Again):
        report = _run(msgspec.structs.replace(job, fork=False, preload=()), private, fresh=True)
    return report


def _run(job: Job, private: tuple[int, ...], fresh: bool = False) -> Report:
    # No TemporaryDirectory: what it leaves to be done at exit a forked child would do, too.
    folder = tempfile.mkdtemp(prefix="snippet-")
    try:
        task = Task(job, Place.within(folder, str(Path.home())), fresh)
        started = time.perf_counter()
        seen = _fork(task, private) if job.fork else _spawn(task)
        seconds = time.perf_counter() - started
        output = b""
        with contextlib.suppress(FileNotFoundError):
            output = Path(task.place.output).read_bytes()
        ending = _verdict(task, seen, output)
        files = _files(Path(task.place.cwd)) if isinstance(ending, Done) else {}
        places = (folder, os.path.realpath(folder), task.place.home)
        return Report(ending, output[: job.limits.output], files, seconds, places)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _fork(task: Task, private: tuple[int, ...]) -> _Seen:
    """Fork, run, reap."""
    for module in task.job.preload:
        with contextlib.suppress(Exception):  # the snippet's own import will say it with its line
            importlib.import_module(module)
    pid = os.fork()
    if not pid:
        try:
            for descriptor in private:
                os.close(descriptor)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            _leave_exits_to_the_worker()
            child.run(task)
        finally:
            os.kill(os.getpid(), signal.SIGKILL)  # run() never returns; a fault in it must not become a second worker
    seen = _Seen()
    try:
        descriptor = os.pidfd_open(pid)
        try:
            seen.excess = _watch(task, pid, lambda seconds: bool(select.select([descriptor], [], [], seconds)[0]))
        finally:
            os.close(descriptor)
        if not seen.excess:
            seen.status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    finally:
        seen.left = _end_all(task, psutil.Process(pid) if psutil.pid_exists(pid) else None)
    return seen


def _leave_exits_to_the_worker() -> None:
    """Forget, in a child, what libraries have registered for the end of the worker.

    It is the worker's to do: PyTorch 2.5 to 2.9 would remove a temporary folder that all children use. The standard
    library's own serve what a snippet makes, and stay.
    """
    atexit._clear()
    weakref.finalize._registry.clear()  # type: ignore[attr-defined]
    weakref.finalize._registered_with_atexit = False  # type: ignore[attr-defined]
    for module, name in (("logging", "shutdown"), ("multiprocessing.util", "_exit_function")):
        if module in sys.modules:
            atexit.register(getattr(sys.modules[module], name))
    if "multiprocessing.util" in sys.modules:
        sys.modules["multiprocessing.util"]._finalizer_registry.clear()


def _spawn(task: Task) -> _Seen:
    file = Path(task.place.folder, "task.json")
    file.write_bytes(msgspec.json.encode(task))
    started = subprocess.Popen([sys.executable, "-m", "engine.run.child", str(file)], stdin=subprocess.DEVNULL)
    process = psutil.Process(started.pid)
    seen = _Seen()
    try:
        seen.excess = _watch(task, started.pid, lambda seconds: _ended(started, seconds))
        seen.status = None if seen.excess else started.wait()
    finally:
        seen.left = _end_all(task, process if started.poll() is None else None)
    return seen


def _ended(started: subprocess.Popen[bytes], seconds: float) -> bool:
    with contextlib.suppress(subprocess.TimeoutExpired):
        started.wait(seconds)
    return started.returncode is not None


def _watch(task: Task, pid: int, ended: Callable[[float], bool]) -> str:
    """Wait until a child has ended by itself, or has more than it may. Returns what it has too much of, or nothing.

    ended: waits for so many seconds at most, and says whether it has ended.
    """
    seconds = task.job.limits.wall_seconds
    limit = time.monotonic() + seconds
    while not ended(min(LOOK, max(0.0, limit - time.monotonic()))):
        late = f"still running after {seconds:g} s" if time.monotonic() >= limit else ""
        if excess := _excess(task, pid) or late:
            _ask_where(pid)
            return excess
    return ""


def _excess(task: Task, pid: int) -> str:
    """What a child has too much of: processes, memory, processor time, files; empty if nothing."""
    limits = task.job.limits
    processes, memory, seconds = -1, 0, 0.0  # processes: those that it has started
    with contextlib.suppress(psutil.Error):
        snippet = psutil.Process(pid)
        for process in [snippet, *snippet.children(recursive=True)]:
            with contextlib.suppress(psutil.Error):
                processes, memory = processes + 1, memory + process.memory_info().rss
                seconds += sum(process.cpu_times()[:4])  # its own, and of those that have ended under it
    if processes > limits.processes:
        return f"started more than {limits.processes} processes"
    if memory > limits.memory:
        return f"took more than {limits.memory:,} bytes of memory"
    if seconds > limits.seconds:
        return f"still running after {limits.seconds:g} s of processor time"
    return _full(task)


def _full(task: Task) -> str:
    """Whether the files of a run have too many bytes: why, or nothing."""
    total, limit = 0, task.job.limits.folder
    for path, _, files in os.walk(task.place.folder):
        for file in files:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(path, file)).st_size
            if total > limit:
                return f"wrote more than {limit:,} bytes of files"
    return ""


def _ask_where(pid: int) -> None:
    """Let a child that ran out of time write the line that it is in."""
    if hasattr(signal, "SIGUSR1"):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGUSR1)  # faulthandler writes at once, whatever runs
            time.sleep(0.1)


def _end_all(task: Task, running: psutil.Process | None) -> list[str]:
    """Kill what the child left, and the child itself if it still runs. Returns the names of what was left."""
    if running:
        with contextlib.suppress(psutil.Error):
            for process in [*running.children(recursive=True), running]:
                with contextlib.suppress(psutil.Error):
                    process.kill()
            running.wait(5)
    me = psutil.Process()
    limit = time.monotonic() + task.job.limits.grace  # for helpers that end on a closed pipe
    while alive := _alive(me):
        if time.monotonic() > limit:
            break
        time.sleep(0.01)
    names = []
    while alive:  # again and again: a killed process may have started another
        for process in alive:
            with contextlib.suppress(psutil.Error):
                names.append(f"{process.name()} (pid {process.pid})")
                process.kill()
        psutil.wait_procs(alive, 1)
        alive = _alive(me)
    with contextlib.suppress(ChildProcessError, AttributeError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    return names


def _alive(process: psutil.Process) -> list[psutil.Process]:
    alive = []
    for other in process.children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if other.status() != psutil.STATUS_ZOMBIE:
                alive.append(other)
    return alive


def _verdict(task: Task, seen: _Seen, output: bytes) -> Ending:
    """What the child reported, overruled by what was seen from outside."""
    ending: Ending | None = None
    with contextlib.suppress(FileNotFoundError, msgspec.DecodeError):
        ending = msgspec.json.decode(Path(task.place.report).read_bytes(), type=Ending)
    if len(output) > task.job.limits.output:
        reason = f"printed more than {task.job.limits.output:,} bytes"
        return Failed(reason, ending.line, ending.detail) if isinstance(ending, Failed) else Failed(reason)
    if seen.status is None:
        return _crashed(task, seen.excess)
    if seen.status and not isinstance(ending, Failed):
        name = signal.Signals(-seen.status).name if seen.status < 0 else f"exit status {seen.status}"
        return _crashed(task, f"ended by {name}")
    if ending is None:
        return _crashed(task, "ended before its last line, without an error")
    if isinstance(ending, Done) and (full := _full(task)):
        return Failed(full)
    if isinstance(ending, Done) and seen.left:
        line = None
        with contextlib.suppress(FileNotFoundError, ValueError):
            line = int(Path(task.place.spawned).read_text())
        return Failed(f"left a process running: {', '.join(seen.left)}", line)
    return ending


def _crashed(task: Task, reason: str) -> Failed:
    """With the line and the traceback that faulthandler wrote when the child crashed or ran out of time."""
    trace = ""
    with contextlib.suppress(FileNotFoundError):
        trace = Path(task.place.trace).read_text(encoding="utf-8", errors="replace")
    own = re.search(rf'File "{re.escape(task.job.path)}", line (\d+)', trace)
    return Failed(reason, int(own[1]), trace) if own else Failed(reason)


def _files(folder: Path) -> dict[str, str]:
    """The text files that the snippet wrote in its working directory, by relative path."""
    texts = {}
    for file in sorted(folder.rglob("*")):
        if file.is_file() and not file.is_symlink():
            with contextlib.suppress(UnicodeDecodeError):
                texts[plain(file.relative_to(folder).as_posix())] = file.read_text(encoding="utf-8")
    return texts


if __name__ == "__main__":
    with contextlib.suppress(SystemExit):
        main()
    os._exit(0)  # at once: the frameworks that it holds take a second to tear down
