"""The site's own scripts as readers load them: in one file, without comments and blanks.

They are written apart, each of one idea. A site that is built without this hook loads them apart and is the same.
"""

from __future__ import annotations

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

FOLDER = "assets/js/"
BUNDLE = f"{FOLDER}bundle.js"


def bundle(files: Files, config: MkDocsConfig) -> None:
    """Replace the scripts that every page loads by one of the same content, and make the others short."""
    from rjsmin import jsmin

    joined = [str(script) for script in config.extra_javascript if str(script).startswith(FOLDER)]
    texts: dict[str, str] = {}
    for file in [file for file in files if file.src_uri.startswith(FOLDER) and file.src_uri.endswith(".js")]:
        texts[file.src_uri] = jsmin(file.content_string)
        files.remove(file)
    others = {path: text for path, text in texts.items() if path not in joined}
    if joined:
        others[BUNDLE] = "\n".join(texts[path] for path in joined)
        config.extra_javascript = [BUNDLE, *(s for s in config.extra_javascript if str(s) not in joined)]
    for path, text in sorted(others.items()):
        files.append(File.generated(config, path, content=text))
