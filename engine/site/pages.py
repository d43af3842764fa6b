"""What MkDocs made of each page, kept between builds in `.cache/pages`.

By itself MkDocs converts every page from Markdown in every build, and its search takes every page apart again. Both
take longer the more pages there are, and the more they say.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from markdown import Markdown
from material.plugins.search.plugin import SearchPlugin
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import BasePlugin
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import AnchorLink, get_toc
from msgspec import Struct, to_builtins

from engine.base import libraries
from engine.base.code import code_digest
from engine.base.store import Store, digest, project_store

SNIPPETS = "pymdownx.snippets"
#: Markdown extensions of our own, and what else has a hand in a page before it is in its template.
CODE = ("engine.site.formulas", "engine.site.highlight", "engine.site.lab_pages", __name__)
#: Settings that no page is made of before it is in its template; some have paths of this machine.
OUTSIDE = ("theme", "site_dir", "site_url", "config_file_path")


class Heading(Struct):
    """An entry of a page's table of contents, as Python-Markdown's `toc` has it."""

    name: str
    id: str
    level: int
    children: list[Heading]


class Rendered(Struct):
    """What MkDocs made of a page. key: of what; anchors: its ids; links: to anchors of other pages, by page."""

    key: str
    content: str
    toc: list[Heading]
    title: str | None
    anchors: list[str]
    links: dict[str, dict[str, str]]


class Indexed(Struct):
    """What the search made of a page. key: of what."""

    key: str
    entries: list[dict[str, Any]]


class Pages:
    """The pages of the last build. A build tells it of its files, then of each page, then of its search."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, type], Any] = {}  # so that a rebuild of a server reads no files
        self._store: Store | None = None
        self._site = self._kind = ""
        self._snippets = Markdown()

    def begin(self, files: Files, config: MkDocsConfig) -> None:
        """Take in what every page depends on: configuration, code, and the files that links may lead to."""
        root = Path(config.config_file_path).parent
        self._store = project_store(root, "pages")
        self._kind = f"{Path(config.docs_dir).name} {config.use_directory_urls}"  # pages for a folder are others
        settings = {name: value for name, value in config.data.items() if name not in OUTSIDE}
        plugins = {
            name: _with_files(plugin.config)
            for name, plugin in config.plugins.items()
            if isinstance(plugin, BasePlugin)
        }  # others are hooks
        plain = re.sub(r" at 0x[0-9a-f]+", "", repr((settings, plugins))).replace(str(root), "")
        paths = sorted((file.src_uri, file.url, str(file.inclusion)) for file in files)
        self._site = digest(plain, paths, libraries.distributions(), code_digest(*CODE))
        used = [SNIPPETS] if SNIPPETS in config.markdown_extensions else []
        self._snippets = Markdown(extensions=used, extension_configs=config.mdx_configs)

    def keep_rendering(self, page: Page, beside: str = "") -> None:
        """Have MkDocs render a page only if its text, once all is included, or the site is another than before.

        beside: what else the page is made of.
        """
        render = page.render

        def render_if_changed(config: MkDocsConfig, files: Files) -> None:
            key = digest(self._site, self._whole(page.markdown or ""), beside)
            known = self._known(page, Rendered)
            if known is None or known.key != key:
                with _warnings() as warnings:
                    render(config, files)
                if not warnings:  # what was warned of has to be said in every build
                    self._keep(page, _rendered(key, page))
            else:
                _show(known, page, files)

        page.render = render_if_changed  # type: ignore[method-assign]

    def _whole(self, text: str) -> str:
        """Markdown with the files that it includes."""
        lines = text.split("\n")
        known = self._snippets.preprocessors
        return "\n".join(known["snippet"].run(lines) if "snippet" in known else lines)

    def keep_indexed(self, config: MkDocsConfig) -> None:
        """Have the search take only pages apart that are others than before."""
        for plugin in config.plugins.values():
            if isinstance(plugin, SearchPlugin):
                self._keep_indexed(plugin.search_index)

    def _keep_indexed(self, index: Any) -> None:
        add: Callable[[Page], None] = index.add_entry_from_context

        def add_if_changed(page: Page) -> None:
            key = digest(self._site, page.content, page.title, repr(page.meta))
            known = self._known(page, Indexed)
            if known is None or known.key != key:
                first = len(index.entries)
                add(page)
                self._keep(page, Indexed(key, index.entries[first:]))
            else:
                index.entries += known.entries

        index.add_entry_from_context = add_if_changed

    def _known(self, page: Page, kind: type[Any]) -> Any:
        """What is kept of a page, or None."""
        name = self._name(page, kind)
        if (name, kind) not in self._made and self._store:
            self._made[name, kind] = self._store.get(name, kind)
        return self._made.get((name, kind))

    def _keep(self, page: Page, made: Rendered | Indexed) -> None:
        name = self._name(page, type(made))
        self._made[name, type(made)] = made
        if self._store:
            self._store.put(name, made)

    def _name(self, page: Page, kind: type) -> str:
        """One for each page: what was made of it before is not needed again."""
        return digest(self._kind, page.file.src_uri, kind.__name__)


def _with_files(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a plugin, with the text of each file that they name."""
    return {
        name: (value, Path(value).read_text(encoding="utf-8")) if isinstance(value, str) and _is_file(value) else value
        for name, value in settings.items()
    }


def _is_file(text: str) -> bool:
    try:
        return Path(text).is_file()
    except (OSError, ValueError):  # no path at all
        return False


def _rendered(key: str, page: Page) -> Rendered:
    # By name: each build has files of its own.
    links = {file.src_uri: dict(to) for file, to in (page.links_to_anchors or {}).items()}
    title, anchors = page._title_from_render, sorted(page.present_anchor_ids or ())
    return Rendered(key, page.content or "", _headings(page.toc), title, anchors, links)


def _show(known: Rendered, page: Page, files: Files) -> None:
    """Make of a page what `Page.render` made of it before."""
    page.content = known.content
    page.toc = get_toc(to_builtins(known.toc))
    page._title_from_render = known.title
    page.present_anchor_ids = set(known.anchors)
    linked = {files.get_file_from_path(name): to for name, to in known.links.items()}
    page.links_to_anchors = {file: to for file, to in linked.items() if file}


def _headings(entries: Iterable[AnchorLink]) -> list[Heading]:
    return [Heading(entry.title, entry.id, entry.level, _headings(entry.children)) for entry in entries]


@contextmanager
def _warnings() -> Iterator[list[logging.LogRecord]]:
    """The warnings that MkDocs logs meanwhile."""
    found: list[logging.LogRecord] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = found.append  # type: ignore[method-assign]
    logger = logging.getLogger("mkdocs")
    logger.addHandler(handler)
    try:
        yield found
    finally:
        logger.removeHandler(handler)
