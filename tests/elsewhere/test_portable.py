"""Other machines: a variant changes what it says, differences are found, and the project's own snippets have none."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.__main__ import main
from engine.base.errors import Problem
from engine.base.store import Store
from engine.compare.verdict import results
from engine.elsewhere import portable
from engine.elsewhere.portable import USUAL, VARIANTS, Ran, Variant, VariantError, differences, run
from engine.run.runner import Result, Runner
from engine.sources.snippets import Snippet, discover

ROOT = Path(__file__).parents[2]
Add = Callable[[str, str], Snippet]
NAMED = {variant.name: variant for variant in VARIANTS}
SAMPLE = 4  # snippets, each of another folder


def tried(variant: Variant, snippet: Snippet) -> list[Problem]:
    """What a variant makes of one snippet."""
    usual = run(snippet.root, USUAL, [snippet], [])
    assert usual.results[snippet.name].problem is None, usual.results[snippet.name].problem
    return list(differences(variant, [snippet], usual, run(snippet.root, variant, [snippet], [])))


SEES = {
    "PyTorch: capability default": "import os, torch\nprint(os.environ.get('ATEN_CPU_CAPABILITY'))\n",
    "NumPy: no AVX2": (
        "import numpy as np\nfrom numpy._core._multiarray_umath import __cpu_features__ as has\nprint(has['X86_V3'])\n"
    ),
    "XLA: at most SSE4.2": "import os, jax\nprint(os.environ.get('XLA_FLAGS'))\n",
    "four threads": "import torch\nprint(getattr(torch, 'get_num_' + 'threads')())\n",
    "another hash seed": "print(hash('a') % 1000)\n",
    "another time zone": "import time\nprint(time.tzname)\n",
    "another locale": "import os\nprint(os.environ['LC_ALL'])\n",
    "another folder: blanks, Chinese": "print(' ' in __file__, '文' in __file__)\n",
    "an ordinary user": "import os\nprint(os.getuid(), open('a', 'w').write('x'))\n",
}


@pytest.mark.parametrize("name", SEES)
def test_a_variant_changes_what_it_says_and_the_difference_is_found(add: Add, name: str) -> None:
    variant = NAMED[name]
    snippet = add("demo/claims/a.py", SEES[name])
    if variant.machines and platform.machine() not in variant.machines:
        with pytest.raises(VariantError, match=f"there is none on {platform.machine()}"):
            run(snippet.root, variant, [snippet], [])
        return
    found = tried(variant, snippet)
    same = (variant.features and not portable._features(variant.features)) or (variant.user and os.getuid())
    assert [str(problem).splitlines()[0] for problem in found] == (
        [] if same else [f"snippets/demo/claims/a.py: {name}: prints something else"]
    )


def test_nothing_of_another_caller_is_seen(add: Add) -> None:
    source = (
        "import keras, os\n"
        "print(keras.config.floatx(), keras.backend.backend(), os.environ['TZ'], os.environ.get('PYTHONWARNINGS'))\n"
    )
    assert tried(NAMED["another caller: settings, home"], add("demo/claims/a.py", source)) == []


def test_a_snippet_that_fails_elsewhere_is_a_difference(add: Add) -> None:
    snippet = add("demo/claims/a.py", "import os\n\nassert os.environ['PYTHONHASHSEED'] == '0', 'no'\n")
    (problem,) = tried(NAMED["another hash seed"], snippet)
    assert str(problem) == "snippets/demo/claims/a.py:3: another hash seed: AssertionError: no"


def test_what_keeps_cores_busy_ends_with_its_variant(add: Add, monkeypatch: pytest.MonkeyPatch) -> None:
    started = []
    popen = portable.subprocess.Popen

    def note(*arguments: object, **options: object) -> object:
        started.append(popen(*arguments, **options))
        return started[-1]

    monkeypatch.setattr(portable.subprocess, "Popen", note)
    assert tried(NAMED["every core busy"], add("demo/claims/a.py", "print(1)\n")) == []
    endless = [process for process in started if "while True: pass" in process.args]
    assert endless
    assert all(process.returncode for process in endless)


@pytest.mark.parametrize("changed", ["accuracy", "flags"])
def test_a_measured_difference_is_found(changed: str) -> None:
    table = {
        "accuracy": {"torch.f": {"float32": {"value": {"max": 1.0}}}, "numpy.f": {"float32": {"value": {"max": 1.0}}}},
        "flags": {"torch.f": ["float32 value error"]},
    }
    other = {
        "accuracy": {"torch.f": {"float32": {"value": {"max": 1.0 if changed == "flags" else 3.0}}}},
        "flags": {"torch.f": ["float32 value error" if changed == "accuracy" else "float32 value drop"]},
    }
    variant = NAMED["PyTorch: capability default"]
    (problem,) = differences(variant, [], Ran({}, {"demo": table}, 1.0), Ran({}, {"demo": other}, 1.0))
    assert problem.path == "snippets/demo/audit.yml"
    assert changed in problem.reason
    same = {part: {name: table[part][name] for name in ("torch.f",)} for part in table}
    assert not list(differences(variant, [], Ran({}, {"demo": table}, 1.0), Ran({}, {"demo": same}, 1.0)))


def test_what_a_library_lacks_elsewhere_is_told_and_is_no_difference() -> None:
    variant = NAMED["XLA: at most SSE4.2"]
    snippet = Snippet(Path(), Path("snippets/demo/jax/a.py"), "", ("jax",), (), "jax")
    fine, other = Result("1\n"), Result("2\n")
    lacks, fails = (
        Result("", problem=Problem(snippet.name, text))
        for text in ("jax.errors.JaxRuntimeError: INTERNAL: Failed to materialize symbols: { x }", "ValueError: no")
    )

    def found(after: Result, which: Variant = variant) -> int:
        return len(
            list(differences(which, [snippet], Ran({snippet.name: fine}, {}, 1), Ran({snippet.name: after}, {}, 1)))
        )

    assert [found(after) for after in (fine, lacks, other, fails)] == [0, 0, 1, 1]
    assert found(lacks, NAMED["XLA: at most AVX2"]) == 1, "only where it is known"
    orders = {"value": {"max": 1.0}}
    usual = {"accuracy": {"jax.f": {"float16": orders, "float32": orders}}, "flags": {"jax.f": ["float16 value error"]}}
    there = {"accuracy": {"jax.f": {"float16": "refused", "float32": orders}}, "flags": {"jax.f": ["float16 refused"]}}
    assert not list(differences(variant, [], Ran({}, {"demo": usual}, 1), Ran({}, {"demo": there}, 1)))
    there["accuracy"]["jax.f"]["float32"] = "refused"
    assert len(list(differences(variant, [], Ran({}, {"demo": usual}, 1), Ran({}, {"demo": there}, 1)))) == 1


def test_the_command_tells_variants_and_differences(
    add: Add, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    snippet = add("demo/claims/a.py", "import os\nprint(os.environ['TZ'])\n")
    monkeypatch.chdir(snippet.root)
    assert main(["portable", "--only", "hash seed"]) == 1, "nothing is recorded"
    snippet.recorded.write_text("UTC\n")
    assert main(["portable", "--only", "hash seed"]) == 0
    capsys.readouterr()
    assert main(["portable", "--only", "zone"]) == 1
    out = capsys.readouterr().out
    assert "another time zone                         1       0       1" in out
    assert "another time zone: prints something else\n  line 1\n  - UTC\n  + America/St_Johns" in out
    assert main(["portable", "--only", "no such"]) == 2
    assert main(["portable", "--only", "four threads", "--only", "XLA"]) == 0
    assert capsys.readouterr().out.count("concerns nothing of this") == 2


@pytest.mark.parametrize("name", ["PyTorch: capability default", "NumPy: no AVX2"])
def test_a_sample_of_snippets_prints_the_same_on_smaller_processors(first_build: object, name: str) -> None:
    """Compared with what this machine prints as usual: whether that is what is recorded, other tests tell.

    A workflow tries all of them in every variant each week: `python -m engine portable`.
    """
    variant = NAMED[name]
    if platform.machine() not in (variant.machines or (platform.machine(),)):
        variant = USUAL  # an Arm processor has no AVX2 to be without; run again, nothing may differ either
    concerned = [snippet for snippet in discover(ROOT) if NAMED[name].concerns(snippet.libraries)]
    kinds = {snippet.path.parent.name: snippet for snippet in concerned if not snippet.lab}
    snippets = sorted(kinds.values(), key=lambda snippet: snippet.name)[:SAMPLE]
    with Runner() as runner:
        usual = dict(
            zip([one.name for one in snippets], results(snippets, runner, Store(ROOT / ".cache/runs")), strict=True)
        )
    found = list(differences(variant, snippets, Ran(usual, {}, 0.0), run(ROOT, variant, snippets, [])))
    assert not found, "\n".join(map(str, found))
    assert len(snippets) > 2
