# Claim: softplus is 1-Lipschitz for every β, and its derivative is β/4-Lipschitz.
import random
from itertools import pairwise

from mpmath import exp, log1p, mp, mpf, nstr

mp.dps = 40


def f(x, beta):
    return log1p(exp(beta * x)) / beta


def slope(x, beta):
    return 1 / (1 + exp(-beta * x))


def steepest(g, points):  # of all chords between neighbours
    return max(abs(g(b) - g(a)) / (b - a) for a, b in pairwise(points))


random.seed(0)
right = []
print("beta  steepest chord of f < 1   of f'     beta / 4")
for beta in (mpf("0.5"), mpf(1), mpf(10), mpf(100)):
    xs = sorted(mpf(random.uniform(-60, 60)) / beta for _ in range(300))
    near = [mpf(x) / 10**9 for x in range(-5, 6)]  # where f' is steepest
    chord = steepest(lambda x, b=beta: f(x, b), xs)
    bend = steepest(lambda x, b=beta: slope(x, b), sorted(xs + near))
    right += [1 - 1e-15 < chord < 1, beta / 4 * (1 - mpf("1e-9")) < bend < beta / 4]
    print(
        f"{nstr(beta, 3):<5} {right[-2]!s:>22}  {nstr(bend, 6):>6}  {nstr(beta / 4, 6)}"
    )

print("no chord is steeper, and the constants cannot be lowered:", all(right))
print("verdict:", "true" if all(right) else "false")
