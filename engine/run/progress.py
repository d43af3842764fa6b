"""What a command is busy with, told to who waits: a line that is rewritten on a terminal, plain lines elsewhere.

On standard error and not logged, since MkDocs counts in strict mode what is logged. Where nothing has to be run or
measured, nothing is said.
"""

from __future__ import annotations

import threading
from typing import TextIO


class Progress:
    """Says what goes on, from any thread; without a stream, to nobody."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def say(self, text: str, passing: bool = False) -> None:
        """Say what begins or, with an empty text, that it has ended. passing: one of many steps, for terminals."""
        with self._lock:
            if self._stream and self._stream.isatty():
                print(f"\r\x1b[K{text[:78]}", end="", file=self._stream, flush=True)
            elif self._stream and text and not passing:
                print(text, file=self._stream, flush=True)


#: Of the command at work, which sets it; a library is silent.
current = Progress(None)
