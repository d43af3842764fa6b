# Claim: softplus is ReLU smoothed by logistic noise, f_β(x) = E ReLU(x + ε / β).
import numpy as np
from mpmath import exp, inf, log1p, mp, mpf, nstr, quad

mp.dps = 20


def f(x, beta):
    return log1p(exp(beta * x)) / beta


def density(t):  # of the logistic distribution
    return 1 / (2 + exp(t) + exp(-t))


def smoothed(x, beta):  # ReLU is 0 below ε = -βx
    start = -beta * x
    return quad(lambda t: (x + t / beta) * density(t), [start, start + 10, inf])


right = []
for beta in (1, 4):
    for x in (mpf(-2), mpf("0.7"), mpf(3)):
        right.append(abs(smoothed(x, beta) - f(x, beta)) < 1e-15)
        print(f"beta = {beta}, x = {nstr(x, 2):>4}: {nstr(smoothed(x, beta), 15)}")
print("equal to softplus to 15 digits:", all(right))

# By chance instead of by integral: ten times 200 000 samples, in standard errors.
errors = []
for seed in range(10):
    noise = np.random.default_rng(seed).logistic(size=200_000)
    samples = np.maximum(0.7 + noise, 0)
    error = abs(samples.mean() - float(f(mpf("0.7"), 1)))
    errors.append(error / samples.std() * samples.size**0.5)
right.append(max(errors) < 5)
print("ten times, 200 000 samples agree within 5 standard errors:", right[-1])

print("verdict:", "true" if all(right) else "false")
