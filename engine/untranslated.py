"""Links from the pages of a translation to pages that exist in English only.

Such a page says `translate: false`. In a translation a link to it is written as in the English source, for instance
`../labs/depth.md`, and leads to the English site.
"""

from __future__ import annotations

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.utils import get_relative_url

from engine import blocks
from engine.translations import SOURCE


class EnglishPage(File):
    """A page of the English site, which a build of another language neither renders nor copies.

    folder: of that language, below the site's root.
    """

    def __init__(self, page: File, folder: str) -> None:
        super().__init__(page.src_uri, page.src_dir, "", page.use_directory_urls, dest_uri=page.dest_uri)
        self.folder = folder

    def is_documentation_page(self) -> bool:
        """Not of this build."""
        return False

    def copy_file(self, dirty: bool = False) -> None:
        """Do nothing: the English build writes it."""

    def url_relative_to(self, other: File | str) -> str:
        """The way from a page of this build up to the root of the site, and down to this page."""
        return get_relative_url(self.url, self.folder + (other.url if isinstance(other, File) else other))


def add_english_pages(files: Files, config: MkDocsConfig) -> None:
    """Let the pages of a translation link to the English pages that it leaves out."""
    root = Path(config.config_file_path).parent
    source = root / "docs" / SOURCE
    if Path(config.docs_dir).resolve() == source.resolve():
        return
    language = config.theme["language"]
    folder = next(entry["folder"] for entry in config.extra["alternate"] if entry["lang"] == language)
    for path in sorted(source.rglob("*.md")):
        name = path.relative_to(source).as_posix()
        if files.get_file_from_path(name) is None and not blocks.read(root, path).translate:
            page = File(name, str(source), config.site_dir, config.use_directory_urls)
            files.append(EnglishPage(page, folder))
