"""Where libraries compute: on the processor, or on a card that they see."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from engine.accuracy import jobs

#: The libraries that have arrays.
ARRAYS = ("numpy", "torch", "tensorflow", "jax")
#: The processor, which every library has, and the cards that may be asked for.
PROCESSOR = "cpu"
CARDS = ("cuda",)
#: The libraries that are measured on a card, each with its own arrays.
ON_CARDS = ("torch", "jax")


def variables(device: str) -> dict[str, str]:
    """What a process has to see for its libraries to compute there, beside `engine.run.isolation`."""
    if device == PROCESSOR:
        return {}
    return {
        "CUDA_VISIBLE_DEVICES": os.environ.get("CUDA_VISIBLE_DEVICES", "0"),
        "JAX_PLATFORMS": f"{device},{PROCESSOR}",
        "XLA_PYTHON_CLIENT_PREALLOCATE": "false",  # another library measures beside it
    }


def cards(root: Path, device: str, libraries: Iterable[str]) -> dict[str, str]:
    """What libraries call a device, or nothing where one sees none. Raises SourceError for a process that fails."""
    where, own = Path("audit"), variables(device)
    ask = jobs.ask
    return {name: ask(root, "engine.accuracy.worker", jobs.Card(name, device), str, where, own) for name in libraries}
