"""Command line: `python -m engine new|check|record|lint|ledger|build|measure|translated|portable|mutate|site|after`."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from engine.base.errors import SourceError
from engine.commands.outcome import FAILED, INTERRUPTED, USAGE, UsageError
from engine.run import progress
from engine.run.progress import Progress


def main(arguments: list[str] | None = None) -> int:
    """Run one command. Returns 0 when everything holds, 1 when something does not, 2 on a usage error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # what a terminal cannot show must hide no problem
    options = _parser().parse_args(arguments)
    root = Path.cwd()
    if not (root / "snippets").is_dir():
        print("engine: no folder snippets/ here; change to the project's folder and run it there", file=sys.stderr)
        return USAGE
    try:
        return _command(root, options)
    except SourceError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        print(f"{len(error.problems)} problem(s) in the sources; nothing was run", file=sys.stderr)
        return FAILED
    except UsageError as error:
        print(f"engine: {error}", file=sys.stderr)
        return USAGE
    except KeyboardInterrupt:
        print("engine: interrupted", file=sys.stderr)
        return INTERRUPTED


def _command(root: Path, options: argparse.Namespace) -> int:
    """Do what was asked for. Each command imports what it needs: none needs all."""
    match options.command:
        case "new":
            from engine.commands.new import Asked, new

            return new(root, Asked(options.name, options.expression, options.parameter, options.also, options.stable))
        case "check" | "record" if options.device:
            from engine.commands.cards import check_cards

            recording = options.command == "record"
            return check_cards(root, options.path, options.shard, options.available, recording, options.device)
        case "check" | "record":
            from engine.commands.check import check

            return check(root, options.path, options.shard, options.available, options.command == "record")
        case "lint":
            from engine.commands.lint import lint

            return lint(root, options.path)
        case "build":
            from engine.commands.build import build

            return build(root)
        case "ledger":
            from engine.commands.ledger import ledger

            return ledger(root, options.release)
        case "measure":
            from engine.commands.measure import measure

            own = options.library, options.device, options.bound
            return measure(root, options.function, options.implementation, *own)
        case "translated":
            from engine.commands.translated import translated

            return translated(root, options.path, options.unchanged)
        case "portable":
            from engine.commands.portable import portable

            return portable(root, options.path, options.only)
        case "mutate":
            from engine.commands.mutate import mutate

            return mutate(root, options.function, options.sample)
        case "after":
            from engine.site.after import after

            after(root, Path(options.folder))
            return 0
        case _:
            from engine.site.whole import build_site

            return build_site(root, Path(options.folder).resolve(), os.environ.get("SITE_URL", ""), options.draft)


def _of_new(commands: Any) -> None:
    text = "begin a function: find its names in the libraries, its derivative and facts, and write its files"
    command = commands.add_parser("new", help=text, description=text)
    command.add_argument("name", help="its folder under snippets/, as leaky_relu")
    command.add_argument("expression", help="its formula in x, in SymPy's syntax, as 'x/(1 + Abs(x))'")
    command.add_argument("parameter", nargs="*", help="a parameter with its usual value, as alpha=0.01")
    text = "another name under which libraries may have it; may be given several times"
    command.add_argument("--also", metavar="NAME", action="append", default=[], help=text)
    command.add_argument("--stable", default="", help="an equal form, where the expression loses digits")


def _of_measure(commands: Any) -> None:
    text = "measure your own implementation of a function as those of the libraries are measured"
    command = commands.add_parser("measure", help=text, description=text)
    command.add_argument("function", help="folder under snippets/")
    command.add_argument("implementation", help="a function of one array: path/to/file.py:name, or module:name")
    text = "whose arrays it takes: numpy, torch, tensorflow or jax (default: found from its imports, or by trying)"
    command.add_argument("--library", default="", help=text)
    text = "where it computes: cpu or cuda (default: cpu)"
    command.add_argument("--device", default="cpu", help=text)
    text = (
        "exit with 1 if an error is larger: 4 (ulp, of the value in each type that it takes), float32=4, first=8 (of "
        "the first derivative) or float32.first=8; may be given several times"
    )
    command.add_argument("--bound", metavar="[TYPE][.ORDER=]ULP", action="append", default=[], help=text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m engine", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    _of_new(commands)
    for name, text in (
        ("check", "run snippets and compare their output with what is recorded"),
        ("record", "fill the scripts that functions share, run snippets and rewrite their recorded outputs"),
    ):
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument("path", nargs="*", help="snippet, audit.yml, or folder under snippets/ (default: all)")
        command.add_argument(
            "--available", action="store_true", help="leave out snippets whose libraries are not installed, and say so"
        )
        text = "take the i-th of n parts only; every snippet and audit is in one of them"
        command.add_argument("--shard", metavar="i/n", default="1/1", help=text)
        text = "measure accuracy where PyTorch and JAX see this device, cuda, and nothing else"
        command.add_argument("--device", default="", help=text)
    text = "read snippets and compare those that are filled from topics/ with their files; run nothing"
    command = commands.add_parser("lint", help=text, description=text)
    command.add_argument("path", nargs="*", help="snippet, or folder under snippets/ (default: all)")
    commands.add_parser("build", help="check everything and write the fragments that the pages include")
    text = "run snippets with other releases of their frameworks, and enter in ledger/ what they print"
    command = commands.add_parser("ledger", help=text, description=text)
    text = "torch==2.12.0, or tensorflow==2.19.0,keras==3.9.0 for more of it (default: what the ledger lacks)"
    command.add_argument("release", nargs="*", help=text)
    _of_measure(commands)
    text = "record that translated pages, or the paragraph on one line, render the English text of today"
    command = commands.add_parser("translated", help=text, description=text)
    command.add_argument("path", nargs="*", help="page, page:line, or folder of a translation (default: all)")
    text = "also where only the English has changed: the translation renders it as it is (needs a path)"
    command.add_argument("--unchanged", action="store_true", help=text)
    text = "run snippets and audits as other machines would, without what is kept, and tell what differs"
    command = commands.add_parser("portable", help=text, description=text)
    command.add_argument("path", nargs="*", help="snippet, audit.yml, or folder under snippets/ (default: all)")
    text = "only the variants whose names contain this text; may be given several times"
    command.add_argument("--only", metavar="TEXT", action="append", default=[], help=text)
    text = "break what is written about functions one change at a time, and tell what nothing notices"
    command = commands.add_parser("mutate", help=text, description=text)
    command.add_argument("function", nargs="*", help="folder under snippets/ (default: all)")
    command.add_argument("--sample", metavar="N", type=int, help="take only N changes, always the same ones")
    command = commands.add_parser("site", help="build the site in every language; SITE_URL says where it is published")
    command.add_argument("folder", nargs="?", default="site", help="where to (default: site)")
    text = (
        "where something does not hold, build all the same and show it on its page, not to be published; exit status 1"
    )
    command.add_argument("--draft", action="store_true", help=text)
    text = "add downloads, Markdown twins and llms.txt to a site that another program than MkDocs has built"
    command = commands.add_parser("after", help=text, description=text)
    command.add_argument("folder", nargs="?", default="site", help="where it is (default: site)")
    return parser


def insist(dropped: sys.UnraisableHookArgs) -> None:
    """Interrupt again where Python drops KeyboardInterrupt: in a callback, as its imports have them.

    To be `sys.unraisablehook`.
    """
    if dropped.exc_type is KeyboardInterrupt and hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, signal.default_int_handler)
        signal.setitimer(signal.ITIMER_REAL, 0.1)  # after the callback
    else:
        sys.__unraisablehook__(dropped)


if __name__ == "__main__":
    sys.unraisablehook = insist
    progress.current = Progress(sys.stderr)
    sys.exit(main())
