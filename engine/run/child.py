"""Run one snippet in this process and say how it ended. Called in a forked child, or as a process of its own.

The process is given over to the snippet: a clean `__main__`, no standard input, its own working directory, bounded
files, and standard output and error both going to one file, as a terminal shows them. Nothing here is portable to
a process that has to go on afterwards.
"""

from __future__ import annotations

import atexit
import builtins
import contextlib
import ctypes
import faulthandler
import importlib
import io
import linecache
import os
import re
import signal
import sys
import threading
import time
import traceback
import types
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import msgspec

from engine.run.guards import Guards, use_own_folder
from engine.run.protocol import Done, Ending, Failed, Job, Place, Task

#: What Python does not warn of, if nobody has asked for it.
_SILENT = (ResourceWarning, ImportWarning, PendingDeprecationWarning, DeprecationWarning)
_sleep, _leave = time.sleep, os._exit


class _NoInput(io.TextIOBase):
    """Standard input of a snippet: reading fails, instead of waiting or giving an empty text."""

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> str:
        raise OSError("a snippet has no standard input")

    def readline(self, size: int = -1) -> str:  # type: ignore[override]
        raise OSError("a snippet has no standard input")


def run(task: Task) -> NoReturn:
    """Execute a snippet, write how it ended to its place, and end the process."""
    place = task.place
    if hasattr(os, "setsid"):
        os.setsid()  # so that one signal reaches the snippet and all that it starts
    os.chdir(place.cwd)
    use_own_folder(place.temporary)
    if sys.platform != "win32":
        import resource

        most = task.job.limits.output + 1  # a file of that size tells that the limit was passed
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    trace = open(place.trace, "w")  # noqa: SIM115 - faulthandler needs it until the end
    faulthandler.enable(trace)
    if hasattr(faulthandler, "register"):
        faulthandler.register(signal.SIGUSR1, trace, all_threads=True)
    _redirect(place.output)

    def end(ending: Ending) -> NoReturn:
        _report(place, ending)
        _leave(0)  # at once: a thread left behind, or a library's shutdown, must not hold the process
        raise AssertionError("unreachable")

    def exit_now(status: int) -> NoReturn:
        if os.getpid() == guards.pid:
            line = guards.line(sys._getframe(1))
            _report(place, Failed(f"called os._exit({status}) before its end", line))
        _leave(status)
        raise AssertionError("unreachable")

    guards = Guards(task, end)
    os._exit = exit_now  # type: ignore[assignment]
    guards.install()
    ending = _execute(task.job, guards)
    with contextlib.suppress(OSError, ValueError):  # a snippet may have closed its own output
        _flush()
    end(ending)


def _redirect(output: str) -> None:
    """Descriptors, not only `sys.stdout`: prints of C++ code and of child processes are output too."""
    out = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    none = os.open(os.devnull, os.O_WRONLY)  # write-only: a read from descriptor 0 is an error, not an empty text
    os.dup2(none, 0)
    os.dup2(out, 1)
    os.dup2(out, 2)
    os.close(none)
    os.close(out)
    sys.stdin = _NoInput()
    for number, name in ((1, "stdout"), (2, "stderr")):
        stream = io.TextIOWrapper(io.FileIO(number, "w", closefd=False), "utf-8", line_buffering=True, newline="\n")
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _execute(job: Job, guards: Guards) -> Ending:
    path, source = job.path, job.source
    main = types.ModuleType("__main__")
    main.__dict__.update(__builtins__=builtins)
    if not job.notebook:
        main.__dict__.update(__file__=path)
    sys.modules["__main__"] = main
    sys.argv = [path]
    sys.path[0] = str(Path(path).parent)
    sys.dont_write_bytecode = True
    linecache.cache[path] = (len(source), None, source.splitlines(keepends=True), path)
    warnings.resetwarnings()
    for category in _SILENT:
        warnings.simplefilter("ignore", category)
    for module in ("__main__", "engine.run.child"):  # what a line at the top level says of its caller is said of this
        warnings.filterwarnings("error", module=rf"{re.escape(module)}\Z")
    warnings.simplefilter("ignore", ResourceWarning)  # raised where nothing can be: while an object is destroyed
    try:
        exec(_code(source, path, main.__dict__), main.__dict__)
        if job.curves and "matplotlib.pyplot" in sys.modules:
            from engine.run.curves import describe_open_figures

            sys.stdout.write(describe_open_figures())
        left = _left(job.limits.grace, lambda thread: not thread.daemon)
        if not left:
            atexit._run_exitfuncs()  # those that libraries have registered, too
            left = _left(job.limits.grace, lambda thread: True)
        _flush()
    except SystemExit as stop:
        return Failed(f"ended early: sys.exit({stop.code!r})", _line_of(stop, path))
    except BaseException as error:
        line = error.lineno if isinstance(error, SyntaxError) and error.filename == path else _line_of(error, path)
        kind = "a warning of its own lines: " if isinstance(error, Warning) else ""
        return Failed(kind + headline(error), line, _trace(error, path))
    if left:
        frames = sys._current_frames()
        lines = [guards.line(frames.get(thread.ident or 0)) for thread in left]
        names = ", ".join(thread.name for thread in left)
        return Failed(f"left a thread running: {names}", next(filter(None, lines), None))
    return Done()


def _code(source: str, path: str, namespace: dict[str, Any]) -> types.CodeType:
    if units := int(os.environ.get("PRINTED_UNITS", "0")):  # only where engine.elsewhere.portable asks for it
        from engine.run import nudge

        return nudge.changed(source, path, namespace, units)
    return compile(source, path, "exec", dont_inherit=True)


def headline(error: BaseException) -> str:
    """An exception as its type and the first line of what it says; notes and further lines are in its traceback."""
    kind = type(error)
    name = (
        kind.__qualname__ if kind.__module__ in ("builtins", "__main__") else f"{kind.__module__}.{kind.__qualname__}"
    )
    message = error.msg if isinstance(error, SyntaxError) else str(error)
    first = next((line.strip() for line in message.splitlines() if line.strip()), "")
    return f"{name}: {first}" if first else name


def _left(grace: float, which: Callable[[threading.Thread], bool]) -> list[threading.Thread]:
    """The threads that still run, once they have had some time to end."""
    waited = 0.0
    while True:
        others = [thread for thread in threading.enumerate() if thread is not threading.current_thread()]
        left = [thread for thread in others if which(thread)]
        if not left or waited >= grace:
            return left
        _sleep(0.01)
        waited += 0.01


def _line_of(error: BaseException, path: str) -> int | None:
    own = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == path]
    return own[-1] if own else None


def _trace(error: BaseException, path: str) -> str:
    """The traceback from the snippet's first line on, as a reader who runs the file would see it."""
    tb = error.__traceback__
    while tb and tb.tb_frame.f_code.co_filename != path:
        tb = tb.tb_next
    return "".join(traceback.format_exception(type(error), error, tb))


def _flush() -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    with contextlib.suppress(OSError, TypeError, AttributeError):
        ctypes.CDLL(None).fflush(None)  # what C code has printed and libc still holds


def _report(place: Place, ending: Ending) -> None:
    partial = place.report + ".partial"
    with open(partial, "wb") as file:
        file.write(msgspec.json.encode(ending))
    os.replace(partial, place.report)


if __name__ == "__main__":  # a process of its own, where fork is unsafe or missing
    task = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=Task)
    for module in task.job.preload:  # outside the capture, as in a worker: start-up notes are not the snippet's
        with contextlib.suppress(ImportError):
            importlib.import_module(module)
    run(task)
