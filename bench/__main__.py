"""Measure the figures that the project promises: what the engine costs, and what a reader gets.

`python -m bench [engine|others|scale|reader] [--repeat N] [--json FILE]`; without a name, all.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bench import engine, others, reader, scale
from bench.report import Figure, write

PARTS = {"engine": engine.measure, "others": others.measure, "scale": scale.measure, "reader": reader.measure}


def main() -> int:
    """Print the table. Returns 1 if a promise is not kept."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("part", nargs="?", choices=PARTS, help="what to measure (default: everything)")
    parser.add_argument("--repeat", type=int, default=5, help="runs of each measurement that varies (default 5)")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    options = parser.parse_args()
    figures: list[Figure] = []
    for part in [options.part] if options.part else PARTS:
        for figure in PARTS[part](options.repeat):
            print(figure, flush=True)
            figures.append(figure)
    if options.json:
        write(figures, options.json)
    return 0 if all(figure.holds for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
