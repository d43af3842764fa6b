"""Keep a running snippet to itself: what it may read and write, how many processes it starts, and no clock.

Python tells of each of these before it does them (`sys.addaudithook`). What C code opens by itself it does not tell.
"""

from __future__ import annotations

import importlib.util
import mmap
import os
import sys
import sysconfig
import tempfile
import time
import types
from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn

from engine.run.protocol import Again, Ending, Task
from engine.sources.forbidden import CLOCKS

#: Events of starting a process, to name the line that started one which was left behind.
_SPAWNS = {"subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.system"}
#: Events of changes to files, with the number of arguments that are paths.
_CHANGES = {"open": 1, "os.remove": 1, "os.rename": 2, "os.mkdir": 1, "os.rmdir": 1, "os.truncate": 1, "os.chmod": 1}
_CHANGES |= {"os.link": 2, "os.symlink": 2, "os.utime": 1, "shutil.rmtree": 1}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
#: Events of reading a file or a folder.
_READS = {"open", "os.listdir", "os.scandir"}
#: Events of setting a variable of the environment.
_SETTINGS = {"os.putenv", "os.unsetenv"}

#: Folders of the system: libraries read fonts, time zones and what the processor can do there.
_SYSTEM = ("/proc/", "/sys/", "/dev/", "/etc/", "/usr/", "/lib/", "/lib64/", "/opt/", "/var/", "/run/", "/nix/")
_SYSTEM += ("/System/", "/Library/", "C:\\Windows\\", "C:\\Program Files\\")
_STDLIB = sysconfig.get_path("stdlib") + os.sep
_INSTALLED = ("site-packages", "dist-packages")


class Guards:
    """What one snippet may do.

    end: ends the process with a report.
    """

    def __init__(self, task: Task, end: Callable[[Ending], NoReturn]) -> None:
        self.task = task
        self.end = end
        self.pid = os.getpid()
        self.own = {task.job.path, *task.job.modules}
        compiled = {importlib.util.cache_from_source(path) for path in self.own}
        self.readable = {os.path.realpath(path) for path in self.own | compiled}
        self.root = task.job.root + os.sep
        self.places = tuple(os.path.realpath(place) + os.sep for place in (task.place.folder, task.place.home))
        self.libraries = tuple(self._libraries())
        self.spawned = mmap.mmap(-1, 8)  # shared with all that the snippet forks

    def install(self) -> None:
        """From now on. There is no way back: the process ends with its snippet."""
        for name in CLOCKS:
            if hasattr(time, name):
                setattr(time, name, self._refused_clock(name))
        sys.addaudithook(self._audit)

    def line(self, frame: types.FrameType | None) -> int | None:
        """Line of the snippet in a stack: its innermost frame that runs the snippet's own file."""
        while frame:
            if frame.f_code.co_filename == self.task.job.path:
                return frame.f_lineno
            frame = frame.f_back
        return None

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in _CHANGES or event in _READS:
            self._check_files(event, arguments)
        elif event in _SPAWNS:
            self._count_process()
        elif event in _SETTINGS and not self.task.fresh and _caller(sys._getframe(1)) in self.own:
            self.end(Again())  # a library that has been imported already would not see it

    def _count_process(self) -> None:
        count = int.from_bytes(self.spawned[:8]) + 1
        self.spawned[:8] = count.to_bytes(8)
        limit = self.task.job.limits.processes
        if count > limit:  # at once: a fork bomb is faster than any look from outside
            raise BlockingIOError(f"started more than {limit} processes")
        if os.getpid() == self.pid and (line := self.line(sys._getframe(2))):
            Path(self.task.place.spawned).write_text(str(line))

    def _check_files(self, event: str, arguments: tuple[Any, ...]) -> None:
        writes = event in _CHANGES and (event != "open" or _writes(arguments[2]))
        for name in arguments[: _CHANGES.get(event, 1)]:
            if not isinstance(name, (str, bytes, os.PathLike)):
                continue
            path = os.path.abspath(os.fsdecode(name))
            if not writes and path.startswith(self.libraries):
                continue
            path = os.path.realpath(path)
            if (path + os.sep).startswith(self.places) or path == os.devnull:
                continue
            within = path.startswith(self.root) or path + os.sep == self.root
            shown = os.path.relpath(path, self.root) if within else path
            if writes and within:
                raise PermissionError(f"a snippet may not change the project: {shown}")
            if writes and path.startswith(self.libraries):
                raise PermissionError(f"a snippet may not change an installed library: {shown}")
            if self._may(path, event, within):
                continue
            raise PermissionError(f"a snippet may read only its own code and what it has written: {shown}")

    def _may(self, path: str, event: str, within: bool) -> bool:
        """Whether a path outside the snippet's own folders may be opened."""
        if path in self.readable:
            return True
        caller = _caller(sys._getframe(3))
        if event != "open" and caller is None:
            return True  # an import, which looks into the folders of the import path
        if within:
            return False
        return path.startswith(_SYSTEM) and caller not in self.own

    def _libraries(self) -> Iterable[str]:
        """Folders that hold installed code. Of the project, only a virtual environment is one."""
        places = {
            os.path.dirname(os.path.dirname(os.path.realpath(__file__))),
            os.environ.get("MPLCONFIGDIR", ""),
            *sys.path[1:],
        }
        places |= {sys.prefix, sys.base_prefix} - {"/", "/usr", "/usr/local"}
        project = {self.task.job.root, os.path.dirname(self.task.job.path)}
        for place in filter(None, places):
            for spelling in {os.path.abspath(place), os.path.realpath(place)} - project:
                yield spelling.rstrip(os.sep) + os.sep

    def _refused_clock(self, name: str) -> Callable[..., Any]:
        original = getattr(time, name)

        @wraps(original)
        def clock(*arguments: Any) -> Any:
            if sys._getframe(1).f_code.co_filename in self.own:
                raise PermissionError(f"a snippet may not read a clock: time.{name}")
            return original(*arguments)

        return clock


def _writes(flags: object) -> bool:
    return isinstance(flags, int) and bool(flags & _WRITING)


def _caller(frame: types.FrameType | None) -> str | None:
    """The file whose code asked for what Python's own modules are about to do; None for the import system."""
    while frame:
        name = frame.f_code.co_filename
        if name.startswith("<frozen importlib"):
            return None
        own = name.startswith("<frozen ") or (name.startswith(_STDLIB) and not any(part in name for part in _INSTALLED))
        if not own:
            return name
        frame = frame.f_back
    return None


def use_own_folder(folder: str) -> None:
    """Have temporary files made in a folder."""
    tempfile.tempdir = folder
    for name in ("TMPDIR", "TEMP", "TMP"):
        if name in os.environ or name == "TMPDIR":
            os.environ[name] = folder
