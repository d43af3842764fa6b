"""The words that the engine itself writes into pages, in each language of the site."""

from __future__ import annotations

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
        "data": "Points of the curves",
        "failed": "This snippet fails",
        "still yes": "Still so in {library}.",
        "still no": "No longer so in {library}.",
        "colon": ": ",
        "with": "With",
        "comma": ", ",
        "stop": ".",
        "derived": "Checked by this build: each of the {steps} steps at {points} points or more, "
        "to {digits} digits or more; {proved} of them also proved by SymPy.",
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
        "data": "曲线上的点",
        "failed": "此代码未通过检查",
        "still yes": "在 {library} 中仍然如此。",
        "still no": "在 {library} 中已不再如此。",
        "colon": "：",
        "with": "其中",
        "comma": "，",
        "stop": "。",
        "derived": "本次构建已核验：共 {steps} 步，每步至少在 {points} 个点上以不少于 {digits} 位数字比对，"
        "其中 {proved} 步另由 SymPy 证明。",
        "not derived": "此推导不成立",
    },
}
