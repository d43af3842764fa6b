"""How a library is asked about its own names: by a snippet that runs like all others, in the library's process."""

from __future__ import annotations

from pathlib import Path

from engine.base.libraries import LIBRARIES
from engine.sources.snippets import Snippet

_ARRAYS = {  # a NumPy array as the library has it, where it does not take NumPy's own
    "torch": "torch.from_numpy(points)",
    "tensorflow": "tensorflow.constant(points)",
    "keras": "keras.ops.convert_to_tensor(points)",
    "jax": "jax.numpy.asarray(points)",
}

#: What each question begins with. To be formatted: braces are doubled.
_HEAD = '''\
import ast
import importlib
import inspect
import json
import warnings

import numpy
import {library}

QUESTIONS = json.loads({questions!r})


def find(name):
    """What a dotted name stands for; modules on the way are imported."""
    parts = name.split(".")
    target = importlib.import_module(parts[0])
    for i, part in enumerate(parts[1:], 2):
        if not hasattr(target, part):
            importlib.import_module(".".join(parts[:i]))
        target = getattr(target, part)
    return target


def array(points):
    """Floats as an array of the library."""
    points = numpy.array(points, numpy.float32)
    return {array}


'''


def snippet(root: Path, path: Path, library: str, body: str, questions: str) -> Snippet:
    """The snippet that asks a library.

    body: what it does with QUESTIONS, which is `questions` read as JSON; path: of the file that it is asked for.
    """
    head = _HEAD.format(library=library, questions=questions, array=_ARRAYS.get(library, "points"))
    return Snippet(
        root=root,
        path=path,
        source=head + body,
        imports=tuple(sorted({library, "numpy"})),
        modules=(),
        worker=LIBRARIES[library].worker or "numpy",
    )
