"""A project with shared topics."""

from __future__ import annotations

from pathlib import Path

import pytest
from demo import DEFINITION


@pytest.fixture
def write(tmp_path):
    """Writes files of a project that has one function."""

    def put(files: dict[str, str], definition: str = DEFINITION) -> Path:
        for name, text in {"snippets/demo/definition.yml": definition, **files}.items():
            file = tmp_path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return tmp_path

    return put
