# Claim: ln 2 + x/2 + Σ (4ᵏ − 1) B₂ₖ x²ᵏ / (2k (2k)!), which converges for |x| ≤ π only.
from fractions import Fraction
from math import factorial

from mpmath import bernfrac, exp, ln, log1p, mp, mpf, nstr, pi, taylor

mp.dps = 40


def f(x):
    return log1p(exp(x))


def coefficient(k):  # of x²ᵏ
    return Fraction(4**k - 1) * Fraction(*bernfrac(2 * k)) / (2 * k * factorial(2 * k))


even = [coefficient(k) for k in range(1, 201)]
for k, c in enumerate(even[:6], 1):
    print(f"x^{2 * k}: {c}")
even = [mpf(c.numerator) / c.denominator for c in even]

found, exact = taylor(f, 0, 12), [ln(2), mpf(1) / 2]
for c in even[:6]:
    exact += [c, 0]
right = all(abs(a - b) < 1e-25 for a, b in zip(found, exact[:13], strict=True))
print("equal to the derivatives at 0:", right)

# The nearest singularities are where 1 + eˣ = 0, at ±iπ.
ratio = -even[199] / even[198]
print(f"ratio of two terms: {nstr(ratio, 6)}, 1/pi^2 = {nstr(1 / pi**2, 6)}")


def error(x):  # of 200 even terms
    terms = (c * x ** (2 * k) for k, c in enumerate(even, 1))
    return abs(ln(2) + x / 2 + sum(terms) - f(x))


inside, outside = error(mpf(3)) < 1e-9, error(mpf("3.25")) > 1000
print("right to 9 digits at 3:", inside, "- off by over 1000 at 3.25:", outside)

# At ±π the terms alternate and fall like 1/k, so the series still converges there.
last = [c * pi ** (2 * k) * k for k, c in enumerate(even, 1)]
falls = all(abs(c * (-1) ** k + 1) < 1e-9 for k, c in list(enumerate(last, 1))[20:])
ends = (error(pi) + error(-pi)) / 2 * 400
print("at pi the terms tend to (-1)^(k+1) / k:", falls)
print("200 of them are off by half the next:", abs(ends - 1) < 0.01)

radius = abs(ratio * pi**2 - 1) < 0.01 and inside and outside
print("verdict:", "true" if right and radius and falls else "false")
