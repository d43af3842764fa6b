"""Labs from script to page and notebook: every output and figure with the cell that made it, and nothing by luck."""

from __future__ import annotations

import io
import json
import platform
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest

from engine.base.errors import SourceError
from engine.base.store import Store
from engine.compare.verdict import Verdict, check, mismatch
from engine.render.downloads import lab_downloads, scripts
from engine.render.figures import PALETTE
from engine.render.labs import Lab, picture, read
from engine.render.notebooks import function_notebook, lab_notebook
from engine.run.runner import Result, Runner
from engine.sources import cells
from engine.sources.includes import Place
from engine.sources.snippets import Snippet, discover

ROOT = Path(__file__).parents[2]
Add = Callable[[str, str], Snippet]
SAVE = 'open("{name}", "w").write("""{svg}""")\nclass plt:\n    savefig = print\nplt.savefig("{name}")\n'


def svg(description: str = "", colour: str = next(iter(PALETTE))) -> str:
    about = f"<dc:description>{description}</dc:description>" if description else ""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:dc="http://purl.org/dc/elements/1.1/" viewBox="0 0 9 9">'
        f'<metadata>{about}</metadata><path style="stroke: {colour}" d="M 0 0"/></svg>'
    )


@pytest.fixture(scope="module")
def warm() -> Iterator[Runner]:
    with Runner() as runner:
        yield runner


@pytest.fixture
def verdict(add: Add, warm: Runner, tmp_path: Path) -> Callable[[str], Verdict]:
    """Run a text as a lab."""

    def verdict(source: str) -> Verdict:
        (found,) = check([add("demo/labs/tried.py", source)], warm, Store(tmp_path / "runs"))
        return found

    return verdict


@pytest.fixture
def lab(verdict: Callable[[str], Verdict]) -> Callable[[str], Lab]:
    """Run a text as a lab without a fault."""

    def lab(source: str) -> Lab:
        found = verdict(source)
        assert found.result.problem is None, str(found.result.problem)
        made, problems = read(found)
        assert problems == []
        return made

    return lab


THREE = (
    "# %% [markdown]\n# # Title\n#\n# Text.\n\n# %%\nimport os\n\nprint('first')\n\n# %%\nx = 1\n\n"
    "# %% [markdown]\n# More.\n\n# %%\n\nprint('third', end='', flush=True)\nos.write(2, b' and C')\n"
)


def test_each_cell_has_what_it_printed(lab: Callable[[str], Lab]) -> None:
    made = lab(THREE)
    assert [cell.kind for cell in made.cells] == ["markdown", "code", "code", "markdown", "code"]
    assert [cell.output for cell in made.cells] == ["", "first\n", "", "", "third and C"]
    assert made.cells[0].source == "# Title\n\nText."
    assert made.cells[1].source == "import os\n\nprint('first')"
    assert made.verdict.result.output == "first\nthird and C", "the record holds no marker"


@pytest.mark.parametrize(
    "text",
    ["# %%\\n", "# %% [markdown]", "\\n\\n", "1e"],
)
def test_no_output_is_taken_for_the_start_of_a_cell(lab: Callable[[str], Lab], text: str) -> None:
    made = lab(f"# %%\nprint('{text}')\n\n# %%\nprint('end')\n")
    assert made.cells[1].output == "end\n"
    assert made.cells[0].output + "end\n" == made.verdict.result.output


@pytest.mark.parametrize("text", ["\\x1e\\n", "\\x1e" + "0" * 64 + "\\n"])
def test_what_resembles_a_marker_is_refused(lab: Callable[[str], Lab], text: str) -> None:
    with pytest.raises(AssertionError, match=r"control character U\+001E in line 1"):
        lab(f"# %%\nprint('{text}')\n\n# %%\nprint('end')\n")


def test_not_even_the_marker_of_another_lab_is_taken_for_one() -> None:
    source, other = "# %%\nprint(1)\n", "# %%\nprint(2)\n"
    mark = cells.marked(other, "b.py").split("\n")[0]
    assert mark.startswith("print('\\x1e")
    text = mark.removeprefix("print('").partition("'")[0].encode().decode("unicode_escape")
    printed = f"{text}\n".encode()
    assert cells.split(printed + b"2\n", other) == (b"2\n", [b"2\n"])
    assert cells.split(printed + b"2\n", source) == (printed + b"2\n", [])


@pytest.mark.parametrize(
    ("body", "line", "reason"),
    [
        ("x = 1\n1 / 0\n", 8, "ZeroDivisionError"),
        ("import warnings\nwarnings.warn('so')\n", 8, "a warning of its own lines"),
        ("import sys\nsys.exit(3)\n", 8, "ended early"),
    ],
)
def test_an_error_has_the_line_of_the_script(
    verdict: Callable[[str], Verdict], body: str, line: int, reason: str
) -> None:
    found = verdict(f"# %% [markdown]\n# Text.\n\n# %%\nprint('one')\n# %%\n{body}")
    assert found.problem is not None
    assert (found.problem.path, found.problem.line) == ("snippets/demo/labs/tried.py", line)
    assert reason in found.problem.reason
    made, problems = read(found)
    assert problems == [], "what did not run needs no figures"
    assert [cell.output for cell in made.cells] == ["", "one\n", ""]
    notebook = nbformat.reads(lab_notebook(made), as_version=4)
    assert [len(cell.get("outputs", [])) for cell in notebook.cells] == [0, 1, 0], "what ran before it is shown"


def test_what_looks_like_a_cell_inside_a_string_is_none(lab: Callable[[str], Lab]) -> None:
    made = lab('# %%\ntext = """\n# %%\n"""\nprint(text.strip())\n')
    assert [cell.output for cell in made.cells] == ["# %%\n"]


@pytest.mark.parametrize(
    ("source", "line", "reason"),
    [
        ("x = 1\n# %%\n", 1, "a lab starts with a cell"),
        ("# %%\nx = 1\n# %% a title\n", 3, "and nothing else"),
        ("# %%\nx = 1\n# %% [raw]\n# x\n", 3, "and nothing else"),
        ("# %%\nx = (\n# %%\n1)\n", 3, "starts inside a statement"),
        ("# %%\ndef f():\n    pass\n# %%\n    return 1\n", 4, "starts inside a statement"),
    ],
)
def test_cells_that_no_notebook_could_hold_are_refused(add: Add, source: str, line: int, reason: str) -> None:
    with pytest.raises(SourceError) as error:
        add("demo/labs/tried.py", source)
    (problem,) = error.value.problems
    assert (problem.path, problem.line) == ("snippets/demo/labs/tried.py", line)
    assert reason in problem.reason


def test_a_comment_that_a_notebook_would_run_is_a_problem(verdict: Callable[[str], Verdict]) -> None:
    _, problems = read(verdict("# %%\nx = 1\n\n# %%\n# %matplotlib inline\nx = 2\n"))
    assert ("snippets/demo/labs/tried.py", 4, "in a notebook this cell would be another text") in [
        (problem.path, problem.line, problem.reason) for problem in problems
    ]


def test_a_lab_that_takes_standard_output_away_is_a_problem(verdict: Callable[[str], Verdict]) -> None:
    found = verdict("# %%\nimport io, sys\nsys.stdout = io.StringIO()\n\n# %%\nprint('lost')\n")
    _, (problem,) = read(found)
    assert problem.reason.startswith("1 of its 2 code cells reported their start")


def test_a_figure_stands_with_its_cell_and_its_text(lab: Callable[[str], Lab]) -> None:
    made = lab("# %%\nx = 1\n\n# %%\n" + SAVE.format(name="a.svg", svg=svg("A line &amp; its end")) + "\n# %%\nx = 2\n")
    assert [len(cell.figures) for cell in made.cells] == [0, 1, 0]
    (figure,) = made.cells[1].figures
    assert (figure.name, figure.alt, figure.line) == ("a.svg", "A line & its end", 8)
    text = picture(made.verdict.snippet.name, figure.name, figure.svg, figure.alt)
    assert '<figure class="plot" id="demo-tried-a"><svg' in text
    assert "A line &amp; its end" in text


@pytest.mark.parametrize(
    ("body", "line", "reason"),
    [
        (SAVE.format(name="a.svg", svg=svg()), 5, "no text for those who do not see it"),
        (SAVE.format(name="a.svg", svg=svg("  ")), 5, "no text for those who do not see it"),
        (SAVE.format(name="a.svg", svg="<svg"), 5, "a.svg: not SVG"),
        # It would not change with the page.
        (SAVE.format(name="a.svg", svg=svg("A", "#123456")), 5, "a.svg: colour #123456 is not one of"),
        ("class plt:\n    savefig = print\nplt.savefig('b.svg')\n", 4, "no figure 'b.svg' of its own was written"),
        (SAVE.format(name="a.svg", svg=svg("A")).replace('plt.savefig("a.svg")', "plt.savefig('a' + '.svg')"), 4, "no"),
        (SAVE.format(name="a.svg", svg=svg("A")) + "plt.savefig('a.svg')\n", 6, "no figure 'a.svg' of its own"),
    ],
)
def test_a_figure_that_readers_could_not_have_is_a_problem(
    verdict: Callable[[str], Verdict], body: str, line: int, reason: str
) -> None:
    _, (problem,) = read(verdict(f"# %%\n{body}"))
    assert (problem.path, problem.line) == ("snippets/demo/labs/tried.py", line)
    assert reason in problem.reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("A line. It ends below 2.", ""),
        ("A line. It ends below 3.", "its text says what its script prints nowhere, It ends below 3: True"),
        ("A line. It ends above 2.", "its text says what its script prints nowhere, It ends above 2: True"),
        ("A line. It ends at 0.", "its text says what its script prints nowhere, It ends at 0: True"),
        ("A line to 2.", "the first sentence of its text says what is drawn, and no '2'"),
    ],
)
def test_a_figure_says_only_what_its_lab_has_found(verdict: Callable[[str], Verdict], text: str, reason: str) -> None:
    found = "x = 1\nprint('It ends below 2:', x < 2)\nprint('It ends at 0:', x == 0)\n"
    _, problems = read(verdict(f"# %%\n{found}{SAVE.format(name='a.svg', svg=svg(text))}"))
    told = [(problem.path, problem.line, problem.reason) for problem in problems]
    assert told == ([("snippets/demo/labs/tried.py", 8, f"a.svg: {reason}")] if reason else [])


def test_trained_curves_are_not_recorded_but_plain_ones_are(add: Add, warm: Runner) -> None:
    source = "# %%\nimport matplotlib.pyplot as plt\n\nplt.plot([0, 1], [0, 1], label='line')\n"
    results: dict[str, Result] = {}
    snippets = [add("demo/labs/tried.py", source), add("demo/claims/tried.py", source)]
    warm.run(snippets, lambda snippet, result: results.update({snippet.folder: result}))
    assert results["labs"].output == ""
    assert "line, #3f51b5 -: 2 points\n" in results["claims"].output


def test_a_wrong_record_is_found_in_whichever_cell(verdict: Callable[[str], Verdict], add: Add) -> None:
    source = "# %%\nprint('steady:', True)\n\n# %%\nprint('x = 0.5')\n"
    recorded = add("demo/labs/tried.py", source).recorded
    recorded.write_text("steady: True\nx = 0.5\n")
    assert verdict(source).problem is None
    for wrong, line in (("steady: False\nx = 0.5\n", 1), ("steady: True\nx = 0.6\n", 2)):
        recorded.write_text(wrong)
        problem = verdict(source).problem
        assert problem is not None
        assert (problem.path, problem.line) == ("snippets/demo/labs/tried.out", line)


def test_a_kept_result_has_its_cells_too(verdict: Callable[[str], Verdict]) -> None:
    first = verdict(THREE).result
    again = verdict(THREE).result
    assert again.seconds == first.seconds, "it was run again"
    assert list(again.cells) == ["first\n", "", "third and C"]


def test_the_notebook_is_the_script_with_its_outputs(lab: Callable[[str], Lab]) -> None:
    source = THREE + "\n# %%\n" + SAVE.format(name="a.svg", svg=svg("A line"))
    texts = []
    for _ in range(2):
        files = {file.path: file.content for file in lab_downloads(lab(source))}
        assert list(files) == ["labs/tried.ipynb", "labs/tried.py"]
        assert files["labs/tried.py"] == source
        texts.append(files["labs/tried.ipynb"])
    assert texts[0] == texts[1]
    notebook = nbformat.reads(texts[0], as_version=4)
    nbformat.validate(notebook)
    outputs = [cell.get("outputs", []) for cell in notebook.cells]
    assert [[output.get("text") for output in of_one] for of_one in outputs[:5]] == [
        [],
        ["first\n"],
        [],
        [],
        ["third and C"],
    ]
    assert outputs[5][-1].data["image/svg+xml"] == svg("A line")
    assert outputs[5][-1].data["text/plain"] == "A line"
    assert {output.output_type for of_one in outputs for output in of_one} == {"stream", "display_data"}
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == [1, 2, 3, 4]
    assert notebook.metadata["script"] == "snippets/demo/labs/tried.py"
    assert notebook.metadata["ran_with"].endswith(
        f"Python {platform.python_version()} · {platform.system()} {platform.machine()}"
    )
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)


def demo(add: Add, path: str, output: str, source: str = "print(1)\n") -> Verdict:
    snippet = add(path, source)
    snippet.recorded.write_text(output)
    return Verdict(snippet, Result(output, {}, {"NumPy": "2.0"}, "Python 3"), None)


def test_the_notebook_of_a_function_follows_its_page(add: Add, project: Path) -> None:
    from test_fragments import definition

    numpy, torch = "import numpy\n", "import torch\n"
    verdicts = [
        demo(add, "demo/claims/zero.py", "verdict: half true\n"),
        demo(add, "demo/numpy/beta.py", "b\n", numpy),
        demo(add, "demo/pytorch/forward.py", "p\n", torch),
        demo(add, "demo/numpy/forward.py", "n\n", numpy),
        demo(add, "demo/labs/long.py", "l\n", "# %%\nprint(1)\n"),
    ]
    page = "functions/demo.md"
    places = {"demo/forward.md": Place(page, "Forward"), "demo/beta.md": Place(page, "β and more")}
    text = function_notebook(definition(), {}, verdicts, places, "en")
    assert text == function_notebook(definition(), {}, verdicts[::-1], places, "en")
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    shown = [cell.source.partition("\n")[0] for cell in notebook.cells[1:]]
    assert shown == [
        *("## In code", "### Forward", "#### NumPy", "import numpy", "#### PyTorch", "import torch"),
        *("### β and more", "#### NumPy", "import numpy", "## Claims", "### zero", "print(1)"),
    ]
    assert "**verdict: half true**" in notebook.cells[-2].source
    assert [cell.outputs[0].text for cell in notebook.cells if cell.cell_type == "code"] == [
        "n\n",
        "p\n",
        "b\n",
        "verdict: half true\n",
    ]
    assert "NumPy 2.0" in notebook.cells[0].source
    assert "one by one" in notebook.cells[0].source


def test_the_zip_is_the_same_every_time_and_holds_what_a_script_needs(add: Add, project: Path) -> None:
    (project / "snippets/demo/claims/_part.py").write_text("three = 3\n")
    verdicts = [
        demo(add, "demo/claims/b.py", "3\n", "from _part import three\nprint(three)\n"),
        demo(add, "demo/claims/a.py", "1\n"),
    ]
    packed = scripts(verdicts)
    assert packed == scripts(verdicts[::-1])
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        names = [f"demo/claims/{name}" for name in ("_part.py", "a.out", "a.py", "b.out", "b.py")]
        assert archive.namelist() == names
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.read("demo/claims/_part.py") == b"three = 3\n"
        assert archive.read("demo/claims/b.out") == b"3\n"


LABS = sorted((ROOT / "snippets").glob("*/labs/[!_]*.py"))


@pytest.mark.parametrize("file", LABS, ids=lambda file: file.stem)
def test_every_lab_ends_with_verdicts_of_its_own(file: Path) -> None:
    """A conclusion is computed: its lines are in the record, and none of them is in the script with its answer."""
    lines = file.with_suffix(".out").read_text(encoding="utf-8").splitlines()
    verdicts = [line for line in lines if line.endswith((": True", ": False"))]
    source = file.read_text(encoding="utf-8")
    last = source.rpartition("# %%\n")[2]
    texts = [line.rpartition(": ")[0] for line in verdicts]
    assert sum(text in last for text in texts) >= 5
    assert not [line for line in verdicts if line in source]
    assert "seeds = range(" in source


def test_there_are_labs_to_look_at() -> None:
    assert len(LABS) >= 3
    assert {file.with_suffix(".md").name for file in LABS} <= {file.name for file in (ROOT / "docs/en/labs").glob("*")}


def test_a_changed_digit_in_a_real_record_is_found(tmp_path: Path) -> None:
    """The numbers of a lab are compared, too: not only its verdicts."""
    target = tmp_path / "snippets/softplus/labs"
    shutil.copytree(ROOT / "snippets/softplus/labs", target)
    (snippet,) = discover(tmp_path, target / "depth.py")
    snippet.figures.unlink()  # the result below has drawn none
    right = snippet.recorded.read_text(encoding="utf-8")
    result = Result(right)
    assert mismatch(snippet, result) is None
    for old, new in (("0.8061", "0.8062"), ("keeps less than 1e-10: True", "keeps less than 1e-10: False")):
        assert right.count(old) == 1
        snippet.recorded.write_text(right.replace(old, new), encoding="utf-8")
        assert mismatch(snippet, result) is not None


def test_notebook_files_are_plain_json(lab: Callable[[str], Lab]) -> None:
    text = lab_downloads(lab(THREE))[0].content
    assert json.loads(text)["nbformat"] == 4
    assert str(text).endswith("}\n")


def test_a_lab_that_a_notebook_would_write_otherwise_names_the_line(verdict: Callable[[str], Verdict]) -> None:
    (problem,) = read(verdict("# %% [markdown]\n# One\n#Two\n\n# %%\nx = 2\n"))[1]
    assert (problem.path, problem.line) == ("snippets/demo/labs/tried.py", 3)
    assert (
        problem.reason == "as a notebook and back it is another text; write this line as jupytext's percent format does"
    )
    assert problem.detail == "  it would be: # Two"
