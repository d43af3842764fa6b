"""What is recorded of a library once does the same as the library step by step, to the last bit."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from engine.run.isolation import environment

ROOT = Path(__file__).parents[2]

#: In a process of its own: no two of the libraries share one.
COMPARE = """
import sys
import numpy as np
from engine.accuracy.adapters import ADAPTERS, BLOCK, native
from engine.accuracy.formats import FORMATS
from engine.accuracy.samples import special_numbers

backend, names = sys.argv[1], sys.argv[2:]
np.seterr(all="ignore")


def eager(call, x, format, order):
    if backend == "tensorflow":
        import tensorflow
        return call.array(call._nested(tensorflow.constant(native(x, format)), order)).astype(np.float64)
    import jax
    jax.config.update("jax_enable_x64", format.name == "float64")
    size = 1 if len(x) == 1 else BLOCK
    filled = np.ones(size)
    filled[:len(x)] = x
    return np.asarray(call._order(order)(jax.numpy.asarray(native(filled, format))))[:len(x)].astype(np.float64)


count = 0
for name in names:
    for format in (FORMATS["bfloat16"], FORMATS["float32"]):
        sizes = np.array(special_numbers(format))
        x = format.values(format.ordinals(np.concatenate((sizes, -sizes, sizes / 3, -sizes / 3))))
        x = np.concatenate((x, [-0.0, np.inf, -np.inf, np.nan]))
        call = ADAPTERS[backend](name, f"{name}(x)")
        for order in range(3):
            for some in (x, x[5:6], x[-4:-3], x[-1:]):
                got, expected = call.values(some, format, order)[0], eager(call, some, format, order)
                same = (got == expected) & (np.signbit(got) == np.signbit(expected))
                same |= np.isnan(got) & np.isnan(expected)
                assert same.all(), (name, format.name, order, some[~same][:5], got[~same][:5], expected[~same][:5])
                count += len(some)
    assert all((getattr(call, "graphs", None) or call.programs).values()), "nothing was recorded"
print(count)
"""


@pytest.mark.parametrize(
    ("backend", "names"),
    [
        ("tensorflow", ["tensorflow.nn.silu", "tensorflow.nn.elu"]),
        ("jax", ["jax.nn.silu", "jax.nn.relu"]),
    ],
)
def test_what_is_recorded_does_the_same(tmp_path: Path, backend: str, names: list[str]) -> None:
    command = [sys.executable, "-c", COMPARE, backend, *names]
    done = subprocess.run(command, cwd=ROOT, env=environment(tmp_path), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout) > 10_000


def test_what_a_graph_cannot_hold_is_done_step_by_step(tmp_path: Path) -> None:
    """A function that looks at its values: it is measured all the same."""
    code = (
        "import numpy as np\nfrom engine.accuracy.adapters import ADAPTERS\n"
        "from engine.accuracy.formats import FORMATS\n"
        "call = ADAPTERS['tensorflow']('tensorflow.abs', 'x * float(tensorflow.reduce_max(x).numpy())')\n"
        "print(call.values(np.array([1.0, 2.0]), FORMATS['float64'], 1)[0].tolist())"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, env=environment(tmp_path), capture_output=True, text=True)
    assert done.stdout == "[2.0, 2.0]\n", done.stderr[-2000:]
