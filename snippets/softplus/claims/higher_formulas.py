# Claim: the n-th derivative is a Stirling sum, an Eulerian sum, and a polylogarithm.
from mpmath import diff, exp, factorial, log1p, mp, mpf, nstr, polylog, sech, stirling2

mp.dps = 40
ORDERS = range(1, 10)
POINTS = (mpf("-1.3"), mpf("0.7"))


def f(x):
    return log1p(exp(x))


def sigmoid(x):
    return 1 / (1 + exp(-x))


def eulerian(n, k):  # permutations of n things with k ascents
    if n == 0:
        return int(k == 0)
    if not 0 <= k < n:
        return 0
    return (k + 1) * eulerian(n - 1, k) + (n - k) * eulerian(n - 1, k - 1)


def by_stirling(n, s):
    terms = (
        (-1) ** k * factorial(k) * stirling2(n, k + 1) * s ** (k + 1) for k in range(n)
    )
    return sum(terms)


def by_eulerian(n, s):
    if n == 1:  # the sum starts with the second derivative
        return s
    terms = (
        (-1) ** k * eulerian(n - 1, k) * s ** (k + 1) * (1 - s) ** (n - 1 - k)
        for k in range(n - 1)
    )
    return sum(terms)


def agree(formula):
    pairs = ((formula(n, x), exact[n, x]) for n in ORDERS for x in POINTS)
    return all(abs(a - b) < 1e-25 for a, b in pairs)


exact = {(n, x): diff(f, x, n) for n in ORDERS for x in POINTS}
for n in ORDERS:
    print(f"derivative {n} at 0.7: {nstr(exact[n, POINTS[1]], 10)}")

found = {
    "Stirling": agree(lambda n, x: by_stirling(n, sigmoid(x))),
    "Eulerian": agree(lambda n, x: by_eulerian(n, sigmoid(x))),
    "polylog ": agree(lambda n, x: -polylog(1 - n, -exp(x))),
    "sech²/4 ": all(abs(sech(x / 2) ** 2 / 4 - exact[2, x]) < 1e-30 for x in POINTS),
}
for name, holds in found.items():
    print(f"{name} agrees: {holds}")

print("verdict:", "true" if all(found.values()) else "false")
