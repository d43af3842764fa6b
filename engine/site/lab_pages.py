"""The pages of labs: mkdocs-jupyter renders the notebook that the engine has run, checked and offers for download.

The plugin's own template brings JupyterLab's style sheets and MathJax from another host. In its place it gets one that
writes Markdown of this site, cell by cell. MkDocs goes on from there, so that formulas, code, links and the table of
contents of a lab are what they are on every page. `docs/en/labs/<name>.md` has the front matter, and what stands below
the first cell.
"""

from __future__ import annotations

import html
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import BuildError
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

from engine.base import libraries as frameworks
from engine.base.code import code_digest
from engine.base.files import ENGINE
from engine.base.store import digest, project_store
from engine.render.published import FOLDER, LABS

TEMPLATES = ENGINE / "templates"
_PLAIN = "JUPYTER_NO_CONFIG"


def add_notebooks(files: Files, config: MkDocsConfig) -> None:
    """Have the plugin find the notebook of each lab's page where it looks for the source of the page."""
    folder = Path(config.config_file_path).parent / FOLDER / LABS
    for path in sorted(folder.glob("*.ipynb")):
        if file := files.get_file_from_path(f"{LABS}/{path.stem}.md"):
            file.content_string = file.content_string  # kept, or MkDocs would read it where the notebook is
            file.abs_src_path = str(path)


def notebook(page: Page) -> str:
    """The notebook of a lab's page as text; empty for any other page."""
    path = page.file.abs_src_path or ""
    return Path(path).read_text(encoding="utf-8") if path.endswith(".ipynb") else ""


def render_notebook(page: Page, config: MkDocsConfig) -> None:
    """Have MkDocs render a lab's page from the Markdown that the plugin makes of its notebook.

    That is kept under a digest of the notebook, the engine and what is installed: nbconvert is slow to import.
    """
    text = notebook(page)
    if not text:
        return
    store = project_store(Path(config.config_file_path).parent, "labs")
    key = digest(text, frameworks.distributions(), code_digest(__name__))
    convert, render = page.render, Page.render

    def render_cells(config: MkDocsConfig, files: Files) -> None:
        cells = store.get(key, list[str])
        if cells is None:
            with _our_nbconvert():
                convert(config, files)
            # Behind the cells the plugin puts a style sheet, which nothing here needs.
            cells = [html.unescape(cell) for cell in re.findall("<pre>(.*?)</pre>", page.content or "", re.DOTALL)]
            if not cells:
                raise BuildError(f"{page.file.src_uri}: mkdocs-jupyter has not rendered {page.file.abs_src_path}")
            store.put(key, cells)
        first, *others = cells
        page.markdown = "\n\n".join([first, page.markdown or "", *others])
        render(page, config, files)

    page.render = render_cells  # type: ignore[method-assign]


@contextmanager
def _our_nbconvert() -> Iterator[None]:
    """nbconvert with this site's template and filters, and without what a user has configured for notebooks."""
    from jupyter_core.paths import jupyter_config_dir
    from mkdocs_jupyter.config import settings
    from nbconvert.exporters.templateexporter import default_filters

    settings.templates_dir = str(TEMPLATES)
    default_filters.update(lab_code=lab_code, lab_output=lab_output)
    before = os.environ.get(_PLAIN)
    os.environ[_PLAIN] = "1"
    try:
        with suppress(FileNotFoundError):
            os.rmdir(jupyter_config_dir())  # the folder that it makes for want of another
        yield
    finally:
        del os.environ[_PLAIN]
        if before is not None:
            os.environ[_PLAIN] = before


def lab_code(source: str, about: Mapping[str, str]) -> str:
    """The code of a cell. about: the metadata of its notebook."""
    from engine.render.snippets import fence  # slow to import

    return fence(source, "python", f'data-snippet="{about["script"]}"')


def lab_output(output: Mapping[str, object], about: Mapping[str, str]) -> str:
    """What a cell has printed or drawn. Raises BuildError for all else, an error above all."""
    from engine.render.labs import picture
    from engine.render.snippets import fence

    match output:
        case {"output_type": "stream", "name": "stdout", "text": str(text)}:
            return fence(text, "text", f'.output .no-copy title="{about["ran_with"]}"')
        case {"output_type": "display_data", "data": {"image/svg+xml": str(svg), "text/plain": str(alt)}, **rest}:
            return picture(about["script"], rest["metadata"]["filename"], svg, alt)
        case {"output_type": "error", "ename": name, "evalue": value}:
            raise BuildError(f"{about['script']}: its notebook holds an error, {name}: {value}")
    kind = output["output_type"]
    raise BuildError(f"{about['script']}: its notebook holds an output that no page can show, {kind}")
