"""Modules that are slow to import, and that few runs need: their code runs when something of them is first used."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterable
from types import ModuleType
from typing import Any


def options(late: Iterable[str], **settings: Any) -> dict[str, Any]:
    """The settings of an MkDocs plugin, for use in `mkdocs.yml`, which is read before plugins are imported.

    late: modules that the plugin imports, but does not always need.
    """
    for name in late:
        import_late(name)
    return settings


def import_late(name: str) -> None:
    """Have every import of a module give one that is still empty, unless it has been imported or is not there."""
    try:
        spec = None if name in sys.modules else importlib.util.find_spec(name)
    except ModuleNotFoundError:  # of its package
        spec = None
    if spec:
        module = importlib.util.module_from_spec(spec)
        module.__class__ = _Late
        sys.modules[name] = module


class _Late(ModuleType):
    """A module before its code has run. Not importlib's `LazyLoader`: of that, an import statement runs the code."""

    def __getattr__(self, name: str) -> Any:
        self.__class__ = ModuleType  # type: ignore[assignment]
        spec = self.__spec__
        assert spec is not None
        assert spec.loader is not None
        spec.loader.exec_module(self)
        return getattr(self, name)
