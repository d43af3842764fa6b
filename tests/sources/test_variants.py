"""Variants know each other."""

from dataclasses import replace
from pathlib import Path

import pytest

from engine.assemble.functions import _relatives
from engine.base.errors import SourceError
from engine.sources import definition
from engine.sources.variants import relatives

ROOT = Path(__file__).parents[2]


def test_they_know_each_other(tmp_path):
    texts = {
        "hard": "name: A\n",
        "first": "variant: hard\n",
        "second": 'name: B\nvariant: "hard"\n',
        "other": "name: C\n",
    }
    for name, text in texts.items():
        folder = tmp_path / "snippets" / name
        folder.mkdir(parents=True)
        (folder / "definition.yml").write_text(text, encoding="utf-8")
    assert relatives(tmp_path) == {
        "hard": ("first", "second"),
        "first": ("hard", "second"),
        "second": ("first", "hard"),
    }


def test_those_of_the_site():
    assert relatives(ROOT)["gelu"] == ("gelu_tanh",)
    assert relatives(ROOT)["gelu_tanh"] == ("gelu",)


def test_a_variant_of_nothing_is_refused_with_its_line():
    entry = replace(definition.read(ROOT, "gelu_tanh"), variant="gello")
    with pytest.raises(SourceError) as caught:
        _relatives(ROOT, entry)
    (problem,) = caught.value.problems
    assert "gello is no function" in problem.reason
    assert (problem.path, problem.line) == ("snippets/gelu_tanh/definition.yml", 2)
