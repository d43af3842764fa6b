"""How `mkdocs serve` notices that a file was saved: told by the system, at once.

MkDocs looks through all files twice a second, which costs a reader of the page a quarter of a second on average, and
more work with every file. It cannot ask Linux as it is: there it would also be told of each file that is only read, and
a build reads them all.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.livereload import LiveReloadServer
from watchdog.events import (
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import ObservedWatch

#: What a build may depend on. Folders are of no interest: files come into them.
CHANGES: list[type[FileSystemEvent]] = [FileCreatedEvent, FileDeletedEvent, FileModifiedEvent, FileMovedEvent]


class Changes(Observer):  # type: ignore[misc, valid-type] - a class that depends on the system
    """Tells of changes and of nothing else."""

    def schedule(
        self, event_handler: FileSystemEventHandler, path: str | Path, *, recursive: bool = False, **more: Any
    ) -> ObservedWatch:
        """As the observer does, for `CHANGES`."""
        return super().schedule(event_handler, str(path), recursive=recursive, event_filter=CHANGES, **more)


def watch_natively(server: LiveReloadServer, config: MkDocsConfig) -> None:
    """Have a server that does not run yet told of changes. Where the system cannot tell, it goes on looking."""
    try:
        changes = Changes()
    except OSError:
        return
    watched = [path for path in (config.docs_dir, config.config_file_path) if path]
    for path in watched:
        server.unwatch(path)
    server.observer = changes
    for path in watched:
        server.watch(path)
