"""What MkDocs publishes for machines beside the pages: downloads, a Markdown twin of each page, and `llms.txt`.

All are MkDocs files, so that one mechanism copies and serves them. `llms.txt` has the format of https://llmstxt.org: a
title, a summary, and sections of links, of which one named `Optional` may be left out by a reader with little room.
"""

from __future__ import annotations

import hashlib
import posixpath
from functools import cache
from pathlib import Path
from urllib.parse import urljoin

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

from engine.base import libraries as frameworks
from engine.base.code import code_digest
from engine.base.store import Store
from engine.render import published
from engine.render.published import DATA, SCHEMA

#: Titles in `llms.txt` that the navigation does not give, by language. `Optional` is a word of the format.
WORDS = {
    "en": {
        "pages": "Pages",
        "data": "{name} as data",
        "schema": "Schema of the data",
        "full": "All pages in one file",
        "source": "each after its URL, which its links are relative to",
    },
    "zh": {
        "pages": "页面",
        "data": "{name} 的数据",
        "schema": "数据的 JSON Schema",
        "full": "全部页面合为一个文件",
        "source": "每页之前是该页的网址，页内链接均相对于此网址",
    },
}


class Asset(File):
    """A file that is copied as it is, whatever its name: MkDocs would make a page of Markdown."""

    def is_documentation_page(self) -> bool:
        """Never."""
        return False


def add_downloads(files: Files, config: MkDocsConfig) -> None:
    """Let the pages link to what the engine offers for download."""
    root = Path(config.config_file_path).parent
    for path in published.collect(root):
        files.append(Asset.generated(config, path, abs_src_path=str(root / published.FOLDER / path)))


def add_twins(files: Files, nav: Navigation, config: MkDocsConfig) -> None:
    """Add the twin of each page, `llms.txt` and `llms-full.txt`; `page.meta["twin"]` is the twin's URL on the page."""
    listed = [page for page in nav.pages if page.content]
    known = set(map(id, listed))
    others = [file.page for file in files.documentation_pages() if id(file.page) not in known and file.page.content]
    pages = listed + others
    texts = {}
    for page in pages:
        texts[_path(page)] = _twin(page, config)
        page.meta["twin"] = posixpath.basename(_path(page))
    data = [file.src_uri for file in files if isinstance(file, Asset)]
    sources = [f"Source: {_url(page.url or './', config)}\n\n{texts[_path(page)]}" for page in pages]
    texts["llms-full.txt"] = "\n".join(sources)
    texts["llms.txt"] = index(nav, pages, data, config)
    for path, text in texts.items():
        file = Asset.generated(config, f"{path}:twin", content=text)  # a name of its own: the source may have this path
        file.dest_uri = path
        files.append(file)


def _path(page: Page) -> str:
    """Where the twin of a page lies within the site: in place of its HTML file."""
    return posixpath.splitext(page.file.dest_uri)[0] + ".md"


def _url(path: str, config: MkDocsConfig) -> str:
    """Absolute if it is known where the site will be published."""
    return urljoin(config.site_url or "", path)


def _twin(page: Page, config: MkDocsConfig) -> str:
    """The twin, kept under all that it depends on: an unchanged page costs a digest."""
    store = Store(Path(config.config_file_path).parent / ".cache" / "twins")
    here = "./" if config.use_directory_urls else posixpath.basename(page.file.dest_uri)
    asked = (page.content, here, config.theme["language"])
    key = hashlib.sha256(_converter() + "\0".join(asked).encode()).hexdigest()
    text = store.get(key)
    if text is None:
        from engine.site import twins  # slow to import

        text = twins.convert(*asked)
        store.put(key, text)
    return text


@cache
def _converter() -> bytes:
    """What decides how a page is converted, beside the page."""
    versions = [frameworks.version(name) for name in ("markdownify", "lxml", "beautifulsoup4")]
    return repr([code_digest("engine.site.twins"), versions]).encode()


def index(nav: Navigation, pages: list[Page], data: list[str], config: MkDocsConfig) -> str:
    """The text of `llms.txt`: sections as in the navigation, and at its end what is optional."""
    words = WORDS[config.theme["language"]]
    sections: dict[str, list[str]] = {}
    for page in pages:
        top = page.ancestors[-1].title if page.ancestors else words["pages"]
        about = " ".join(str(page.meta.get("description", "")).split())
        sections.setdefault(top, []).append(_link(page.title, _url(_path(page), config), about))
    titles = {page.file.src_uri: page.title for page in pages}
    optional = [_link(words["full"], _url("llms-full.txt", config), words["source"])]
    for path in data:
        if posixpath.dirname(path) == DATA and path.endswith(".json"):
            stem = posixpath.splitext(path)[0]
            named = titles.get(f"{stem}.md", stem)
            title = words["schema"] if posixpath.basename(path) == SCHEMA.name else words["data"].format(name=named)
            optional.append(_link(title, _url(path, config)))
    parts = [f"# {config.site_name}", f"> {' '.join((config.site_description or '').split())}"]
    parts += ["\n".join([f"## {title}", "", *links]) for title, links in (sections | {"Optional": optional}).items()]
    return "\n\n".join(parts) + "\n"


def _link(title: str, url: str, about: str = "") -> str:
    return f"- [{title}]({url})" + (f": {about}" if about else "")
