"""Discovery: what a snippet imports, where it runs, and which trees are refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.errors import SourceError
from engine.snippets import Snippet, discover, discover_all

Add = Callable[[str, str], Snippet]


def test_worker_and_libraries_come_from_the_imports(add: Add) -> None:
    snippet = add("demo/claims/a.py", "import os\nimport torch.nn as nn\nfrom matplotlib import pyplot\nimport numpy\n")
    assert snippet.worker == "pytorch"
    assert snippet.imports == ("matplotlib", "numpy", "torch.nn")
    assert snippet.libraries == ("torch", "matplotlib", "numpy")
    assert add("demo/claims/b.py", "print(1)\n").worker == "numpy"
    assert add("demo/keras/c.py", "def f():\n    import keras\n").worker == "tensorflow"


def test_imports_of_local_modules_count(add: Add, project: Path) -> None:
    folder = project / "snippets/demo/claims"
    (folder / "_one.py").write_text("import _two\n")
    (folder / "_two.py").write_text("import _one, jax\n")
    snippet = add("demo/claims/a.py", "import _one\n")
    assert snippet.worker == "jax"
    assert [name for name, _ in snippet.modules] == ["snippets/demo/claims/_one.py", "snippets/demo/claims/_two.py"]
    assert [found.topic for found in discover(project)] == ["a"], "modules are not snippets"


@pytest.mark.parametrize(
    ("path", "source", "where", "reason"),
    [
        (
            "demo/claims/a.py",
            "import torch\n\nimport keras\n",
            "snippets/demo/claims/a.py:3",
            "must not share a process",
        ),
        ("demo/numpy/numpy.py", "import numpy\n", "snippets/demo/numpy/numpy.py", "would shadow the module 'numpy'"),
        ("demo/claims/random.py", "", "snippets/demo/claims/random.py", "would shadow the module 'random'"),
        ("demo/jax/a.py", "import numpy\n", "snippets/demo/jax/a.py:1", "must import jax"),
        ("demo/claims/a.py", "x = (\n", "snippets/demo/claims/a.py:1", "does not parse"),
        ("a.py", "x = 1\n", "snippets/a.py", "belongs in the folder of a function"),
    ],
)
def test_refused(add: Add, path: str, source: str, where: str, reason: str) -> None:
    with pytest.raises(SourceError) as error:
        add(path, source)
    assert str(error.value).startswith(f"{where}: ")
    assert reason in str(error.value)


def test_every_fault_is_listed(project: Path) -> None:
    folder = project / "snippets/demo/claims"
    (folder / "bad.py").write_text("(\n")
    (folder / "worse.py").write_bytes(b"# \xff\n")
    (folder / "orphan.out").write_text("")
    with pytest.raises(SourceError) as error:
        discover(project)
    assert [problem.path for problem in error.value.problems] == [
        "snippets/demo/claims/bad.py",
        "snippets/demo/claims/worse.py",
        "snippets/demo/claims/orphan.out",
    ]


def test_the_faults_of_all_functions_are_told(project: Path) -> None:
    for name in ("one", "two"):
        (project / "snippets" / name).mkdir()
        (project / "snippets" / name / "broken.py").write_text("(\n")
    with pytest.raises(SourceError) as failed:
        discover_all(project, ["one", "demo", "two"])
    assert [problem.path for problem in failed.value.problems] == [
        f"snippets/{name}/broken.py" for name in ("one", "two")
    ]
