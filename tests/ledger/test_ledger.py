"""The ledger: what is entered, what it says of the past, and that no entry outlives what it speaks of."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.__main__ import main
from engine.assemble.site import Site
from engine.base import libraries as frameworks
from engine.base import yamlfile
from engine.base.errors import Problem, SourceError
from engine.compare.verdict import Verdict
from engine.ledger import entries as ledger
from engine.ledger import recording, releases, sections
from engine.ledger.entries import Entry, Release, Run
from engine.ledger.history import remember
from engine.ledger.recording import Printed
from engine.render.versions import versions_fragment
from engine.run.runner import Result, Runner
from engine.sources.snippets import Snippet, discover

ROOT = Path(__file__).parents[2]
Add = Callable[[str, str], Snippet]
Call = Callable[..., tuple[int, str, str]]
MACHINE = frameworks.machine()


@pytest.fixture
def engine(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Call the command line in the project on some day; returns exit status, standard output and error."""
    monkeypatch.chdir(project)

    def engine(*arguments: str, day: str = "2026-01-02") -> tuple[int, str, str]:
        monkeypatch.setattr("engine.commands.check.today", lambda: day)
        capsys.readouterr()
        status = main(list(arguments))
        return status, *capsys.readouterr()

    return engine


def printed(snippet: Snippet, output: str, before: str | None = None, problem: Problem | None = None) -> Printed:
    """What a snippet printed, without running it. before: the recorded output until now, if that has changed."""
    result = Result(output, versions={"NumPy": "2.0.0"}, machine="Python 3 · Some machine", problem=problem)
    return Printed(snippet, result, ledger.recorded(snippet) if before is None else before)


def enter(project: Path, version: str, *ones: Printed, day: str = "2026-01-02", anew: bool = True) -> list[str]:
    return recording.enter(project, ones, {"numpy": version, "scipy": "1"}, day, anew)


def file(project: Path, version: str) -> Path:
    return project / f"ledger/numpy-{version}.yml"


def told(project: Path) -> dict[str, str]:
    """A digest of what the ledger says, by function."""
    return {function: sections.digest_of(texts) for function, texts in sections.by_function(project).items()}


def faults(project: Path) -> list[str]:
    """What a build would say of the ledger, without the way to mend it."""
    try:
        return [
            str(replace(problem, detail=""))
            for problem in ledger.problems(project, ledger.read(project), discover(project))
        ]
    except SourceError as error:
        return [str(problem) for problem in error.problems]


@pytest.fixture
def snippet(add: Add) -> Snippet:
    """A snippet with a recorded output."""
    snippet = add("demo/numpy/a.py", "import numpy as np\nprint(0.5)\n")
    snippet.recorded.write_text("0.5\n")
    return snippet


# What is entered


def test_recording_enters_what_the_installed_release_prints(engine: Call, project: Path, add: Add) -> None:
    add("demo/numpy/a.py", "import numpy as np\nprint(0.5)\n")
    add("demo/claims/plain.py", "print('of no library')\n")
    numpy = frameworks.version("numpy")
    status, out, _ = engine("record")
    assert (status, f"ledger/numpy-{numpy}.yml: recorded\n" in out) == (0, True)
    text = file(project, numpy).read_text(encoding="utf-8")
    (whole,) = re.findall('digest: "([0-9a-f]{12})"', text)
    assert text == (
        f"# What the snippets printed with NumPy {numpy}. Written by the engine, read by builds.\ndemo:\n"
        f'- recorded: "2026-01-02"\n  machine: "{MACHINE}"\n  versions: {{numpy: "{numpy}"}}\n  snippets:\n'
        f'    numpy/a.py: {{source: "c20d3cc2559a", output: "ed4777de54ce", digest: "{whole}"}}\n'
    )
    assert engine("record", day="2027-01-01")[1] == "2 snippets run, 0 failed, 0 recorded\n"
    assert file(project, numpy).read_text(encoding="utf-8") == text, "what is known keeps its day"
    assert faults(project) == []


def test_recording_a_new_source_leaves_no_entry_of_the_old_one(engine: Call, project: Path, snippet: Snippet) -> None:
    other = snippet.path.with_name("b.py")
    shutil.copy(project / snippet.path, project / other)
    engine("record")
    enter(project, "1.0", *(printed(one, "0.5\n") for one in discover(project)))
    (project / snippet.path).write_text("import numpy as np\nprint(1 / 2)\n")
    engine("record", snippet.name, day="2026-03-04")
    found = {release.version: release.entries for release in ledger.read(project)}
    assert set(found.pop("1.0")) == {"numpy/b.py"}
    (now,) = found.values()
    assert {path: entry.run.day for path, entry in now.items()} == {
        "numpy/a.py": "2026-03-04",
        "numpy/b.py": "2026-01-02",
    }
    assert faults(project) == []


def test_another_comment_or_layout_loses_nothing(engine: Call, project: Path, snippet: Snippet) -> None:
    engine("record")
    enter(project, "1.0", printed(snippet, "0.25\n"))
    before = {path.name: path.read_text(encoding="utf-8") for path in (project / "ledger").iterdir()}
    (project / snippet.path).write_text('"""What it shows."""\n\nimport numpy as np\n\nprint(\n    0.5\n)  # half\n')
    assert faults(project) == []
    assert engine("record", day="2026-03-04")[1] == "1 snippets run, 0 failed, 0 recorded\n"
    assert {path.name: path.read_text(encoding="utf-8") for path in (project / "ledger").iterdir()} == before


def test_functions_share_the_file_of_a_release(project: Path, add: Add, snippet: Snippet) -> None:
    other = add("another/numpy/a.py", "import numpy\n")
    assert enter(project, "1.0", printed(snippet, "0.5\n"), printed(other, "")) == ["ledger/numpy-1.0.yml"]
    assert [(section.function, section.line) for section in sections.read(project)] == [("another", 3), ("demo", 9)]
    before = told(project)
    enter(project, "1.0", printed(other, "1\n"))
    after = told(project)
    assert (before["another"] == after["another"], before["demo"] == after["demo"]) == (False, True)
    (project / other.path).unlink()
    enter(project, "1.0", printed(add("another/numpy/b.py", "import numpy\n"), "1\n"))
    assert {release.function: set(release.entries) for release in ledger.read(project)} == {
        "another": {"numpy/b.py"},
        "demo": {"numpy/a.py"},
    }


def test_what_was_the_same_gets_its_text_when_the_recorded_output_changes(project: Path, snippet: Snippet) -> None:
    enter(project, "1.0", printed(snippet, "0.5\n"))
    enter(project, "1.1", printed(snippet, "0.75\n"))
    snippet.recorded.write_text("0.75\n")
    enter(project, "2.0", printed(snippet, "0.75\n", before="0.5\n"), anew=False)
    texts = {release.version: release.entries["numpy/a.py"].text for release in ledger.read(project)}
    assert texts == {"1.0": "0.5\n", "1.1": None, "2.0": None}
    assert faults(project) == []


def test_the_same_is_what_the_engine_calls_the_same(project: Path, snippet: Snippet) -> None:
    enter(project, "1.0", printed(snippet, "0.50000003\n"))
    enter(project, "1.1", printed(snippet, "0.500001\n"))
    texts = [release.entries["numpy/a.py"].text for release in ledger.read(project)]
    assert texts == [None, "0.500001\n"]


def test_a_failure_is_entered_with_its_error(project: Path, snippet: Snippet) -> None:
    problem = Problem(snippet.name, "AttributeError: no 'softplus', says \"numpy\"", 2)
    enter(project, "1.0", printed(snippet, "", problem=problem))
    (release,) = ledger.read(project)
    entry = release.entries["numpy/a.py"]
    assert (entry.error, entry.text) == (f"line 2: {problem.reason}", None)
    assert not entry.same("")
    assert faults(project) == []


def test_entering_anew_replaces(project: Path, snippet: Snippet) -> None:
    for day, output in (("2026-01-01", "0.75\n"), ("2026-01-02", "0.5\n"), ("2026-01-03", "0.5\n")):
        enter(project, "1.0", printed(snippet, output), day=day)
        ((path, entry),) = ledger.read(project)[0].entries.items()
        assert (path, entry.run.day, entry.text) == ("numpy/a.py", day, None if output == "0.5\n" else output)


def test_entries_of_snippets_that_are_gone_go(project: Path, add: Add, snippet: Snippet) -> None:
    gone = add("demo/numpy/gone.py", "import numpy\n")
    enter(project, "1.0", printed(gone, ""))
    (project / gone.path).unlink()
    assert enter(project, "2.0", printed(snippet, "0.5\n")) == [
        "ledger/numpy-1.0.yml",
        "ledger/numpy-2.0.yml",
    ]
    assert not file(project, "1.0").exists()


@given(
    text=st.text(
        st.one_of(
            st.sampled_from(" \n\n\t#:-'\"|>&*{}[]%@`0a"),
            st.characters(
                min_codepoint=0x20, exclude_categories=("Cc", "Cs", "Cn"), exclude_characters="\u2028\u2029\ufeff"
            ),
        )
    )
)
def test_any_text_is_read_as_it_was_printed(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    root = tmp_path_factory.getbasetemp() / "texts"
    run = Run("2026-01-02", "m", {"numpy": "1.0"})
    one, two = Entry(run, "0" * 12, "1" * 12, text), Entry(run, "2" * 12, "3" * 12, error=text.strip() or "e")
    release = Release("demo", "numpy", "1.0", {"numpy/a.py": one, "numpy/b.py": two})
    recording._save(root, release)
    yamlfile._compose.cache_clear()
    assert ledger.read(root) == [release]


@pytest.mark.parametrize(
    ("path", "imports", "library"),
    [
        ("demo/keras/a.py", "keras, numpy", "tensorflow"),
        ("demo/tensorflow/a.py", "tensorflow, numpy", "tensorflow"),
        ("demo/claims/a.py", "mpmath, torch, numpy", "torch"),
        ("demo/numpy/a.py", "numpy, mpmath", "numpy"),
        ("demo/claims/a.py", "mpmath", "mpmath"),
        ("demo/claims/a.py", "math", None),
    ],
)
def test_the_library_by_whose_releases_a_history_is_told(add: Add, path: str, imports: str, library: str) -> None:
    assert ledger.lead(add(path, f"import {imports}\n")) == library


# What breaks


@pytest.fixture
def entered(project: Path, snippet: Snippet) -> Path:
    """The ledger's file of a release that printed something else, beside one that printed the same."""
    enter(project, "1.0", printed(snippet, "one\n0.25\n"))
    enter(project, "2.0", printed(snippet, "0.5\n"))
    assert faults(project) == []
    return file(project, "1.0")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("0.25", "0.26", "8: numpy/a.py: its text does not fit its digest; nobody edits it"),
        (
            'source: "c20d3cc2559a"',
            'source: "c20d3cc2559b"',
            "8: numpy/a.py: printed by another source than that of today",
        ),
        ("numpy/a.py", "numpy/z.py", "8: numpy/z.py: no such snippet"),
        ("2026-01-02", "2026-01-03", "8: numpy/a.py: the entry does not fit its digest; nobody edits it"),
        ("Python 3", "Python 4", "8: numpy/a.py: the entry does not fit its digest; nobody edits it"),
        ('{numpy: "1.0"}', '{numpy: "1.0", jax: "1.0"}', "8: numpy/a.py: the entry does not fit its digest"),
        ('digest: "', 'digest: "0', "10: 0.snippets.numpy/a.py.digest: "),
        ('numpy: "1.0"', 'numpy: "1.1"', "5: a run with numpy 1.1 in the file of 1.0"),
        ("  snippets:", "  snippets: [", "8: not YAML: "),
        ("machine", "engine", "3: 0: 'machine' is a required property"),
        (
            "      text:",
            "      wrong: 1\n      text:",
            "11: 0.snippets.numpy/a.py: Additional properties are not allowed",
        ),
        ('recorded: "2026-01-02"', "recorded: today", "3: 0.recorded: 'today' does not match"),
    ],
)
def test_a_fault_is_told_with_its_line(project: Path, entered: Path, old: str, new: str, said: str) -> None:
    text = entered.read_text(encoding="utf-8")
    assert old in text
    entered.write_text(text.replace(old, new), encoding="utf-8")
    assert any(fault.startswith(f"ledger/numpy-1.0.yml:{said}") for fault in faults(project)), faults(project)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nunpy-1.0.yml", "no library of the project: nunpy; it knows tensorflow, torch, jax, "),
        ("keras-3.0.yml", "Keras runs on TensorFlow, by whose releases its history is told"),
        ("numpy-1.0rc1.yml", "not named after a release, as in torch-2.13.0.yml"),
        ("numpy.txt", "not named after a release, as in torch-2.13.0.yml"),
    ],
)
def test_a_file_of_no_release_is_told(project: Path, entered: Path, name: str, said: str) -> None:
    entered.rename(entered.with_name(name))
    (fault,) = faults(project)
    assert fault.startswith(f"ledger/{name}: {said}")


def test_other_faults(project: Path, entered: Path, snippet: Snippet, add: Add) -> None:
    text = entered.read_text(encoding="utf-8")
    entered.write_text(text + text.split("\n", 2)[2], encoding="utf-8")
    assert faults(project) == ["ledger/numpy-1.0.yml:19: two entries for numpy/a.py"]
    entered.write_text(text + text.partition("\n")[2], encoding="utf-8")
    assert faults(project) == ["ledger/numpy-1.0.yml:14: two sections of demo; make one of them"]
    entered.write_text(text.replace("demo:\n", ""), encoding="utf-8")
    assert faults(project)[0].startswith("ledger/numpy-1.0.yml:2: a section begins with the name of a function")
    entered.write_text(text.replace("- recorded", "recorded"), encoding="utf-8")
    assert faults(project)[0].startswith("ledger/numpy-1.0.yml:3: a section begins with the name of a function")
    (project / "ledger/demo").mkdir()
    entered.rename(project / "ledger/demo/numpy-1.0.yml")
    assert faults(project)[0].startswith("ledger/demo/numpy-1.0.yml: the ledger has a file for each release")
    (project / "ledger/demo/numpy-1.0.yml").rename(entered)
    entered.write_bytes(b"\xff")
    assert faults(project)[0].startswith("ledger/numpy-1.0.yml:1: not UTF-8")
    entered.unlink()
    snippet.recorded.write_text("0.75\n")
    reason = "said to have printed what a.out held, which is another text today"
    assert faults(project) == [f"ledger/numpy-2.0.yml:7: numpy/a.py: {reason}"]
    (project / snippet.path).write_text("import numpy, torch\nprint(0.5)\n")
    assert faults(project) == ["ledger/numpy-2.0.yml:7: numpy/a.py: no snippet of NumPy"]
    snippet.recorded.write_text("0.5\n")
    (project / snippet.path).write_text(snippet.source)
    new = add("demo/claims/new.py", "import numpy\n")
    assert faults(project) == [f"{new.name}: no entry in ledger/: python -m engine record {new.name}"]
    shutil.rmtree(project / "ledger")
    assert faults(project) == [], "a project need not have a ledger"


# What follows from it


def verdict(snippet: Snippet, version: str = "2.0.0") -> Verdict:
    return Verdict(snippet, Result("0.5\n", versions={"NumPy": version}), None)


@pytest.mark.parametrize(
    ("entered", "now", "since"),
    [
        ("1.9:= 1.10:= 2.0:=", "2.0", "1.9"),
        ("1.9:= 1.10:x 2.0:=", "2.0", "2.0"),
        ("1.9:= 1.10:! 2.0:=", "2.0", "2.0"),
        ("1.9:x 1.10:= 2.0:=", "2.0", "1.10"),
        ("1.9:= 1.10:- 2.0:=", "2.0", None),
        ("1.8:= 1.9:- 1.10:= 2.0:=", "2.0", "1.10"),
        ("2.0:=", "2.0", None),
        ("", "2.0", None),
        ("1.9:=", "2.0+cpu", "1.9"),
        ("1.9:= 2.0:= 2.1:x", "2.0+cpu", "1.9"),
        ("1.9:= 2.0:x", "2.0", None),
        ("1.9:= 2.0:=", "2.0rc1", None),
    ],
)
def test_since(project: Path, add: Add, snippet: Snippet, entered: str, now: str, since: str | None) -> None:
    other = add("demo/numpy/b.py", "import numpy\n")
    for version, said in (part.split(":") for part in entered.split()):
        problem = Problem("", "Error") if said == "!" else None
        ones = [printed(snippet, {"x": "1\n"}.get(said, "0.5\n"), problem=problem)] if said != "-" else []
        enter(project, version, printed(other, ""), *ones)
    failed = replace(verdict(snippet, now), problem=Problem("", "other"))
    told, histories = remember(ledger.read(project), [verdict(snippet, now), failed])
    assert [history.since for history in histories] == [since, None]
    assert [one.since for one in told] == [since and ("NumPy", since, histories[0].differs), None]
    releases = [part.split(":") for part in entered.split()]
    older = [said for (version, said), (after, _) in pairwise(releases) if since and after == since.partition("+")[0]]
    assert histories[0].differs == (older in (["x"], ["!"]))


def test_the_page_says_what_is_the_same_and_what_changed(project: Path, add: Add, snippet: Snippet) -> None:
    outputs = {"1.7": "0.5\n", "1.8": "0.5\n", "1.9": "1\n", "1.10": "1\n", "2.0": "0.5\n", "2.1": "```\n"}
    for day, (version, output) in enumerate(outputs.items(), 1):
        enter(project, version, printed(snippet, output), day=f"2026-01-0{day}")
    enter(project, "1.6", printed(snippet, "", problem=Problem("", "Error: none", 1)))
    new = add("demo/numpy/new.py", "import numpy\n")
    enter(project, "2.1", printed(new, ""))
    verdicts = [verdict(snippet, "2.0"), verdict(new, "2.0")]
    _, histories = remember(ledger.read(project), verdicts)
    text = versions_fragment(histories, "en")
    assert text.startswith(
        '## NumPy { #numpy data-search-exclude="true" }\n\nThe pages show the output of NumPy 2.0.\n'
    )
    other = "[1.6, 1.9, 1.10, 2.1](#numpy-a)"
    assert f"| `numpy/a.py` | 1.7 – 1.8, 2.0 | {other} | 2026-01-05 |\n| `numpy/new.py` | 2.1 | – | – |\n" in text
    assert "\n- 1.10: Python 3 · Some machine · 2026-01-04\n- 1.9: Python" in text
    attributes = 'data-search-exclude="true" }'
    assert text.endswith(
        f"### `numpy/a.py` {{ #numpy-a {attributes}\n\n"
        f'```` {{ .text .no-copy title="- 2.0 + 2.1" {attributes}\n  - 0.5\n  + ```\n    ^^^\n````\n\n'
        f'``` {{ .text .no-copy title="- 1.10, 1.9 + 2.0" {attributes}\n  - 1\n  + 0.5\n    ^^^\n```\n\n'
        f"Fails with 1.6:\n\n``` {{ .text .no-copy {attributes}\nline 1: Error: none\n```\n"
    )
    assert "相同" in versions_fragment(histories, "zh")


def test_a_function_without_entries_has_no_such_page(project: Path, snippet: Snippet) -> None:
    assert versions_fragment(remember([], [verdict(snippet)])[1], "en") == ""


# Other releases


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("torch", "torch: write a release as in torch==2.12.0; 'torch' is none"),
        ("torch>=2.12", "torch>=2.12: write a release as in torch==2.12.0; 'torch>=2.12' is none"),
        ("torch==2.12.0,--pre", "torch==2.12.0,--pre: write a release as in torch==2.12.0; '--pre' is none"),
        ("flax==1.0", "flax==1.0: no library of the project: flax; it knows tensorflow, torch, "),
        ("keras==3.0.0", "keras==3.0.0: Keras runs on TensorFlow, by whose releases its history is told"),
    ],
)
def test_what_is_no_release_is_refused(engine: Call, text: str, said: str) -> None:
    status, out, error = engine("ledger", "mpmath==1.3.0", text)
    assert (status, out) == (2, "")
    assert error.startswith(f"engine: {said}")


def wheel(folder: Path, version: str, code: str) -> None:
    """A package that bears the name of mpmath."""
    info = f"mpmath-{version}.dist-info"
    with zipfile.ZipFile(folder / f"mpmath-{version}-py3-none-any.whl", "w") as archive:
        archive.writestr("mpmath.py", code)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: mpmath\nVersion: {version}\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that pip looks into."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def test_snippets_run_in_an_environment_of_their_own(engine: Call, project: Path, add: Add, wheels: Path) -> None:
    for version, code in (("0.1", "half = 0.5"), ("0.2", "half = 1.0\nraise_me = 1"), ("0.3", "1 / 0")):
        wheel(wheels, version, code)
    add("demo/claims/a.py", "import mpmath\nprint(mpmath.half)\n").recorded.write_text("0.5\n")
    add("demo/claims/b.py", "import mpmath\nprint(hasattr(mpmath, 'raise_me') and 1 / 0)\n").recorded.write_text(
        "False\n"
    )
    add("demo/numpy/a.py", "import numpy\n").recorded.write_text("")
    status, out, _ = engine("ledger", "mpmath==0.1", "mpmath==0.0.9", "mpmath==0.2", "mpmath==0.3")
    assert status == 1
    assert "mpmath==0.0.9: cannot be installed\nERROR: " in out
    assert "mpmath==0.3: cannot be imported\nZeroDivisionError: division by zero\n" in out
    assert "  snippets/demo/claims/b.py: ZeroDivisionError: division by zero\n" in out
    first, second = ledger.read(project)
    assert (first.version, [entry.words for entry in first.entries.values()]) == ("0.1", [None, None])
    assert second.entries["claims/a.py"].text == "1.0\n"
    assert second.entries["claims/b.py"].error == "line 2: ZeroDivisionError: division by zero"
    assert second.entries["claims/a.py"].run == Run("2026-01-02", MACHINE, {"mpmath": "0.2"})
    assert list((project / ".cache/ledger").iterdir()) == []
    add("demo/claims/c.py", "import mpmath\nprint(mpmath.none)\n").recorded.write_text("0.5\n")
    status, out, _ = engine("ledger", day="2026-05-06")
    assert status == 0
    found = {release.version: release.entries for release in ledger.read(project)}
    assert [entries["claims/c.py"].run.day for entries in found.values()] == ["2026-05-06"] * 2
    assert found["0.1"]["claims/a.py"].run.day == "2026-01-02", "only what is missing is run"
    assert engine("ledger")[:2] == (0, "")
    assert engine("ledger", "torch==2.13.0")[:2] == (
        1,
        "torch==2.13.0: 0 snippets\ntorch==2.13.0: no snippet belongs to its releases\n",
    )


def test_what_is_missing_is_run_with_what_was_installed(project: Path, add: Add, snippet: Snippet) -> None:
    enter(project, "1.0", printed(snippet, "0.5\n"))
    new = add("demo/numpy/b.py", "import numpy, mpmath\n")
    recording.enter(project, [printed(new, "")], {"numpy": "1.1+cpu", "mpmath": "1.2"}, "2026-01-02", True)
    found = [
        (release.pins, [one.name for one in missing])
        for release, missing in releases.gaps(ledger.read(project), discover(project))
    ]
    assert found == [(("numpy==1.0",), [new.name]), (("numpy==1.1", "mpmath==1.2"), [snippet.name])]


# The project's own


@pytest.fixture(scope="module")
def known() -> dict[str, set[str]]:
    """The releases in the project's ledger, by library."""
    found: dict[str, set[str]] = {}
    for release in ledger.read(ROOT):
        found.setdefault(release.library, set()).add(release.version)
    return found


@pytest.mark.parametrize("library", ["torch", "tensorflow", "jax"])
def test_the_frameworks_have_a_history(known: dict[str, set[str]], library: str) -> None:
    pinned = ledger.public(frameworks.version(library) or "")
    assert pinned in known[library], "a new pin comes with its entries: python -m engine record"
    assert len(known[library] - {pinned}) >= 2


def test_a_build_reads_the_ledger_and_leaves_it_alone(project: Path, entered: Path) -> None:
    def files() -> dict[Path, tuple[bytes, int]]:
        return {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in entered.parent.iterdir()}

    (project / "docs/en").mkdir(parents=True)
    (project / "snippets/demo/definition.yml").write_text(
        'name: Demo\nexpression: x\nstable: x\nderivative: "1"\napis: [{name: numpy.positive}]\n'
        "figure: {en: A line, zh: 一条线}\n",
        encoding="utf-8",
    )
    before = files()
    with Runner() as runner:
        Site(project, runner).build()
        assert files() == before
        text = (project / ".cache/fragments/en/demo/versions.md").read_text(encoding="utf-8")
        assert "| `numpy/a.py` | 2.0 | [1.0](#numpy-a) |" in text
        key = told(project).get("demo")
        entered.write_text(entered.read_text().replace("0.25", "0.26"))
        assert told(project).get("demo") != key, "or what was built before would be kept"
        (fault,) = [one for one in Site(project, runner).build() if one.path.startswith("ledger/")]
    assert (fault.path, fault.line) == ("ledger/numpy-1.0.yml", 8)
    assert fault.detail == "  enter anew what holds: python -m engine record snippets/demo/numpy/a.py"
    entered.write_text(entered.read_text().replace("demo:", "demonstration:"))
    with Runner() as runner:
        problems = Site(project, runner).build()
    assert "ledger/numpy-1.0.yml:2: demonstration: no such function" in " ".join(map(str, problems))
