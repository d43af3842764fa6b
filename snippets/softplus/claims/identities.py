# Claim: the identities by which softplus is rewritten, inverted and made stable hold.
from mpmath import cosh, exp, expm1, linspace, ln, log1p, mp

mp.dps = 100  # of which 1 − sigmoid(100), about e⁻¹⁰⁰, loses 43


def f(x):
    return log1p(exp(x))


def sigmoid(x):
    return 1 / (1 + exp(-x))


def inverse(y):
    return y + ln(-expm1(-y))


identities = {
    "f(x) - f(-x) = x": lambda x: f(x) - f(-x) - x,
    "f(x) + f(-x) = 2 ln(2 cosh(x/2))": lambda x: (
        f(x) + f(-x) - 2 * ln(2 * cosh(x / 2))
    ),
    "f(x) = x/2 + ln(2 cosh(x/2))": lambda x: f(x) - x / 2 - ln(2 * cosh(x / 2)),
    "f(x) = -ln sigmoid(-x)": lambda x: f(x) + ln(sigmoid(-x)),
    "f(x) = -ln(1 - sigmoid(x))": lambda x: f(x) + ln(1 - sigmoid(x)),
    "f(x) = ln(e^0 + e^x)": lambda x: f(x) - ln(exp(0) + exp(x)),
    "f(x) = max(x, 0) + log1p(e^-|x|)": lambda x: (
        f(x) - max(x, 0) - log1p(exp(-abs(x)))
    ),
    "f'(x) = 1 - e^-f(x)": lambda x: sigmoid(x) - 1 + exp(-f(x)),
    "inverse(f(x)) = x": lambda x: inverse(f(x)) - x,
    "inverse(y) = ln(e^y - 1)": lambda x: inverse(f(x)) - ln(exp(f(x)) - 1),
    "inverse'(y) = 1 / (1 - e^-y)": lambda x: (
        1 / (1 - exp(-f(x))) - mp.diff(inverse, f(x))
    ),
}
holds = []
for name, difference in identities.items():
    xs = linspace(-5, 5, 11) if "'(y)" in name else linspace(-100, 100, 41)
    holds.append(all(abs(difference(x)) < 1e-50 for x in xs))
    print(f"{name}: {holds[-1]}")

print("verdict:", "true" if all(holds) else "false")
