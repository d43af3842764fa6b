"""Anybody's implementation of a function of a vector, and the libraries' on a card: as those of a number."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from shared import answered

from engine.__main__ import main
from engine.accuracy import audited, bounds, cards, jobs, own, probe
from engine.accuracy import worker as of_numbers
from engine.accuracy.audited import Audited
from engine.accuracy.formats import FORMATS
from engine.accuracy.rows import worker
from engine.accuracy.rows.results import VectorMeasurement
from engine.accuracy.target import TargetError
from engine.base.errors import SourceError
from engine.base.store import digest
from engine.render.report import report
from engine.render.row_accuracy import row_fragments
from engine.sources import definition
from engine.sources.definition import Definition

ROOT = Path(__file__).parents[2]
GOOD = (
    "import numpy as np\n\ndef f(x):\n    e = np.exp(x - x.max(-1, keepdims=True))\n"
    "    return e / e.sum(-1, keepdims=True)\n"
)
#: Without the shift, which overflows far out; and over the other axis.
POOR = GOOD.replace(" - x.max(-1, keepdims=True)", "")
ACROSS = GOOD.replace("-1", "0")

Write = Callable[[str], str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file with an implementation `f`, which is loaded once. Returns its name."""

    def write(text: str) -> str:
        file = tmp_path / f"kernel_{digest(text)}.py"
        file.write_text(text, encoding="utf-8")
        return f"{file}:f"

    return write


@pytest.fixture
def measured_on() -> list[str]:
    """Libraries that were measured in a test, each with where."""
    return []


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where exact values are kept for all tests."""
    return tmp_path_factory.mktemp("oracle")


@pytest.fixture
def here(tmp_path: Path, known: Path, monkeypatch: pytest.MonkeyPatch, measured_on: list[str]) -> Definition:
    """Softmax of two libraries, measured in this process and in two types; PyTorch sees a card: it is the processor."""
    folder = tmp_path / "snippets" / "softmax"
    folder.mkdir(parents=True)
    text = (ROOT / "snippets/softmax/definition.yml").read_text(encoding="utf-8")
    apis = "apis:\n  - {name: torch.softmax, call: 'torch.softmax(x, dim=-1)', audit: true}\n"
    apis += "  - {name: scipy.special.softmax, call: 'scipy.special.softmax(x, axis=-1)', audit: true}\n"
    (folder / "definition.yml").write_text(text.partition("apis:")[0] + apis, encoding="utf-8")
    workers = {"engine.accuracy.rows.worker": worker, "engine.accuracy.probe": probe}

    def ask(root: Path, module: str, job: Any, answer: Any, *_: Any) -> Any:
        if isinstance(job, jobs.Card):
            return "Card 1" if job.backend == "torch" else ""
        if isinstance(job, jobs.Rows):
            measured_on.append(f"{job.backend} on {job.device}")
            job = msgspec.structs.replace(job, device="cpu", cache=str(known))
        with np.errstate(all="ignore"):
            return answered(workers.get(module, of_numbers).answer, job, answer)

    monkeypatch.setattr(jobs, "ask", ask)
    monkeypatch.setattr(worker, "FORMATS", {name: FORMATS[name] for name in ("float32", "float64")})
    for command in ("cards", "check", "measure"):
        monkeypatch.setattr(f"engine.commands.{command}.unsound", lambda root, entries: [[] for _ in entries])
    monkeypatch.chdir(tmp_path)
    return definition.read(tmp_path, "softmax")


def measured(entry: Definition, text: str, library: str = "numpy") -> Audited:
    return own.measure(entry.root, entry, own.find(entry.root, text, library, entries=entry.entries))


# Measured -------------------------------------------------------------------------------------------------------------


def test_it_is_measured_as_the_libraries_are(here: Definition, write: Write) -> None:
    (same, *_) = measured(here, write(GOOD)).rows
    assert (same.name, same.library, same.dtype) == ("f", "f", "float32")
    by_torch = "import torch\n\ndef f(x):\n    return torch.softmax(x, dim=-1)\n"
    one = measured(here, write(by_torch), "torch")
    of_library = [row for row in audited.measure(here.root, here).rows if row.api == "torch.softmax"]
    assert [row.groups for row in one.rows] == [row.groups for row in of_library], "derivatives, too"
    (kept, *_) = bounds.judge(one.rows, [bounds.read("second=4")])
    assert (kept.holds, kept.lacks) == (False, "of a function of a vector no such derivative is measured")


def test_the_report_tells_groups_places_libraries_and_bounds(here: Definition, write: Write) -> None:
    assert audited.record(here.root, here, audited.measure(here.root, here))
    poor = measured(here, write(POOR))
    assert isinstance(poor, VectorMeasurement)
    text = report(here.root, here, poor, bounds.judge(poor.rows, [bounds.read("float32=1e6"), bounds.read("first=4")]))
    assert text.startswith("f, against Softmax: exp(x[i])/Sum(exp(x[k]), (k, 1, n))\n")
    (head,) = [line for line in text.splitlines() if "equal" in line and "small" in line]
    (line,) = [line for line in text.splitlines() if line.startswith("float32  value")]
    assert dict(zip(head.split(), line.split()[2:], strict=True))["large"] == "inf"
    assert "float32, first derivative: no automatic differentiation\n" in text
    assert "\nValue (large):\n  inf ulp (float32), entry " in text
    assert ": nan for " in text
    beside = text.partition("Beside the libraries")[2].splitlines()
    assert [row.split()[0] for row in beside[2:5]] == ["f", "scipy.special.softmax", "torch.softmax"]
    assert beside[2].endswith("large, long")
    assert "float32 value at most 1e+06 ulp: not kept, inf at " in text
    assert "float32 first derivative at most 4 ulp: not kept, since there is none: no automatic differ" in text
    assert text.isascii(), "a terminal has every letter"
    (here.root / "snippets/softmax/audit.yml").unlink()
    assert "Beside" not in report(here.root, here, poor, [])


def test_the_exit_status_tells_whether_bounds_are_kept(
    here: Definition, write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    def status(text: str, *bound: str) -> int:
        return main(["measure", "softmax", write(text), "--library", "numpy", *bound])

    assert status(GOOD, "--bound", "1e4") == 0
    assert "kept, " in capsys.readouterr().out
    assert status(GOOD, "--bound", "0.1") == 1
    assert status(POOR, "--bound", "1e9") == 1
    assert status(ACROSS, "--bound", "1e4") == 1, "the last axis is meant"
    assert status(GOOD, "--bound", "first=9") == 1
    assert "not kept, since there is none: no automatic differentiation" in capsys.readouterr().out
    assert status(POOR) == 0, "without a bound nothing is asked"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("def f(x):\n    return x[..., :1]\n", r"an array of shape \(3, 1\) for \(3, 8\), and not \(3, 8\)"),
        ("def f(x):\n    return x.sum(-1)\n", r"an array of shape \(3,\) for \(3, 8\)"),
        ("def f(x):\n    assert x.ndim == 1\n    return x\n", "NumPy: AssertionError"),
        ("def f(x):\n    assert x.shape[1] > 2\n    return x\n", "NumPy: rows of length 1: AssertionError"),
        ("def f(x):\n    assert x.min() > -1e9\n    return x\n", "NumPy: a row with entries of −∞: AssertionError"),
        ("import random\n\ndef f(x):\n    return x * random.random()\n", "returns something else each time"),
    ],
)
def test_what_cannot_be_measured_says_why(here: Definition, write: Write, text: str, reason: str) -> None:
    with pytest.raises(TargetError, match=reason):
        own.find(here.root, write(text), "numpy", entries=here.entries)


# On a card ------------------------------------------------------------------------------------------------------------

RECORD, CHECK = ([command, "--device", "cuda", "--available"] for command in ("record", "check"))


def test_a_card_is_measured_recorded_and_compared(
    here: Definition, measured_on: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(CHECK) == 1
    assert "audit-cuda.yml: no recorded audit" in capsys.readouterr().out
    assert main(RECORD) == 0
    assert "1 functions measured with PyTorch on Card 1, 0 failed, 1 recorded" in capsys.readouterr().out
    assert measured_on == ["torch on cuda"], "no processor, no SciPy, and once"
    (recorded,) = cards.read_all(here.root, here)
    assert (recorded.cards, list(recorded.table["accuracy"])) == ({"PyTorch": "Card 1"}, ["torch.softmax"])
    file = here.root / "snippets/softmax/audit-cuda.yml"
    before = file.read_text(encoding="utf-8")
    assert main(RECORD) == main(CHECK) == 0
    assert file.read_text(encoding="utf-8") == before
    file.write_text(before.replace("equal: ", "equal: 9"), encoding="utf-8")
    with pytest.raises(SourceError, match="does not fit its digest"):
        cards.read_all(here.root, here)


@pytest.mark.parametrize(
    ("old", "new"),
    [("derivative: >-", "derivative: >-\n  1*"), ("entries: n", "entries: 1*n"), ("dim=-1", "dim=1")],
)
def test_a_record_of_another_definition_is_refused(here: Definition, old: str, new: str) -> None:
    assert main(RECORD) == 0
    file = here.root / "snippets/softmax/definition.yml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SourceError, match="of another definition, or of other calls; measure anew"):
        cards.read_all(here.root, definition.read(here.root, "softmax"))


@pytest.mark.parametrize(("language", "none"), [("en", "On a graphics card: not measured."), ("zh", "显卡：未测量。")])
def test_a_page_shows_the_card_beside_the_processor(here: Definition, language: str, none: str) -> None:
    processor = audited.measure(here.root, here)
    assert isinstance(processor, VectorMeasurement)
    assert none in row_fragments(here, processor, language)["audit.md"]
    assert main(RECORD) == 0
    (recorded,) = cards.read_all(here.root, here)
    recorded.table["accuracy"]["torch.softmax"]["float32"]["value"]["equal"] = 77.0  # as if the card were worse
    text = row_fragments(here, processor, language, [recorded])["audit.md"]
    assert none not in text
    for part in ("Card 1", f"PyTorch {recorded.versions['PyTorch']}", recorded.machine, "`float32 value equal`"):
        assert part in text
    (row,) = [line for line in text.splitlines() if line.startswith("|  | float32 |") and "| 77 |" in line]
    assert row.count("|") == 7
