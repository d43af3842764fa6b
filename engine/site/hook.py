"""MkDocs hook: bring the fragments up to date before each build, and render labs. The other pages need no hook.

What stands beside the pages is made of their HTML.
"""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemBytecodeCache
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

from engine.assemble.site import Site
from engine.base.errors import SourceError
from engine.base.files import is_source
from engine.run import progress
from engine.run.progress import Progress
from engine.run.runner import Runner
from engine.site import lab_pages
from engine.site.after import after
from engine.site.links import Elsewhere, add_downloads, add_english_pages, lead_to_english
from engine.site.pages import Pages
from engine.site.whole import DRAFT

runner = Runner()  # its workers start when first needed and stay warm between the rebuilds of `mkdocs serve`
pages = Pages()
serving = False
left_out: list[Elsewhere]  # of a translation


def on_startup(command: str, **_: Any) -> None:
    """Also makes MkDocs keep this module between rebuilds."""
    global serving, pages
    serving, pages = command == "serve", Pages()
    progress.current = Progress(sys.stderr)


def on_pre_build(config: MkDocsConfig) -> None:
    """Run what has changed and write the fragments.

    A build that is published stops at any problem, with Abort. While someone writes, and in a draft, the page shows it.
    In strict mode a logged warning fails a build at its end, when the site is there; it would stop the server.
    """
    try:
        problems = Site(Path(config.config_file_path).parent, runner).build()
    except SourceError as error:
        problems = error.problems
    for problem in problems:
        print(problem, file=sys.stderr)
    said = f"{len(problems)} problem(s) in the snippets and their pages"
    if problems and os.environ.get(DRAFT):
        logging.getLogger("mkdocs.engine").warning(f"{said}: this site may not be published")
    elif problems and not serving:
        raise Abort(said)


def on_files(files: Files, config: MkDocsConfig) -> None:
    """Offer downloads, and to a translation the pages that it leaves out, to the pages' links."""
    for file in [file for file in files if not all(map(is_source, file.src_uri.split("/")))]:
        files.remove(file)  # MkDocs leaves out hidden ones only
    lab_pages.add_notebooks(files, config)
    add_downloads(files, config)
    global left_out
    left_out = add_english_pages(files, config)
    pages.begin(files, config)


def on_pre_page(page: Page, config: MkDocsConfig, **_: Any) -> Page:
    """Make the pages of labs of their notebooks, and render only what has changed."""
    lab_pages.render_notebook(page, config)
    pages.keep_rendering(page, lab_pages.notebook(page))
    return page


def on_page_content(html: str, page: Page, config: MkDocsConfig, **_: Any) -> str:
    """Let links out of a translation."""
    return lead_to_english(html, page, left_out, config)


def on_env(environment: Environment, config: MkDocsConfig, **_: Any) -> None:
    """Keep compiled templates: half of a small build."""
    pages.keep_indexed(config)
    folder = Path(config.config_file_path).parent / ".cache" / "templates"
    folder.mkdir(parents=True, exist_ok=True)
    environment.bytecode_cache = FileSystemBytecodeCache(str(folder))


def on_post_build(config: MkDocsConfig) -> None:
    """Add what is made of the HTML."""
    after(Path(config.config_file_path).parent, Path(config.site_dir))


def on_shutdown() -> None:
    """End the workers."""
    runner.close()
