"""What is recorded is noticed where it is changed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine.base.errors import SourceError
from engine.mutation import records
from engine.mutation.content import Mutant
from engine.mutation.judge import CAUGHT, MISSED, REFUSED

ROOT = Path(__file__).parents[2]
FUNCTION = "softplus"


@pytest.fixture(scope="module")
def changes() -> list[Mutant]:
    return records.mutants(ROOT, FUNCTION)


def verdicts(some: list[Mutant]) -> set[str]:
    return {verdict for _, verdict in records.judge(ROOT, FUNCTION, some)}


@pytest.mark.parametrize("part", ["legend:", "ticks:", "x, linear", "#3f51b5", "0.00247569"])
@pytest.mark.usefixtures("first_build")
def test_a_figure_is_what_was_recorded(changes: list[Mutant], part: str) -> None:
    some = [one for one in changes if one.file.endswith("figure.out") and part in one.old]
    assert some
    assert verdicts(some) == {CAUGHT}


def _named(one: Mutant) -> str:
    """The name of the value that is changed, within a line."""
    at = next(i for i, (a, b) in enumerate(zip(one.old, one.new, strict=True)) if a != b)
    return one.old[:at].rpartition(":")[0].rpartition(" ")[2].strip("{")


@pytest.mark.usefixtures("first_build")
def test_each_line_of_the_ledger_counts(changes: list[Mutant]) -> None:
    file = next(one.file for one in changes if one.file.startswith("ledger/torch"))
    some = [one for one in changes if one.file == file]
    assert {"source", "output", "digest"} <= {_named(one) for one in some}
    assert {"recorded", "machine"} <= {one.old.strip(" -").partition(":")[0] for one in some}
    assert verdicts(some) <= {CAUGHT, REFUSED}


@pytest.mark.usefixtures("first_build")
def test_a_condition_that_is_turned_does_not_hold(changes: list[Mutant]) -> None:
    some = [one for one in changes if one.file.endswith("assertions.yml")]
    assert len(some) > 100
    assert verdicts(some) == {CAUGHT}


@pytest.mark.usefixtures("first_build")
def test_what_no_comparison_sees_is_told(changes: list[Mutant]) -> None:
    """Blanks only align, so a change of them is none."""
    one = next(one for one in changes if one.file.endswith("figure.out") and "  " in one.old)
    assert verdicts([replace(one, new=one.old.replace("  ", "   "))]) == {MISSED}


def test_conditions_need_the_data_that_they_are_about(tmp_path: Path) -> None:
    folder = tmp_path / "snippets/demo"
    folder.mkdir(parents=True)
    (folder / "assertions.yml").write_text('one: all(order.points > 1 for order in orders(dtype="float32"))\n')
    (first, *_) = changes = records.mutants(tmp_path, "demo")
    assert first.new == first.old.replace(">", "<")
    with pytest.raises(SourceError, match="is not built yet"):
        list(records.judge(tmp_path, "demo", changes))
