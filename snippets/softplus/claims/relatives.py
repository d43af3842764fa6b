# Claim: squareplus, SparsePlus and ELU + 1 are near to softplus, and none equals it.
from mpmath import exp, linspace, ln, log1p, mp, mpf, nstr, phi, sqrt

mp.dps = 25


def softplus(x):
    return log1p(exp(x))


def squareplus(x, b=4):
    return (x + sqrt(x * x + b)) / 2


def sparseplus(x):  # exactly 0 up to −1, exactly x from 1 on
    return max(x, 0) if abs(x) >= 1 else (x + 1) ** 2 / 4


def elu_plus_1(x):
    return exp(x) if x <= 0 else x + 1


# All but ELU have g(x) − g(−x) = x, as softplus has, so x ≥ 0 is enough.
right_half = {x: softplus(x) for x in linspace(0, 8, 801)}


def farthest(g):
    return max((abs(g(x) - y), x) for x, y in right_half.items())


def best(b):
    return farthest(lambda x: squareplus(x, b))[0]


equal = 4 * ln(2) ** 2  # with this b, squareplus has the same value at 0
print("                        largest difference   at |x|")
for name, g in {
    "squareplus, b = 4": squareplus,
    "squareplus, b = 4 ln²2": lambda x: squareplus(x, equal),
    "SparsePlus": sparseplus,
}.items():
    difference, x = farthest(g)
    print(f"{name:22}  {nstr(difference, 5):>18}   {nstr(x, 2)}")

xs = linspace(-12, 12, 241)
checks = {
    "at 0 they are 1 - ln 2 and ln 2 - 1/4": (
        abs(farthest(squareplus)[0] - 1 + ln(2)) < 1e-20
        and abs(farthest(sparseplus)[0] - ln(2) + mpf(1) / 4) < 1e-20
    ),
    "SparsePlus < softplus < squareplus": all(
        sparseplus(x) < softplus(x) < squareplus(x) for x in xs
    ),
    "softplus < ELU + 1 < softplus + 1": all(
        softplus(x) < elu_plus_1(x) < softplus(x) + 1 for x in xs
    ),
    "squareplus(1) is the golden ratio": abs(squareplus(1) - phi) < 1e-20,
    "of all b, 1.5238 is nearest": best(1.5238) < min(best(1.522), best(1.526)),
    # On the left squareplus falls like 1/|x|, softplus like eˣ.
    "at -100, squareplus > 0.0099 and softplus < 1e-43": (
        squareplus(mpf(-100)) > 0.0099 and softplus(mpf(-100)) < 1e-43
    ),
}
for name, holds in checks.items():
    print(f"{name}: {holds}")

print("verdict:", "true" if all(checks.values()) else "false")
