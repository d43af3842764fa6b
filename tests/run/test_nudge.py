"""Printed numbers are moved by a few units, and nothing else is."""

from __future__ import annotations

import contextlib
import io
import math

import numpy as np
import pytest

from engine.compare.numbers import compare
from engine.run.nudge import changed, moved


def printed(source: str, units: int) -> str:
    namespace: dict[str, object] = {"__name__": "__main__"}
    code = changed(source, "a.py", namespace, units)
    with contextlib.redirect_stdout(io.StringIO()) as output:
        exec(code, namespace)
    return output.getvalue()


EDGE = "x = 0.30000050000000001\n"  # half a unit of its sixth digit


@pytest.mark.parametrize(
    "text",
    [
        "print(f'{x:.6f}')",
        "print('{:.6f}'.format(x))",
        "print('{x:.6f}'.format(x=x))",
        "print('%.6f' % x)",
        "print(format(x, '.6f'))",
        "print(round(x, 6))",
        "print(*[format(y, '.6f') for y in (x, x)])",
        "import numpy as np\nprint(np.round(x, 6))",
        "import numpy as np\nprint(np.array([x, 1.5]).round(6))",
        "import numpy as np\nnp.set_printoptions(precision=6)\nprint(np.array([x, x]))",
    ],
)
def test_a_number_near_an_edge_is_printed_otherwise(text: str) -> None:
    assert printed(EDGE + text, 3) != printed(EDGE + text, -3)


@pytest.mark.parametrize(
    "text",
    [
        "print(x > 0.3000005, x == 0.30000050000000001)",
        "y = x\nfor _ in range(3):\n    y = y * 1\nprint(y == x)",
        "print(f'{x:.3f}', 1, True, None, 'a', 0.5, 1e-10, 1 / 4, 0.0, -0.0)",
        "print(float('nan'), float('inf'), {'a': 1}, [2], (3,), b'x', range(3))",
    ],
)
def test_nothing_else_is_changed(text: str) -> None:
    assert printed(EDGE + text, 3) == printed(EDGE + text, -3) == printed(EDGE + text, 0)


def test_units_are_those_of_the_number_s_type() -> None:
    third, single = 1 / 3, float(np.float32(1 / 3))
    assert (moved(third, 3) - third) / math.ulp(third) == 3
    assert (moved(-third, -3) + third) / math.ulp(third) == 3, "towards zero"
    assert (moved(single, 3) - single) / float(np.spacing(np.float32(single))) == 3
    assert not compare(f"{math.exp(0.5)!r}", f"{moved(math.exp(0.5), 3)!r}"), "within what is the same"
    array = moved(np.array([1 / 3, 0.0, np.nan, 0.25], dtype=np.float32), 3)
    assert array.dtype == np.float32
    assert array[1] == 0
    assert np.isnan(array[2])
    assert array[3] == 0.25
    assert moved(array[0], 3).dtype == np.float32
    assert moved([1 / 3, (1 / 3, "a")], 3)[1][1] == "a"
    assert moved(complex(1 / 3, 0.5), 3).imag == 0.5


def test_tensors_keep_their_type() -> None:
    import torch

    tensor = moved(torch.tensor([1 / 3], requires_grad=True), 3)
    assert tensor.requires_grad
    assert tensor.dtype == torch.float32
    assert tensor.item() != torch.tensor([1 / 3]).item()
    depends = torch.tensor([1 / 3], requires_grad=True) * 2
    assert moved(depends, 3) is depends, "its text names what it depends on"
