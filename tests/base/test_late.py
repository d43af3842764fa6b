"""What is slow to import is imported when it is used, and not before."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from engine.base import late

ROOT = Path(__file__).parents[2]
SLOW = ("nbconvert", "nbformat", "tornado", "jupyter_client", "jupytext.jupytext")


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a module that can be imported, and that leaves a trace when its code runs."""
    (tmp_path / "slowpoke.py").write_text("import sys\nsys.slowpoke = sys.__dict__.get('slowpoke', 0) + 1\nx = 3\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "slowpoke", 0, raising=False)
    monkeypatch.delitem(sys.modules, "slowpoke", raising=False)
    return "slowpoke"


def test_the_code_of_a_module_runs_once_and_at_its_first_use(module: str) -> None:
    assert late.options([module], a=1) == {"a": 1}
    import slowpoke

    assert sys.slowpoke == 0
    assert slowpoke.x == 3
    assert slowpoke.x == 3
    late.import_late(module)
    import slowpoke as again

    assert again is slowpoke
    assert sys.slowpoke == 1
    with pytest.raises(AttributeError, match="'slowpoke' has no attribute 'y'"):
        _ = slowpoke.y


def test_a_module_that_is_not_there_stays_missing() -> None:
    late.import_late("no_such_module")
    late.import_late("no_such_package.module")
    assert not {"no_such_module", "no_such_package"} & sys.modules.keys()


@pytest.mark.parametrize("file", ["mkdocs.yml", "mkdocs.zh.yml"])
def test_reading_the_configuration_imports_nothing_of_jupyter(file: str) -> None:
    code = (
        "import sys\nfrom mkdocs.config import load_config\n"
        f"assert 'mkdocs-jupyter' in load_config({file!r}).plugins\nprint(*sys.modules)\n"
        "import jupytext\nassert jupytext.reads('# %%\\n1', fmt='py:percent').cells\nprint(*sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    before, after = (set(line.split()) for line in done.stdout.splitlines())
    assert not before & set(SLOW)
    assert {"jupytext.jupytext", "nbformat"} <= after
