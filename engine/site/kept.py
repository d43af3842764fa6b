"""What MkDocs made of each page, kept between the rebuilds of `mkdocs serve`.

By itself MkDocs converts every page from Markdown after every change, and its search takes every page apart again. Both
take longer the more pages there are, and the more they say.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from markdown import Markdown
from material.plugins.search.plugin import SearchPlugin
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

from engine.base.store import digest

SNIPPETS = "pymdownx.snippets"


class Kept:
    """The pages of the last build. A build tells it of its files, then of each page, then of its search."""

    def __init__(self) -> None:
        self._site = ""
        self._snippets = Markdown()
        self._rendered: dict[str, tuple[str, dict[str, Any]]] = {}
        self._indexed: dict[str, tuple[str, list[dict[str, Any]]]] = {}

    def begin(self, files: Files, config: MkDocsConfig) -> None:
        """Take in what every page depends on: the configuration, and the files that links may lead to."""
        settings = re.sub(r" at 0x[0-9a-f]+", "", repr(config.data))
        self._site = digest(settings, sorted((file.src_uri, file.url, str(file.inclusion)) for file in files))
        used = [SNIPPETS] if SNIPPETS in config.markdown_extensions else []
        self._snippets = Markdown(extensions=used, extension_configs=config.mdx_configs)
        for known in (self._rendered, self._indexed):
            for path in [path for path in known if files.get_file_from_path(path) is None]:
                del known[path]

    def keep_rendering(self, page: Page, beside: str = "") -> None:
        """Have MkDocs render a page only if its text, once all is included, or the site is another than before.

        beside: what else the page is made of.
        """
        render = page.render

        def render_if_changed(config: MkDocsConfig, files: Files) -> None:
            path = page.file.src_uri
            key = digest(self._site, self._whole(page.markdown or ""), beside)
            if self._rendered.get(path, ("",))[0] != key:
                before = dict(vars(page))
                with _warnings() as warnings:
                    render(config, files)
                made = {name: value for name, value in vars(page).items() if value is not before.get(name)}
                # By name: each build has files of its own, and what is kept must not hold an old build.
                links = made.pop("links_to_anchors", None) or {}
                made["links_to_anchors"] = {file.src_uri: to for file, to in links.items()}
                # What was warned of has to be said in every build.
                self._rendered[path] = ("" if warnings else key, made)
            else:
                made = self._rendered[path][1]
                links = {files.get_file_from_path(name): to for name, to in made["links_to_anchors"].items()}
                vars(page).update(made, links_to_anchors=links)

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
        add = index.add_entry_from_context

        def add_if_changed(page: Page) -> None:
            path, key = page.file.src_uri, digest(self._site, page.content, page.title, repr(page.meta))
            if self._indexed.get(path, ("",))[0] != key:
                first = len(index.entries)
                add(page)
                self._indexed[path] = (key, index.entries[first:])
            else:
                index.entries += self._indexed[path][1]

        index.add_entry_from_context = add_if_changed


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
