"""What a runner, its workers and their children tell each other.

A runner sends a worker a `Job`. The worker hands a child a `Task`, reads the child's `Ending`, and answers with a
`Report`. What goes from process to process is JSON, a line each.
"""

from __future__ import annotations

import os

from msgspec import Struct


class Limits(Struct, frozen=True):
    """What one snippet may cost.

    seconds: processor time, of all of its processes; wall_seconds: wall time, generous, since other work on the machine
    counts; grace: seconds for threads and processes to end once its last line has; output: bytes that it prints, or
    writes to any file; folder: bytes of all its files; processes: those that it starts, one after the other or
    together; memory: bytes that these hold together.
    """

    seconds: float = 60
    wall_seconds: float = 900
    grace: float = 10
    output: int = 1_000_000
    folder: int = 20_000_000
    processes: int = 32
    memory: int = 8 << 30


class Job(Struct, frozen=True):
    """A snippet to run.

    path: its file; modules: files that it imports from its folder; root: the project, which it may not change; source:
    the text to run; notebook: whether it has to run without a file, too; curves: whether to list the curves of its
    figures; preload: modules to import for it; limits: what it may cost; fork: whether its process is forked, or
    started anew.
    """

    path: str
    modules: tuple[str, ...]
    root: str
    source: str
    notebook: bool
    curves: bool
    preload: tuple[str, ...]
    limits: Limits
    fork: bool


class Place(Struct, frozen=True):
    """The folder of one run alone, and what lies in it.

    home: the user's, which is empty; cwd, temporary: folders to work in and for temporary files; output: the file of
    standard output and error; report: of the child's `Ending`; trace: of the Python traceback of a crash or time-out;
    spawned: of the line that last started a process.
    """

    folder: str
    home: str
    cwd: str
    temporary: str
    output: str
    report: str
    trace: str
    spawned: str

    @classmethod
    def within(cls, folder: str, home: str) -> Place:
        """The places in a folder that is there; both of its folders are made."""
        place = cls(folder, home, *(os.path.join(folder, name) for name in cls.__struct_fields__[2:]))
        os.mkdir(place.cwd)
        os.mkdir(place.temporary)
        return place


class Task(Struct, frozen=True):
    """What one child is to do. fresh: no library has been imported for it."""

    job: Job
    place: Place
    fresh: bool


class Done(Struct, tag=True):
    """A snippet has come to its end."""


class Failed(Struct, tag=True):
    """A snippet has not. reason: why; line: in which of its lines; detail: what else tells of it."""

    reason: str
    line: int | None = None
    detail: str = ""

    def __post_init__(self) -> None:
        self.reason, self.detail = plain(self.reason), plain(self.detail)


class Again(Struct, tag=True):
    """A snippet has to run in a process in which no library has been imported."""


Ending = Done | Failed | Again


class Report(Struct):
    """How a job has ended.

    output: what it printed; files: the text files that it wrote in its working directory, by relative path; seconds:
    how long that took; places: folders that were there for this run.
    """

    ending: Ending
    output: bytes = b""
    files: dict[str, str] = {}
    seconds: float = 0.0
    places: tuple[str, ...] = ()


def plain(text: str) -> str:
    """A text as every process can be told it: with escapes for what is no character, as in the names of some files."""
    return text.encode(errors="backslashreplace").decode()
