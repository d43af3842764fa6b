"""Vendor one version of KaTeX from npm: `python scripts/vendor_katex.py 0.19.1`.

The script that renders goes beside the engine; the style sheet and fonts that readers load go into the theme. Of the
three font formats only WOFF2 is kept: every browser that can show the rest of the site reads it. npm itself checks
the integrity of what it fetches.
"""

import argparse
import re
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENGINE = ROOT / "engine/vendor/katex"
THEME = ROOT / "theme/assets/katex"
OTHER_FORMATS = re.compile(r',url\([^)]*\.(?:woff|ttf)\) format\("(?:woff|truetype)"\)')


def vendor(version: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            ["npm", "pack", "--silent", f"katex@{version}"], cwd=folder, check=True, stdout=subprocess.DEVNULL
        )
        with tarfile.open(next(Path(folder).glob("katex-*.tgz"))) as archive:
            archive.extractall(folder, filter="data")
        package = Path(folder, "package")

        for target in (ENGINE, THEME):
            shutil.rmtree(target, ignore_errors=True)
            target.mkdir(parents=True)
            shutil.copy(package / "LICENSE", target)
        shutil.copy(package / "dist/katex.min.js", ENGINE)
        (ENGINE / "README.md").write_text(
            f"KaTeX {version}, unchanged, from https://www.npmjs.com/package/katex/v/{version} (MIT).\n"
            f"By `python scripts/vendor_katex.py {version}`; style and fonts are in theme/assets/katex.\n",
            encoding="utf-8",
            newline="\n",
        )
        not_kept = shutil.ignore_patterns("*.woff", "*.ttf")
        shutil.copytree(package / "dist/fonts", THEME / "fonts", ignore=not_kept)
        css = OTHER_FORMATS.sub("", (package / "dist/katex.min.css").read_text(encoding="utf-8"))
        if re.search(r"\.(?:woff|ttf)\)", css):
            raise SystemExit("The style sheet names its fonts otherwise than before: adapt OTHER_FORMATS.")
        (THEME / "katex.min.css").write_text(css, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Vendor one version of KaTeX from npm.")
    parser.add_argument("version", help="for example 0.19.1")
    vendor(parser.parse_args().version)
