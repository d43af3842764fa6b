"""Discovery: what a snippet imports, where it runs, and which trees are refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.base.errors import SourceError
from engine.sources.snippets import Snippet, discover

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
        ("demo/claims/packaging.py", "", "snippets/demo/claims/packaging.py", "would shadow the module 'packaging'"),
        ("demo/jax/a.py", "import numpy\n", "snippets/demo/jax/a.py:1", "must import jax"),
        ("demo/claims/a.py", "x = (\n", "snippets/demo/claims/a.py:1", "does not parse"),
        (
            "demo/claims/a.py",
            "a = 1\nb = '\t'\n",
            "snippets/demo/claims/a.py:2",
            "a page would not show a tab as it is",
        ),
        ("a.py", "x = 1\n", "snippets/a.py", "belongs in the folder of a function"),
    ],
)
def test_refused(add: Add, path: str, source: str, where: str, reason: str) -> None:
    with pytest.raises(SourceError) as error:
        add(path, source)
    assert str(error.value).startswith(f"{where}: ")
    assert reason in str(error.value)


def test_a_local_module_shadows_nothing_either(add: Add, project: Path) -> None:
    (project / "snippets/demo/claims/packaging.py").write_text("version = 1\n")
    with pytest.raises(SourceError) as error:
        add("demo/claims/a.py", "import packaging\n")
    assert str(error.value).startswith("snippets/demo/claims/packaging.py: its name would shadow the module")


CLOCKS = [
    "import time\nprint(time.time())\n",
    "import time as t\nprint(t.perf_counter_ns())\n",
    "from time import thread_time as now\nprint(now())\n",
    "from time import *\nprint(time())\n",
    "x = 1\nimport timeit\n",
    "import datetime\nprint(datetime.datetime.now())\n",
    "from datetime import date\nprint(date.today())\n",
    "import numpy as np\nprint(np.datetime64('now'))\n",
    "import torch\nprint(torch.utils.benchmark.Timer)\n",
    "from torch.utils import benchmark\nprint(benchmark)\n",
    "import tensorflow as tf\nprint(tf.timestamp())\n",
]
MACHINES = [
    "import os\nprint(os.cpu_count())\n",
    "import multiprocessing as mp\nprint(mp.cpu_count())\n",
    "import torch\nprint(torch.backends.cpu.get_cpu_capability())\n",
    "x = 1\nfrom platform import machine\n",
]


CHANCE = [
    "x = 1\nfrom secrets import token_hex\n",
    "import random\nprint(random.random())\n",
    "from random import shuffle\nshuffle([])\n",
    "import numpy as np\nprint(np.random.default_rng().random())\n",
    "import numpy as np\nprint(np.random.randn(3))\n",
    "from numpy.random import RandomState\nRandomState()\n",
]


@pytest.mark.parametrize("source", [*CLOCKS, *MACHINES, *CHANCE])
def test_what_differs_between_machines_and_runs_is_refused(add: Add, source: str) -> None:
    with pytest.raises(SourceError) as error:
        add("demo/claims/a.py", source)
    (*_, problem) = error.value.problems
    assert problem.path == "snippets/demo/claims/a.py"
    assert problem.line in (1, 2)
    expected = "reads a clock" if source in CLOCKS else "asks what machine" if source in MACHINES else "chance"
    assert expected in problem.reason


def test_chance_with_a_seed_is_not_refused(add: Add) -> None:
    for source in (
        "import random\nrandom.seed(1)\nprint(random.random(), random.Random(2))\n",
        "import numpy as np\nprint(np.random.default_rng(1).random())\n",
        "import numpy as np\nnp.random.seed(1)\nprint(np.random.randn(3))\n",
        "import numpy as np\ndef f(g: np.random.Generator):\n    return g.random()\n",
    ):
        add("demo/claims/a.py", source)


def test_what_only_looks_like_a_clock_is_not_refused(add: Add) -> None:
    source = "import time\ntime.sleep(0)\ndef time_of(platform):\n    return platform.time\nnow = {'time.time': 1}\n"
    assert add("demo/claims/a.py", source).imports == ()


def test_a_lab_has_no_names_that_its_notebook_lacks(add: Add) -> None:
    with pytest.raises(SourceError, match=r"labs/a\.py:2: a lab is a notebook, too, which has no __file__"):
        add("demo/labs/a.py", "# %%\nprint(__file__)\n")
    with pytest.raises(SourceError, match=r"labs/a\.py:3: a lab is a notebook, too, which has no sys\.argv"):
        add("demo/labs/a.py", "# %%\nimport sys\nprint(sys.argv)\n")


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
