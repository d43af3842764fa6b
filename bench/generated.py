"""Sites of N functions that several tools can build, for `bench.others`, `bench.scale` and `bench.serving`.

Each page has a PyTorch and a TensorFlow snippet and shows their code and output.
"""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bench.engine import ROOT, run

#: Entries in one section of the navigation.
FAN = 10

SNIPPETS = {
    "torch": "import torch\n\nx = torch.linspace(-3, 3, 7)\nprint(torch.nn.functional.softplus(x) * {number})\n",
    "tensorflow": "import tensorflow as tf\n\nx = tf.linspace(-3.0, 3.0, 7)\n"
    "print((tf.nn.softplus(x) * {number}).numpy())\n",
}
DEFINITION = """\
name: Function {number}
expression: {factor}*x
stable: {factor}*x
derivative: "{factor}"
apis: [{{name: numpy.positive, call: numpy.positive({factor}*x)}}]
figure: {{en: A line, zh: 一条线}}
"""
MARKDOWN = {
    "attr_list": {},
    "admonition": {},
    "md_in_html": {},
    "pymdownx.blocks.details": {},
    "pymdownx.highlight": {},
    "pymdownx.superfences": {},
}
PROSE = "# Function {number}\n\nA page about function {number}.\n"


@dataclass(frozen=True)
class Way:
    """One way to build the site. page: the file with the prose of function 0; code: that with its PyTorch snippet."""

    name: str
    folder: Path
    page: Path
    code: Path
    python: Path

    @property
    def command(self) -> list[str]:
        """What builds it, in its folder."""
        return [str(self.python), "-m", "mkdocs", "build", "--quiet"]

    def forget(self) -> None:
        """Remove what builds have left."""
        for kept in (".cache", "site"):
            shutil.rmtree(self.folder / kept, ignore_errors=True)


def sources(number: int) -> dict[str, str]:
    """The snippets of a generated function, by path."""
    return {name: text.format(number=number + 1) for name, text in SNIPPETS.items()}


def _configuration(folder: Path, count: int, suffix: str = "md", **more: object) -> None:
    """A site whose pages show the part of its navigation that they stand in: with all of it in each, bytes grow as a
    square."""
    nav = _tree([f"functions/f{number}.{suffix}" for number in range(count)])
    theme = {"name": "material", "font": False, "features": ["navigation.prune"]}
    own = {"site_name": "N functions", "theme": theme, "plugins": {}, "nav": [{"Home": "index.md"}, *nav]}
    text = yaml.safe_dump(own | {"markdown_extensions": MARKDOWN} | more, sort_keys=False)
    put(folder / "mkdocs.yml", text)
    put(folder / str(more.get("docs_dir", "docs")) / "index.md", "# N functions\n")


def _tree(pages: list[str], first: int = 0) -> list[Any]:
    """Pages as a navigation, in which nothing has more than FAN entries. first: the number of the first page."""
    size = 1
    while size * FAN < len(pages):
        size *= FAN
    if size == 1:
        return pages
    parts = [(start, pages[start : start + size]) for start in range(0, len(pages), size)]
    return [
        {f"{first + start} to {first + start + len(part) - 1}": _tree(part, first + start)} for start, part in parts
    ]


def put(file: Path, text: str) -> None:
    """Write a file, with its folders."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def engine(folder: Path, python: Path, count: int, **more: object) -> Way:
    """This project's engine: a folder of snippets for each function, recorded, and a page that includes them.

    more: settings of MkDocs.
    """
    includes = {"base_path": [".cache/fragments/en"], "check_paths": True}
    _configuration(
        folder,
        count,
        watch=["snippets"],
        docs_dir="docs/en",
        hooks=[str(ROOT / "engine/site/hook.py")],
        markdown_extensions=MARKDOWN | {"pymdownx.snippets": includes},
        **more,
    )
    for number in range(count):
        name = f"f{number}"
        put(folder / f"snippets/{name}/definition.yml", DEFINITION.format(number=number, factor=number + 2))
        page = PROSE.format(number=number)
        for framework, text in sources(number).items():
            put(folder / f"snippets/{name}/recipes/in_{framework}.py", text)
            page += f'\n--8<-- "{name}/recipes/in_{framework}.md"\n'
        for part in ("apis", "downloads", "microscope"):
            page += f'\n--8<-- "{name}/{part}.md"\n'
        put(folder / f"docs/en/functions/{name}.md", page)
    run(folder, str(python), "-m", "engine", "record", engine=ROOT)
    shutil.rmtree(folder / "ledger")  # no other tool keeps a history of releases
    pages = folder / "docs/en/functions/f0.md"
    return Way("engine", folder, pages, folder / "snippets/f0/recipes/in_torch.py", python)


def markdown_exec(folder: Path, python: Path, count: int) -> Way:
    """markdown-exec: code blocks of the pages, run in the process that builds."""
    _configuration(folder, count, plugins={"markdown-exec": {}})
    for number in range(count):
        blocks = (f'```python exec="on" source="above" result="text"\n{text}```\n' for text in sources(number).values())
        put(folder / f"docs/functions/f{number}.md", "\n".join([PROSE.format(number=number), *blocks]))
    page = folder / "docs/functions/f0.md"
    return Way("markdown_exec", folder, page, page, python)


def jupyter(folder: Path, python: Path, count: int) -> Way:
    """mkdocs-jupyter: one notebook a page, run in a kernel of its own."""
    plugins = {"mkdocs-jupyter": {"execute": True, "allow_errors": False}}
    _configuration(folder, count, "ipynb", plugins=plugins)
    for number in range(count):
        cells: list[dict[str, object]] = [
            {"cell_type": "markdown", "id": "a", "metadata": {}, "source": PROSE.format(number=number)}
        ]
        cells += [
            {"cell_type": "code", "id": name, "metadata": {}, "source": text, "outputs": [], "execution_count": None}
            for name, text in sources(number).items()
        ]
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        notebook = {"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
        put(folder / f"docs/functions/f{number}.ipynb", json.dumps(notebook))
    page = folder / "docs/functions/f0.ipynb"
    return Way("jupyter", folder, page, page, python)


def plain(folder: Path, python: Path, count: int, built: Way) -> Way:
    """MkDocs alone, with what the engine has written standing in the pages and beside them."""

    def shown(include: re.Match[str]) -> str:
        return (built.folder / ".cache/fragments/en" / include[1]).read_text(encoding="utf-8")

    _configuration(folder, count)
    shutil.copytree(built.folder / ".cache/downloads", folder / "docs", dirs_exist_ok=True)
    for number in range(count):
        text = (built.folder / f"docs/en/functions/f{number}.md").read_text(encoding="utf-8")
        whole = re.sub(r'--8<-- "(.*)"', shown, text)
        put(folder / f"docs/functions/f{number}.md", re.sub(r"\[[^\]]*\]\([^)]*\)", "", whole))
    page = folder / "docs/functions/f0.md"
    return Way("plain", folder, page, page, python)
