"""Links to what MkDocs does not build: downloads, and from a translation to pages that exist in English only.

Such a page says `translate: false`. In a translation a link to it is written as in the English source, for instance
`../labs/depth.md`, and leads to the English site.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url

from engine.base.files import sources_below
from engine.base.languages import SOURCE
from engine.render import published


class Elsewhere(File):
    """A file that links may lead to, and that something else puts there: a build neither renders nor copies it."""

    def is_documentation_page(self) -> bool:
        """Not of this build."""
        return False

    def copy_file(self, dirty: bool = False) -> None:
        """Do nothing."""


def add_downloads(files: Files, config: MkDocsConfig) -> None:
    """Let the pages link to what the engine offers for download."""
    root = Path(config.config_file_path).parent
    for path in published.collect(root):
        files.append(Elsewhere(path, str(root / published.FOLDER), config.site_dir, config.use_directory_urls))


def add_english_pages(files: Files, config: MkDocsConfig) -> list[Elsewhere]:
    """Let the pages of a translation link to the English pages that it leaves out. Returns these."""
    root = Path(config.config_file_path).parent
    source = root / "docs" / SOURCE
    if Path(config.docs_dir).resolve() == source.resolve():
        return []
    from engine.sources import blocks  # slow to import

    left_out = []
    for path in sources_below(source, ".md"):
        name = path.relative_to(source).as_posix()
        if files.get_file_from_path(name) is None and not blocks.read(root, path).translate:
            place = File(name, str(source), config.site_dir, config.use_directory_urls).dest_uri
            left_out.append(Elsewhere(name, str(source), config.site_dir, config.use_directory_urls, dest_uri=place))
            files.append(left_out[-1])
    return left_out


def lead_to_english(html: str, page: Page, left_out: Iterable[Elsewhere], config: MkDocsConfig) -> str:
    """A page's HTML with its links to English pages leading up and out of the folder of its own language.

    MkDocs writes such a link as if the page were in that folder, since it cannot lead above a site's root.
    """
    folder = f"{config.theme['language']}/"
    for file in left_out:
        inside, outside = (get_relative_url(file.url, prefix + page.url) for prefix in ("", folder))
        html = html.replace(f'href="{inside}"', f'href="{outside}"')
    return html
