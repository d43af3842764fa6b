"""What is measured on a card: arrays lie there, the record tells where it is from, and any machine reads and shows it.

There need not be a card: another device of the processor stands for it, or one that holds no numbers.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from shared import answered

from engine.__main__ import main
from engine.accuracy import audit, cards, devices, jobs, measuring, worker
from engine.accuracy.adapters import ADAPTERS, native
from engine.accuracy.formats import FORMATS
from engine.accuracy.subject import Refused
from engine.base.errors import SourceError
from engine.render.accuracy import audit_fragments
from engine.run.isolation import environment
from engine.sources import definition
from engine.sources.definition import Definition

ROOT = Path(__file__).parents[2]


# Where arrays lie -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", FORMATS)
@pytest.mark.parametrize("order", [0, 1, 2])
def test_pytorch_computes_on_the_device(dtype: str, order: int) -> None:
    """That of PyTorch which has shapes and types only; nothing can be brought back from it."""
    call = ADAPTERS["torch"]("torch.tanh", "torch.tanh(x)", "meta")
    x = native(np.array([1.0, 2.0]), FORMATS[dtype])
    result = call._derivative(x, order)
    assert (result.device.type, tuple(result.shape)) == ("meta", (2,))
    assert str(result.dtype) == f"torch.{dtype}"
    with pytest.raises(Refused, match="meta"):
        call.values(np.array([1.0, 2.0]), FORMATS[dtype], order)
    there = ADAPTERS["torch"]("torch.tanh", "torch.tanh(x)", "cpu")
    assert there.values(np.array([0.0]), FORMATS[dtype], order)[1] == dtype


#: Another device of the processor stands for the card; the default one must have no part in it.
SECOND = """
import jax
import numpy as np
from engine.accuracy.adapters import ADAPTERS
from engine.accuracy.formats import FORMATS

known = jax.devices
first, second = known("cpu")
jax.devices = lambda name=None: [second] if name == "cuda" else known(name)
seen = set()
for order in range(3):
    for dtype in ("bfloat16", "float64"):
        for device, x in (("cuda", np.array([1.0])), ("cuda", np.linspace(-1, 1, 70000)), ("cpu", np.array([1.0]))):
            call = ADAPTERS["jax"]("jax.numpy.tanh", "jax.numpy.tanh(x)", device)
            values = call.values(x, FORMATS[dtype], order)[0]
            for key, program in call.programs.items():
                def watched(given, program=program):
                    (result,) = program(given)
                    seen.add((device, *given.devices(), *result.devices()))
                    return [result]
                call.programs[key] = watched
            assert np.array_equal(call.values(x, FORMATS[dtype], order)[0], values)
assert seen == {("cuda", second, second), ("cpu", first, first)}, seen
print(len(seen), ADAPTERS["jax"]("jax", "", "cuda").card() == second.device_kind)
"""


def test_jax_computes_on_the_device(tmp_path: Path) -> None:
    own = {"XLA_FLAGS": "--xla_force_host_platform_device_count=2"}
    command = [sys.executable, "-c", SECOND]
    done = subprocess.run(command, cwd=ROOT, env=environment(tmp_path, own), capture_output=True, text=True)
    assert done.stdout == "2 True\n", done.stderr[-2000:]


def test_processes_see_the_card_only_if_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert devices.variables("cpu") == {}
    assert environment(tmp_path)["CUDA_VISIBLE_DEVICES"] == "-1"
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    asked = environment(tmp_path, devices.variables("cuda"))
    assert (asked["CUDA_VISIBLE_DEVICES"], asked["JAX_PLATFORMS"]) == ("0", "cuda,cpu")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3")
    assert devices.variables("cuda")["CUDA_VISIBLE_DEVICES"] == "3"


def test_libraries_say_what_they_see() -> None:
    """The processor is one that they all see."""
    assert devices.cards(ROOT, "cpu", ("numpy", "torch", "jax")) == {"numpy": "cpu", "torch": "cpu", "jax": "cpu"}
    for backend in ("torch", "jax"):
        hidden = {"CUDA_VISIBLE_DEVICES": "-1"}
        job = jobs.Card(backend, "cuda")
        assert jobs.ask(ROOT, "engine.accuracy.worker", job, str, Path("audit"), hidden) == ""


# The record -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def measured_on() -> list[str]:
    """Libraries that were measured in a test, each with where."""
    return []


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, measured_on: list[str]) -> Definition:
    """A function, measured in this process and in one type; PyTorch sees a card, which is the processor."""
    folder = tmp_path / "snippets" / "demo"
    folder.mkdir(parents=True)
    (folder / "definition.yml").write_text(
        "name: Demo\nexpression: tanh(x)\nderivative: 1 - tanh(x)**2\n"
        "apis: [{name: torch.tanh, audit: true}, {name: numpy.tanh, audit: true}, {name: torch.nn.Tanh}]\n"
    )

    def ask(root: Path, module: str, job: Any, answer: Any, where: Path, own: Any = (), *_: Any) -> Any:
        if isinstance(job, jobs.Card):
            return "Card 1" if job.backend == "torch" else ""
        if isinstance(job, jobs.Library):
            measured_on.append(f"{job.backend} on {job.device}")
            assert (job.device == "cpu") == (own.get("JAX_PLATFORMS") is None)
            job = msgspec.structs.replace(job, device="cpu")
        return answered(worker.answer, job, answer)

    monkeypatch.setattr(jobs, "ask", ask)
    monkeypatch.setattr(measuring, "PRECISION", {"float16": 11})
    monkeypatch.setattr(worker, "FORMATS", {"float16": FORMATS["float16"]})
    monkeypatch.setattr(worker, "integer_input", lambda *_: ())  # it needs another type
    monkeypatch.setattr("engine.commands.cards.unsound", lambda root, entries: [[] for _ in entries])
    monkeypatch.setattr("engine.commands.check.unsound", lambda root, entries: [[] for _ in entries])
    monkeypatch.chdir(tmp_path)
    return definition.read(tmp_path, "demo")


RECORD = ["record", "--device", "cuda", "--available"]


def test_a_card_is_measured_recorded_and_compared(
    here: Definition, measured_on: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "--device", "cuda", "--available"]) == 1
    assert "audit-cuda.yml: no recorded audit" in capsys.readouterr().out
    assert main(RECORD) == 0
    out = capsys.readouterr().out
    assert "left out: JAX sees no cuda device\nsnippets/demo/audit-cuda.yml: recorded\n" in out
    assert "1 functions measured with PyTorch on Card 1, 0 failed, 1 recorded" in out
    assert measured_on == ["torch on cuda"], "no processor, no NumPy, and once"
    recorded = cards.read(here.root, here, "cuda")
    assert recorded is not None
    assert recorded.cards == {"PyTorch": "Card 1"}
    assert list(recorded.table["accuracy"]) == ["torch.tanh"]
    assert "PyTorch" in recorded.versions
    before = (here.root / "snippets/demo/audit-cuda.yml").read_text()
    assert main(RECORD) == 0
    assert main(["check", "--device", "cuda", "--available"]) == 0
    assert (here.root / "snippets/demo/audit-cuda.yml").read_text() == before


def test_what_is_missing_is_said(
    here: Definition, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["record", "--device", "cuda"]) == 2
    assert capsys.readouterr().err == "engine: --device cuda: JAX sees no cuda device; --available leaves it out\n"
    assert main(["record", "--device", "tpu"]) == 2
    assert capsys.readouterr().err == "engine: --device tpu: choose from cuda\n"
    monkeypatch.setattr(jobs, "ask", lambda *_: "")
    for available in ([], ["--available"]):
        assert main(["record", "--device", "cuda", *available]) == 2
        err = capsys.readouterr().err
        assert err == "engine: --device cuda: PyTorch sees no cuda device, JAX sees no cuda device\n"
    monkeypatch.setattr("engine.commands.cards.installed", lambda module: False)
    assert main(["record", "--device", "cuda"]) == 2
    assert "PyTorch is not installed, JAX is not installed" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("Card 1", "Card 2", "does not fit its digest"),
        ("mean: 0.", "mean: 1.", "does not fit its digest"),
        ("- float16 second error", "- float16 first error", "does not fit its digest"),
        ("digest: ", "digests: ", "digests"),
        ("accuracy:", "accurate:", "accurate"),
    ],
)
def test_a_record_that_was_edited_is_refused(here: Definition, old: str, new: str, reason: str) -> None:
    assert main(RECORD) == 0
    file = here.root / "snippets/demo/audit-cuda.yml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))
    with pytest.raises(SourceError, match=rf"snippets/demo/audit-cuda\.yml:\d+: .*{reason}"):
        cards.read_all(here.root, here)
    assert cards.faults(here.root, here) != []


def test_a_record_of_another_definition_is_refused(here: Definition, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(RECORD) == 0
    for other in (
        replace(here, expression="tanh(2*x)"),
        replace(here, apis=(replace(here.apis[0], call="torch.tanh(2*x)"), *here.apis[1:])),
        replace(here, apis=here.apis[1:]),
    ):
        with pytest.raises(
            SourceError, match=r"of another definition, or of other calls; measure anew .*--device cuda"
        ):
            cards.read_all(here.root, other)
    assert cards.read_all(here.root, replace(here, apis=here.apis[:1])), "what was not measured has no part in it"
    own = "snippets/demo/audit.yml"
    assert main(["record", own]) == 0
    file = here.root / "snippets/demo/definition.yml"
    file.write_text(file.read_text().replace("name: torch.tanh,", "name: torch.tanh, call: torch.tanh(x * 1),"))
    assert main(["record", own]) == 0
    capsys.readouterr()
    assert main(["check", own]) == 1, "a machine without a card notices it, too"
    assert "audit-cuda.yml:" in capsys.readouterr().out


# The page -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "none"), [("en", "On a graphics card: not measured."), ("zh", "显卡：未测量。")])
def test_a_page_shows_the_card_beside_the_processor(here: Definition, language: str, none: str) -> None:
    measured = audit.audit(here.root, here)
    assert none in audit_fragments(here, measured, language)["audit.md"]
    assert main(RECORD) == 0
    (recorded,) = cards.read_all(here.root, here)
    numbers = recorded.table["accuracy"]["torch.tanh"]["float16"]["value"]
    for part in [part for part in numbers if part.endswith(("middle", "tail"))]:
        numbers[part]["error"] = 77.0  # as if the card were worse
    recorded.table["flags"]["torch.tanh"] = ["float16 value error"]
    text = audit_fragments(here, measured, language, [recorded])["audit.md"]
    assert none not in text
    version = recorded.versions["PyTorch"]
    for part in ("Card 1", f"PyTorch {version}", recorded.machine, "`float16 value error`"):
        assert part in text
    (row,) = [line for line in text.splitlines() if line.startswith("| PyTorch | float16 | 0.5 | 77 |")]
    assert row.count("|") == 9
