"""The site, built once for all of its tests, a server for it, and a browser."""

from __future__ import annotations

import functools
import http.server
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from browser import ARGUMENTS, find
from built import Site
from filelock import FileLock
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from reading import SOFTPLUS, Log, Open

from engine.site.whole import configurations

ROOT = Path(__file__).resolve().parents[2]

#: The site is served below the root of its host, as GitHub Pages does: a link that starts with `/` breaks.
PREFIX = "reference"

#: Where the site believes to be published, and where the browser finds it: the name leads to the test's own server,
#: whose port differs each time. Browsers trust a name below localhost as they trust https.
HOST = "site.localhost"
ADDRESS = f"http://{HOST}/{PREFIX}/"

#: The languages of the site and the folder of each below its root; the first is the root's.
LANGUAGES = {part.rstrip("/") or "en": part for part in configurations(ROOT)}


def build(root: Path, folder: Path, address: str = ADDRESS, draft: bool = True) -> subprocess.CompletedProcess[str]:
    """Build every language of the site in the project's folder `root` into `folder`, in a draft with all faults."""
    command = [sys.executable, "-m", "engine", "site", str(folder), *(["--draft"] if draft else [])]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "NO_COLOR": "1", "SITE_URL": address}
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, encoding="utf-8")


@pytest.fixture(scope="session")
def first_build(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A web root with the site under PREFIX, built by the first process that comes here, and what is wrong with it.

    What does not hold is shown on its page, as while someone writes: it fails the test of what it is, and the one that
    says that this site may not be published, and no others.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    folder = shared / "www"
    with FileLock(shared / "www.lock"):
        fault = folder.with_suffix(".fault")
        if not fault.exists():
            done = build(ROOT, folder / PREFIX)
            text = f"exit status {done.returncode}\n{done.stderr}" if done.returncode else ""
            fault.write_text(text, encoding="utf-8")
    return folder, fault.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def www(first_build: tuple[Path, str]) -> Path:
    """The web root, if there is a whole site."""
    folder, _ = first_build
    if not (folder / PREFIX / "zh/search/search_index.json").is_file():  # written last
        pytest.fail("the site does not build; test_the_site_may_be_published says why", pytrace=False)
    return folder


@pytest.fixture(scope="session")
def site(www: Path) -> Site:
    """The built site."""
    return Site(www / PREFIX, ADDRESS)


class _Pages(http.server.SimpleHTTPRequestHandler):
    """Answers as GitHub Pages does: `/folder` leads to `/folder/`, and what is not there is the site's 404.html."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def list_directory(self, path: str) -> None:
        self.send_error(404)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        if code != 404:
            return super().send_error(code, message, explain)
        body = Path(self.directory, PREFIX, "404.html").read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


@pytest.fixture(scope="session")
def port(www: Path) -> Iterator[int]:
    """Port of this machine at which the web root is served."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Pages, directory=str(www)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="session")
def url() -> str:
    """Address of the site for the browser, with a slash at its end."""
    return ADDRESS


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[Browser]:
    """A running Chromium. Without one the tests fail; they are never skipped."""
    base = tmp_path_factory.getbasetemp()
    with FileLock(base.parent / "chromium.lock"):  # one installation at a time
        path = find()
    with sync_playwright() as playwright:
        here = f"--host-resolver-rules=MAP {HOST}:80 127.0.0.1:{port}"
        browser = playwright.chromium.launch(executable_path=path, args=[*ARGUMENTS, here])
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser, url: str) -> Iterator[Callable[..., tuple[BrowserContext, Log]]]:
    """Make browser profiles; after the test none of them may have seen an error or a request to another origin."""
    made: list[tuple[BrowserContext, Log]] = []

    def make(**options: object) -> tuple[BrowserContext, Log]:
        profile = chromium.new_context(**options)
        profile.set_default_timeout(10_000)
        made.append((profile, Log(profile, "{0.scheme}://{0.netloc}/".format(urlsplit(url)))))
        return made[-1]

    yield make
    for profile, _ in made:
        profile.close()
    faults = [fault for _, log in made for fault in log.faults]
    assert not faults, "\n".join(faults)


@pytest.fixture
def open_page(context: Callable[..., tuple[BrowserContext, Log]], url: str) -> Open:
    """Open a page of the site in a profile of its own."""

    def open_page(path: str = SOFTPLUS, **options: object) -> Page:
        profile, _ = context(**options)
        page = profile.new_page()
        page.goto(url + path)
        return page

    return open_page
