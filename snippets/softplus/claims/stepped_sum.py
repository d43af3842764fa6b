# Claim: softplus is an infinite stack of sigmoid units, each shifted by one further.
from mpmath import exp, findroot, linspace, log1p, mp, mpf, nstr, pi, sinh

mp.dps = 20


def f(x):
    return log1p(exp(x))


def stack(x):  # with x up to 51, the terms left out are below 1e-25
    return sum(1 / (1 + exp(i - x - mpf(1) / 2)) for i in range(1, 112))


def difference(x):
    return stack(x) - f(x)


xs = linspace(-30, 20, 101)
worst = max(xs, key=lambda x: abs(difference(x)))
worst = findroot(lambda x: mp.diff(difference, x), worst)
largest = abs(difference(worst))
print(f"largest difference: {nstr(largest, 6)}, |x| < 1e-4 there: {abs(worst) < 1e-4}")

# On the right it does not die out: a ripple of period 1 and of this height remains.
height = 2 * pi / sinh(2 * pi**2)
ripple = [abs(difference(50 + mpf(k) / 4)) for k in range(4)]
right = abs(max(ripple) / height - 1) < 1e-6
print(f"ripple from 50 on: {nstr(max(ripple), 6)}, 2 pi / sinh(2 pi^2): {right}")

# On the left both fall like e^x, but not with the same factor.
ratio = stack(mpf(-30)) / f(mpf(-30))
limit = 1 / (2 * sinh(mpf(1) / 2))
print(f"stack / softplus at -30: {nstr(ratio, 6)}, limit 1 / (2 sinh(1/2))")
print("equal to that limit:", abs(ratio - limit) < 1e-12)

if largest < 1e-10:
    print("verdict: true")
else:  # close, but not equal
    print("verdict:", "half true" if largest < 0.02 else "false")
