"""Names of the facts that every function may have, in each language."""

from __future__ import annotations

NAMES: dict[str, dict[str, str]] = {
    "definition": {"en": "Definition", "zh": "定义"},
    "domain": {"en": "Domain", "zh": "定义域"},
    "range": {"en": "Range", "zh": "值域"},
    "value-at-zero": {"en": "Value at zero", "zh": "原点处的值"},
    "slope-at-zero": {"en": "Slope at zero", "zh": "原点处的斜率"},
    "limit-left": {"en": "Limit on the left", "zh": "左侧极限"},
    "limit-right": {"en": "Limit on the right", "zh": "右侧极限"},
    "asymptote": {"en": "Asymptote on the right", "zh": "右侧渐近线"},
    "monotone": {"en": "Monotonicity", "zh": "单调性"},
    "convex": {"en": "Convexity", "zh": "凸性"},
    "smoothness": {"en": "Smoothness class", "zh": "光滑性"},
    "derivative": {"en": "Derivative", "zh": "导数"},
    "derivative-parameter": {"en": "Derivative by the parameter", "zh": "对参数的导数"},
    "second-derivative": {"en": "Second derivative", "zh": "二阶导数"},
    "lipschitz": {"en": "Lipschitz constant of f", "zh": "f 的 Lipschitz 常数"},
    "lipschitz-derivative": {"en": "Lipschitz constant of f′", "zh": "f′ 的 Lipschitz 常数"},
    "inverse": {"en": "Inverse", "zh": "反函数"},
    "antiderivative": {"en": "Antiderivative", "zh": "原函数"},
    "symmetry": {"en": "Symmetry", "zh": "对称性"},
    "minimum": {"en": "Minimum", "zh": "最小值"},
    "maximum": {"en": "Maximum", "zh": "最大值"},
    "asymptote-left": {"en": "Asymptote on the left", "zh": "左侧渐近线"},
    "concave": {"en": "Concavity", "zh": "凹性"},
    "odd": {"en": "Oddness", "zh": "奇函数"},
    "zeros": {"en": "Zeros", "zh": "零点"},
    "homogeneous": {"en": "Positive homogeneity", "zh": "正齐次性"},
    "fixed-point": {"en": "Fixed point", "zh": "不动点"},
    "sigmoid": {"en": "By the sigmoid", "zh": "用 sigmoid 表示"},
}
