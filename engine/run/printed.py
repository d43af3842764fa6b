"""What a snippet has printed: whether it is text that says the same on every machine and in every run."""

from __future__ import annotations

import re
import sysconfig
from collections.abc import Sequence
from functools import cache

#: As `object.__repr__` writes it. Hexadecimal digits that a snippet prints of its own have no `at` before them.
_ADDRESS = re.compile(r"\bat 0x[0-9A-Fa-f]{4,}")

#: As the logs of TensorFlow and XLA begin: a letter, the day or the second, the time, the process, file and line.
_LOG = re.compile(r"^[IWEF]\d{4}\s[\d:.]+\s+\d+ \S+:\d+\]", re.MULTILINE)


def fault(raw: bytes, places: Sequence[str] = ()) -> tuple[str, str]:
    """Why an output cannot be recorded, and the line of it; both empty if it can.

    places: folders of this machine and of this run, beside those of Python and of its libraries. None is in the reason,
    which the ledger keeps.
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        row = raw.count(b"\n", 0, error.start) + 1
        return f"printed bytes that are not UTF-8: 0x{raw[error.start]:02x} in line {row} of its output", ""
    if match := _control().search(text):
        return f"printed the control character U+{ord(match[0]):04X} in {_row(match)}", ""
    for pattern, what in (
        (_ADDRESS, "an address in memory, another one in each run,"),
        (_LOG, "a library's log, with the time and the process,"),
        *((_path(place), "a path of this machine") for place in (*places, *_libraries())),
    ):
        if match := pattern.search(text):
            return f"printed {what} in {_row(match)}", f"  {text.splitlines()[_index(match)]}"
    return "", ""


def _path(place: str) -> re.Pattern[str]:
    return re.compile(re.escape(place) + r"(?![\w.-])")


def readable(raw: bytes) -> str:
    """What was printed, with escapes for bytes that are no UTF-8 and for control characters."""
    text = raw.decode("utf-8", errors="backslashreplace")
    return _control().sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text)


def _row(match: re.Match[str]) -> str:
    return f"line {_index(match) + 1} of its output"


def _index(match: re.Match[str]) -> int:
    return match.string.count("\n", 0, match.start())


@cache
def _control() -> re.Pattern[str]:
    """What would act instead of being seen: terminal sequences, carriage returns, marks that turn the way of text.

    It fails the snippet, and is shown escaped. Compiled when needed: that takes longer than to import this module.
    """
    return re.compile(r"[^\n\t\x20-\x7e\xa0-\U0010ffff]|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


@cache
def _libraries() -> tuple[str, ...]:
    """The folders of Python's own modules and of those installed."""
    return tuple(dict.fromkeys(sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")))
