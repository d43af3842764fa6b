"""A web server that gives a site as a host does: compressed, to be kept by the browser, below the root."""

from __future__ import annotations

import functools
import gzip
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

#: What GitHub Pages compresses, among what a site has. Fonts and pictures are compressed already.
COMPRESSED = {".html", ".css", ".js", ".json", ".svg", ".xml", ".txt", ".md", ".ipynb"}
#: As GitHub Pages: ten minutes.
KEPT = "max-age=600"
PREFIX = "/reference/"


def compressed(body: bytes) -> bytes:
    """As sent by a server with the usual settings, and always the same."""
    return gzip.compress(body, 6, mtime=0)


@dataclass
class Served:
    """A running server: the address of the site with a slash at its end, and the bodies sent, as path and size."""

    url: str
    sent: list[tuple[str, int]] = field(default_factory=list)


@contextmanager
def serve(folder: Path) -> Iterator[Served]:
    """Serve a folder below PREFIX while the context lasts. The folder may be filled later."""
    state = Served("")
    handler = functools.partial(_Handler, state, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    state.url = f"http://127.0.0.1:{server.server_port}{PREFIX}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@functools.lru_cache(maxsize=256)
def _small(path: str, changed: int) -> bytes:
    return compressed(Path(path).read_bytes())


class _Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, state: Served, *arguments: object, directory: str) -> None:
        self.state = state
        super().__init__(*arguments, directory=directory)

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        if not path.startswith(PREFIX):
            self._send(404, b"", "text/plain")
            return
        file = Path(self.translate_path(path[len(PREFIX) - 1 :]))
        if file.is_dir():
            if not path.endswith("/"):
                self.send_response(301)
                self.send_header("Location", f"{path}/")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            file /= "index.html"
        status, file = (200, file) if file.is_file() else (404, Path(self.directory) / "404.html")
        if not file.is_file():
            self._send(404, b"", "text/plain")
        elif file.suffix in COMPRESSED and "gzip" in self.headers.get("Accept-Encoding", ""):
            self._send(status, _small(str(file), file.stat().st_mtime_ns), self._type(file), "gzip")
        else:
            self._send(status, file.read_bytes(), self._type(file))

    def _type(self, file: Path) -> str:
        kind = self.guess_type(str(file))
        return f"{kind}; charset=utf-8" if file.suffix in COMPRESSED else kind

    def _send(self, status: int, body: bytes, kind: str, encoding: str = "") -> None:
        self.state.sent.append((self.path, len(body)))
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", KEPT)
        self.send_header("Vary", "Accept-Encoding")
        if encoding:
            self.send_header("Content-Encoding", encoding)
        self.end_headers()
        self.wfile.write(body)
