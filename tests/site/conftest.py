"""The site, built once for all of its tests, a server for it, and a browser."""

from __future__ import annotations

import functools
import http.server
import re
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
from shared import ADDRESS, HOST, PREFIX


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


@pytest.fixture(scope="session")
def addresses(site: Site, whole: bool) -> list[str]:
    """The addresses that a browser visits: in each language a page of each kind, or all."""
    found: dict[str, list[str]] = {}
    for name in (name.removesuffix("index.html") for name, page in site.pages.items() if not page.is_error):
        found.setdefault(re.sub(r"(functions|labs)/[^/]+/", r"\1/*/", name), []).append(name)
    return [name for names in found.values() for name in (names if whole else names[:1])]


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
