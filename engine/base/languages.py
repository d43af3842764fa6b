"""The languages of the site, and the words that the engine itself writes into pages in each of them."""

from __future__ import annotations

from pathlib import Path

from engine.base.errors import Problem, SourceError
from engine.base.files import folders_in, sources_below

#: The language that pages are written in; the others are translations of it.
SOURCE = "en"

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "true": "true",
        "half true": "half true",
        "false": "false",
        "experiment": "experiment and output",
        "back": "What it is about",
        "claims": "Claims",
        "threads": "Reported upstream",
        "code": "Code of this figure",
        "lacking": "{library} has no {function}. This is its formula in the operations that it has.",
        "data": "What the figure shows, in numbers and words",
        "failed": "This does not hold",
        "since": ", same since {version}",
        "since oldest": ", same since {version}, the oldest tried",
        "still yes": "Still so in {library}.",
        "still no": "No longer so in {library}.",
        "explorer curves": "Curves",
        "explorer range": "Enter a number within the range of the plot.",
        "explorer positive": "Enter a number above zero.",
        "explorer x": "x",
        "no microscope": "No numbers of your own can be tried here: the page does not compute {names} to many digits.",
        "microscope title": "Try a number of your own",
        "microscope form": "Form",
        "microscope type": "Type",
        "microscope result": "Result",
        "microscope error": "Error in ulp",
        "microscope mark": "Verdict",
        "microscope naive": "naive",
        "microscope stable": "stable",
        "microscope exact": "exact",
        "microscope number": "Enter a number.",
        "microscope right": "right",
        "microscope off": "off",
        "microscope lost": "no digit right",
        "microscope zero": "underflows to 0",
        "microscope inf": "overflows",
        "microscope nan": "not a number",
        "microscope far": "beyond what this page computes",
        "gap": " ",
        "colon": ": ",
        "with": "With",
        "comma": ", ",
        "semicolon": "; ",
        "stop": ".",
        "derived": "Checked by this build: each of the {steps} steps at {points} points or more, "
        "to {digits} digits or more; {proved} of them also proved by SymPy, and {ruled} compared with the form "
        "of their rule.",
        "not derived": "This derivation does not hold",
    },
    "zh": {
        "true": "成立",
        "half true": "部分成立",
        "false": "不成立",
        "experiment": "实验代码与输出",
        "back": "对应的论断",
        "claims": "论断",
        "threads": "上游报告",
        "code": "绘图代码",
        "lacking": "{library} 没有 {function}，这里用它已有的运算写出公式。",
        "data": "图中内容：数值与文字",
        "failed": "此处未通过检查",
        "since": "（自 {version} 起相同）",
        "since oldest": "（自 {version} 起相同，更早的版本未试）",
        "still yes": "在 {library} 中仍然如此。",
        "still no": "在 {library} 中已不再如此。",
        "explorer curves": "曲线",
        "explorer range": "请输入绘图范围内的数。",
        "explorer positive": "请输入大于零的数。",
        "explorer x": "x",
        "no microscope": "这里不能自己输入数来试：本页不能把 {names} 算到很多位。",
        "microscope title": "换一个数试试",
        "microscope form": "写法",
        "microscope type": "类型",
        "microscope result": "结果",
        "microscope error": "误差（ulp）",
        "microscope mark": "判定",
        "microscope naive": "直接写法",
        "microscope stable": "稳定写法",
        "microscope exact": "精确值",
        "microscope number": "请输入一个数。",
        "microscope right": "正确",
        "microscope off": "有误差",
        "microscope lost": "没有一位正确",
        "microscope zero": "下溢为 0",
        "microscope inf": "上溢",
        "microscope nan": "不是数",
        "microscope far": "超出本页的计算范围",
        "gap": "",
        "colon": "：",
        "with": "设",
        "comma": "，",
        "semicolon": "；",
        "stop": "。",
        "derived": "本次构建已核验：共 {steps} 步，每步至少在 {points} 个点上比对，精确到不少于 {digits} 位数字；"
        "其中 {proved} 步另由 SymPy 证明，{ruled} 步的变形与所注法则的形式一致。",
        "not derived": "此推导不成立",
    },
}


def configuration(language: str) -> str:
    """The name of the file with which MkDocs builds the pages of a language."""
    return "mkdocs.yml" if language == SOURCE else f"mkdocs.{language}.yml"


def languages(root: Path) -> list[str]:
    """The languages that have pages, sorted: the folders of docs/ that a configuration builds, and the source.

    Any other folder there, as one of drawings, is left alone. Raises SourceError if it holds pages, which nothing would
    publish, and for a language in which the engine has no words.
    """
    names: list[str] = []
    problems: list[Problem] = []
    for name in folders_in(root / "docs"):
        file = configuration(name)
        if name == SOURCE or (root / file).is_file():
            names.append(name)
            if name not in WORDS:
                reason = (
                    f"the engine has no words in this language; write them in engine/base/languages.py: WORDS[{name!r}]"
                )
                problems.append(Problem(file, reason, 1))
        elif pages := sources_below(root / "docs" / name, ".md"):
            reason = f"nothing publishes this page: no {file} builds docs/{name}/; write that, or move the page"
            problems.append(Problem(pages[0].relative_to(root).as_posix(), reason))
    if problems:
        raise SourceError(problems)
    return names
