"""Build the whole site: every language by MkDocs, each with its own search index, into one folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from engine.base.errors import Problem, SourceError
from engine.base.languages import SOURCE, configuration, languages

#: Variable of the environment that tells a build to show what does not hold instead of stopping.
DRAFT = "DRAFT"


def configurations(root: Path) -> dict[str, Path]:
    """The MkDocs configuration of each part of the site, by its folder below the site's root.

    That of the source is the root itself and comes first, since MkDocs empties the folder that it builds into.
    """
    others = [language for language in languages(root) if language != SOURCE]
    return {"": root / configuration(SOURCE)} | {f"{name}/": root / configuration(name) for name in others}


def build_site(root: Path, folder: Path, address: str = "", draft: bool = False) -> int:
    """Build every language into `folder`. Returns the exit status of the first build that fails, or 0.

    Raises SourceError for a folder with files of somebody: MkDocs empties it.
    draft: where something does not hold, build the site all the same, with the fault on its page; the status tells.
    address: where the site will be published, or nothing if that is not known. Without it the site has no canonical
    links, no hreflang and no addresses in its sitemaps, and its 404 page takes the root of the host for its home.
    """
    if folder.is_dir() and any(folder.iterdir()) and not (folder / "404.html").is_file():
        raise SourceError(
            [Problem(str(folder), "holds something else than a site, and would be emptied; name another")]
        )
    status = 0
    for part, file in configurations(root).items():
        command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--config-file", file.name]
        own = {"SITE_URL": f"{address.rstrip('/')}/{part}" if address else ""}
        # MkDocs dates the compressed sitemap; two builds of one commit are to be the same.
        dated = {"SOURCE_DATE_EPOCH": os.environ.get("SOURCE_DATE_EPOCH", "0")}
        mode = {DRAFT: "true" if draft else ""}
        place = {**os.environ, **dated, **own, **mode}
        done = subprocess.run([*command, "--site-dir", folder / part], cwd=root, env=place)
        status = status or done.returncode
        if status and not draft:
            break
    return status
