# Claim: softplus rises from 0 to infinity, with ln 2 at 0 and ln(n + 1) at ln n.
from mpmath import exp, inf, ln, log1p, mp, mpf, nstr, quad

mp.dps = 50  # f(100) is 100 + e⁻¹⁰⁰, which takes 46 digits to see


def f(x):
    return log1p(exp(x))


def area(x):  # an independent way: the area below the sigmoid, up to x
    return quad(lambda t: 1 / (1 + exp(-t)), [-inf, x - 10, x])


points = [mpf(x) for x in (-10, -5, -1, -0.5, 0, 0.5, 1, 5, 10)]
print("    x  f(x)")
for x in points:
    print(f"{nstr(x, 3):>5}  {nstr(f(x), 15)}")

checks = {
    "the area below the sigmoid": all(abs(area(x) / f(x) - 1) < 1e-30 for x in points),
    "f(ln n) = ln(n + 1), n = 1 to 9": all(
        abs(f(ln(n)) - ln(n + 1)) < 1e-48 for n in range(1, 10)
    ),
    "increasing": all(f(x) < f(x + mpf(1) / 4) for x in range(-100, 100)),
    "0 < f(-100) < 1e-43": 0 < f(-100) < 1e-43,
    "0 < f(100) - 100 < 1e-43": 0 < f(100) - 100 < 1e-43,
}
for name, holds in checks.items():
    print(f"{name}: {holds}")

print("verdict:", "true" if all(checks.values()) else "false")
