# Claim: x / (1 − e^(−x / ln 2)), with ln 2 at 0, approximates softplus.
from mpmath import diff, exp, expm1, findroot, ln, log1p, mp, mpf, nstr

mp.dps = 30


def f(x):
    return log1p(exp(x))


def approximate(x):
    return -x / expm1(-x / ln(2))


def error(x):
    return approximate(x) - f(x)


# It has the same symmetry, g(x) − g(−x) = x, so the error is even.
x = mpf("2.5")
even = abs(error(x) - error(-x)) < 1e-25
worst = findroot(lambda x: diff(error, x), 2.5)
small = all(abs(error(mpf(x) / 10)) <= abs(error(worst)) for x in range(1, 300))
print("error is even:", even)
print(f"largest error: {nstr(abs(error(worst)), 6)} at |x| = {nstr(worst, 6)}")

print("  x  relative error")
for x in (-1, -2, -5, -10, -20):
    relative = error(mpf(x)) / f(x)
    print(f"{x:3}  {nstr(100 * relative, 4)} %")

near = even and small and abs(error(worst)) < 0.01
if not near:
    print("verdict: false")
else:  # good to two decimals, useless where softplus is small
    print("verdict:", "true" if abs(relative) < 0.05 else "half true")
