"""Files that readers take home: notebooks, scripts, and whatever else a function's page offers for download."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping

from engine.compare.verdict import Verdict
from engine.render.labs import Lab
from engine.render.notebooks import function_notebook, lab_notebook
from engine.render.published import DATA, LABS, Download
from engine.sources.definition import Definition
from engine.sources.includes import Place
from engine.sources.threads import Thread

#: The first moment that a zip file can name: its members must not tell when it was made.
EPOCH = (1980, 1, 1, 0, 0, 0)

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "notebook": "all code of this page as a notebook, with the outputs of this build",
        "scripts": "every script as a file, with its recorded output",
        "data": "what this build knows of the function as data: facts, names, verdicts, exact values, measured errors",
        "colon": ": ",
    },
    "zh": {
        "notebook": "本页全部代码的 Jupyter 笔记本（英文），附本次构建的输出",
        "scripts": "每段脚本各为一个文件，附已记录的输出",
        "data": "本次构建得到的全部数据：性质、各库名称、论断结论、精确值与实测误差",
        "colon": "：",
    },
}


def function_downloads(
    definition: Definition,
    threads: Mapping[str, Thread],
    verdicts: list[Verdict],
    places: Mapping[str, Place],
    data: str,
) -> list[Download]:
    """What the page of a function offers, in the order in which it is listed.

    places: see `engine.sources.includes`; data: see `engine.render.datasheet`.
    """
    function = definition.path.parts[1]
    notebook = function_notebook(definition, threads, verdicts, places, "en")
    return [
        Download(f"functions/{function}.ipynb", notebook, _about("notebook")),
        Download(f"functions/{function}.zip", scripts(verdicts), _about("scripts")),
        Download(f"{DATA}/{function}.json", data, _about("data")),
    ]


def lab_downloads(lab: Lab) -> list[Download]:
    """The two files of a lab: its notebook and its script."""
    name = lab.verdict.snippet.topic
    return [
        Download(f"{LABS}/{name}.ipynb", lab_notebook(lab), {"en": "notebook"}),
        Download(f"{LABS}/{name}.py", lab.verdict.snippet.source, {"en": "script"}),
    ]


def _about(key: str) -> dict[str, str]:
    return {language: words[key] for language, words in WORDS.items()}


def scripts(verdicts: Iterable[Verdict]) -> bytes:
    """A zip file of snippets, the modules that they import and their recorded outputs, the same on every build."""
    files: dict[str, bytes] = {}
    for verdict in verdicts:
        snippet = verdict.snippet
        files[snippet.name] = snippet.source.encode()
        files |= {path: text.encode() for path, text in snippet.modules}
        if snippet.recorded.is_file():
            files[snippet.path.with_suffix(".out").as_posix()] = snippet.recorded.read_bytes()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(files):
            member = zipfile.ZipInfo(path.removeprefix("snippets/"), EPOCH)
            member.create_system = 3  # Unix, on every system
            member.external_attr = 0o644 << 16
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, files[path])
    return packed.getvalue()


def downloads_fragment(downloads: Iterable[Download], language: str) -> str:
    """The list of a function's files, each with what it is."""
    colon = WORDS[language]["colon"]
    return "".join(f"- {_link(file.path)}{colon}{file.about[language]}\n" for file in downloads)


def lab_line(downloads: Iterable[Download]) -> str:
    """The line in which a lab offers its files."""
    files = ", ".join(_link(file.path) for file in downloads)
    return f"Run it yourself: {files}\n{{ .downloads }}\n"


def _link(path: str) -> str:
    name = path.rpartition("/")[2]
    return f'[{name}]({name}){{ download="{name}" }}'
