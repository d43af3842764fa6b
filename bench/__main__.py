"""Measure the figures that the project promises: what the engine costs, and what a reader gets.

`python -m bench [PART]… [--repeat N] [--json FILE] [--record]`; without a part, all. `--help` names them.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bench import engine, others, reader, scale, serving, tests
from bench.engine import ROOT
from bench.report import Figure, record, write
from engine.render.measured import FILE

PARTS = {
    "engine": engine.measure,
    "others": others.measure,
    "scale": scale.measure,
    "serving": serving.measure,
    "reader": reader.measure,
    "tests": tests.measure,
}


def main() -> int:
    """Print the table. Returns 1 if a promise is not kept."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "parts", nargs="*", metavar="part", help=f"what to measure, of {', '.join(PARTS)} (default: all)"
    )
    parser.add_argument("--repeat", type=int, default=5, help="runs of each measurement that varies (default 5)")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("--record", action="store_true", help=f"write the ratios for the pages, {FILE}; see the diff")
    options = parser.parse_args()
    if unknown := [part for part in options.parts if part not in PARTS]:
        parser.error(f"there is no part {', '.join(unknown)}; there are {', '.join(PARTS)}")
    figures: list[Figure] = []
    for part in options.parts or PARTS:
        for figure in PARTS[part](options.repeat):
            print(figure, flush=True)
            figures.append(figure)
    if options.json:
        write(figures, options.json)
    if options.record:
        record(figures, ROOT / FILE)
    return 0 if all(figure.holds for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
