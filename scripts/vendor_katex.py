"""Vendor one version of KaTeX from npm: `python scripts/vendor_katex.py 0.19.1`.

The script that renders goes beside the engine; the style sheet and fonts that readers load go into the theme. Of the
three font formats only WOFF2 is kept: every browser that can show the rest of the site reads it. npm itself checks
the integrity of what it fetches.

Most formulas need few of a font's glyphs. So each font of SPLIT comes in two files, told apart by `unicode-range`: what
is common, and the rest, which a browser fetches only if a page has one of its characters. No glyph is lost. The fonts'
licence, the SIL Open Font License, reserves their names for the fonts as they are: a part has another name within.
"""

import argparse
import json
import re
import shutil
import tempfile
from pathlib import Path

import vendored
import yaml
from fontTools import subset
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parent.parent
ENGINE = ROOT / "engine/vendor/katex"
THEME = ROOT / "theme/assets/katex"
#: In every first part: a browser takes the metrics of a family from the file that has the space.
BLANKS = " \N{NO-BREAK SPACE}"
ASCII = "".join(map(chr, range(0x21, 0x7F)))
LATIN = "".join(filter(str.isalpha, ASCII))
GREEK = "αβγδεϵζηθϑικλμνξοπρϱσςτυφϕχψωΓΔΘΛΞΠΣΥΦΨΩ"
TEXT = ASCII + "ΓΔΘΛΠΣΦΨΩ" + "×±·∗∘∞∂∇ℓ∑∏∫" + "−∼≈≡≤≥∈∣∥" + "→⇒⟹⟺" + "…⋯⋅′\ue020"  # the last strikes out, as in ≠
LARGE = "()[]{}⟨⟩⌈⌉⌊⌋|∣∥√∑∏∫"
#: Fonts in two parts -> the characters of the first, those in common use.
SPLIT = {
    "AMS-Regular": "CENPQRZ",  # ℝ and the like are capitals of this font
    "Main-Bold": TEXT,
    "Main-Regular": TEXT,
    "Math-BoldItalic": LATIN + GREEK,
    "Math-Italic": LATIN + GREEK,
    "Size1-Regular": LARGE,
    "Size2-Regular": LARGE,
    "Size3-Regular": LARGE,
    "Size4-Regular": LARGE,
    "Typewriter-Regular": ASCII,
}
#: Where the first part is not asked. Without what no font has and formulas hold: KaTeX's zero-width space and Chinese
#: words would each fetch the rest in vain.
REST = "U+21-200a,U+200c-2e7f,U+e000-ffff"
COPYRIGHT = 0
FACE = re.compile(r"@font-face\{[^}]*url\(fonts/KaTeX_([\w-]+)\.woff2\)[^}]*\}")
OTHER_FORMATS = re.compile(r',url\([^)]*\.(?:woff|ttf)\) format\("(?:woff|truetype)"\)')


def vendor(version: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        package, integrity = vendored.fetch("katex", version, Path(folder))

        shutil.rmtree(THEME / "fonts", ignore_errors=True)
        for target in (ENGINE, THEME):
            shutil.copy(package / "LICENSE", target)
        shutil.copy(package / "dist/katex.min.js", ENGINE)
        (ENGINE / "README.md").write_text(
            f"KaTeX {version}, from https://www.npmjs.com/package/katex/v/{version} (MIT; the fonts OFL-1.1).\n"
            f"By `python scripts/vendor_katex.py {version}`: the script unchanged; style and fonts, some of them in\n"
            "two parts, are in theme/assets/katex. fonts.json lists the characters of those fonts before the split,\n"
            "advances.json how far each character of each font advances, in units of 1/1000 em.\n",
            encoding="utf-8",
            newline="\n",
        )
        not_kept = shutil.ignore_patterns("*.woff", "*.ttf")
        shutil.copytree(package / "dist/fonts", THEME / "fonts", ignore=not_kept)
        (ENGINE / "advances.json").write_text(advances(THEME / "fonts"), encoding="utf-8", newline="\n")
        css = OTHER_FORMATS.sub("", (package / "dist/katex.min.css").read_text(encoding="utf-8"))
        if re.search(r"\.(?:woff|ttf)\)", css):
            raise SystemExit("The style sheet names its fonts otherwise than before: adapt OTHER_FORMATS.")
        css = split(css)
        (THEME / "katex.min.css").write_text(css, encoding="utf-8", newline="\n")

        record = yaml.safe_load(vendored.RECORD.read_text(encoding="utf-8"))
        entry = record["katex"]
        entry |= {"version": version, "integrity": integrity, "files": vendored.files(entry["folders"], package)}
        vendored.write(record)


def advances(fonts: Path) -> str:
    """For each font, by its name, the characters and how far each advances, as JSON with one font on a line."""
    lines = []
    for file in sorted(fonts.iterdir()):
        font = TTFont(file)
        if font["head"].unitsPerEm != 1000:
            raise SystemExit(f"{file.name} has another unit than 1/1000 em.")
        widths = {chr(code): font["hmtx"][glyph][0] for code, glyph in sorted(font.getBestCmap().items())}
        lines.append(f"{json.dumps(file.stem.removeprefix('KaTeX_'))}: {json.dumps(widths, separators=(',', ':'))}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def split(css: str) -> str:
    """Split the fonts that are in the theme. Returns the style sheet with a rule for each part.

    The characters that each font had are recorded beside the engine's part, for a test to find them again.
    """
    whole: dict[str, str] = {}

    def rules(match: re.Match[str]) -> str:
        rule, name = match[0], match[1]
        if name not in SPLIT:
            return rule
        file = THEME / f"fonts/KaTeX_{name}.woff2"
        rest = file.with_stem(f"{file.stem}-rest")
        everything = set(TTFont(file).getBestCmap())
        common = everything & set(map(ord, BLANKS + SPLIT[name]))
        whole[name] = ranges(everything)
        part(file, everything - common, rest)
        part(file, common, file)
        # Where ranges overlap, CSS asks the rule that comes last first.
        first = rule.replace("}", f";unicode-range:{ranges(common)}}}")
        return rule.replace(file.name, rest.name).replace("}", f";unicode-range:{REST}}}") + first

    css = FACE.sub(rules, css)
    if whole.keys() != SPLIT.keys():
        raise SystemExit(
            f"The style sheet has no rule for {', '.join(SPLIT.keys() - whole.keys())}: adapt FACE or SPLIT."
        )
    text = json.dumps(dict(sorted(whole.items())), indent=2) + "\n"
    (ENGINE / "fonts.json").write_text(text, encoding="utf-8", newline="\n")
    return css


def part(source: Path, characters: set[int], target: Path) -> None:
    """Write the font of some of a font's characters, with the metrics of the whole.

    Its hinting goes: a third of a small part, for the grid of coarse screens, which Chromium on Linux or a Mac ignores.
    """
    options = subset.Options(flavor="woff2", notdef_outline=True, hinting=False)
    font = subset.load_font(source, options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)
    for name in font["name"].names:
        if name.nameID != COPYRIGHT:
            name.string = str(name).replace("KaTeX_", "PartOf")
    subset.save_font(font, target, options)


def ranges(characters: set[int]) -> str:
    """Characters as CSS writes them: U+20-7e,U+a0."""
    runs: list[list[int]] = []
    for character in sorted(characters):
        if runs and character == runs[-1][1] + 1:
            runs[-1][1] = character
        else:
            runs.append([character, character])
    return ",".join(f"U+{first:x}" + (f"-{last:x}" if last > first else "") for first, last in runs)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Vendor one version of KaTeX from npm.")
    parser.add_argument("version", help="for example 0.19.1")
    vendor(parser.parse_args().version)
