"""Break one recorded output in a copy of the project and run all tests there: two may fail, and none end in error.

    python scripts/one_fault.py [snippets/softplus/numpy/forward.out]

Takes as long as `make test` in a fresh clone. Ends with status 1 and the names of the tests if it is otherwise.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.engine import copy  # noqa: E402 - found by the line above
from engine.compare.numbers import compare  # noqa: E402

OUTPUT = "snippets/softplus/numpy/forward.out"
PUBLISHED = "tests.site.test_html.test_the_site_may_be_published"


def break_output(file: Path) -> None:
    """Change the last digit of a recorded output that is not lost in the tolerance, by five."""
    text = file.read_text(encoding="utf-8")
    for digit in reversed(list(re.finditer(r"\d", text))):
        broken = text[: digit.start()] + str((int(digit[0]) + 5) % 10) + text[digit.end() :]
        if compare(text, broken):
            file.write_text(broken, encoding="utf-8")
            return
    sys.exit(f"{file.name} holds no digit that matters; choose another output")


def failed(report: Path) -> list[str]:
    """The tests that did not pass, with the kind of their failure."""
    return sorted(
        f"{case.get('classname')}.{case.get('name')}" + ("" if kind == "failure" else f" ({kind})")
        for case in ET.parse(report).iter("testcase")
        for kind in ("failure", "error")
        if case.find(kind) is not None
    )


def main(output: str = OUTPUT) -> int:
    with tempfile.TemporaryDirectory(prefix="one-fault-") as folder:
        project = copy(Path(folder) / "project")
        break_output(project / output)
        report = Path(folder) / "report.xml"
        options = ["--numprocesses", "auto", "--dist", "loadfile", "-q", f"--junitxml={report}"]
        subprocess.run([sys.executable, "-m", "pytest", *options], cwd=project, check=False)
        found = failed(report)
    snippet = output.removesuffix(".out").replace("/", ".") + ".py.output"
    print("\n".join(["", f"{output} was broken; {len(found)} tests did not pass:", *found]))
    return 0 if found == sorted([snippet, PUBLISHED]) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
