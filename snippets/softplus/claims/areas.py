# Claim: the area left of 0 is π²/12, and the area between softplus and ReLU is π²/6.
from mpmath import exp, inf, log1p, mp, nstr, pi, quad

mp.dps = 30


def softplus(x, beta=1):
    return log1p(exp(beta * x)) / beta


def gap(x, beta=1):  # to ReLU; without subtracting two large numbers
    return log1p(exp(-beta * abs(x))) / beta


left = quad(softplus, [-inf, -10, 0])
print(f"left of 0  : {nstr(left, 15)}, pi^2/12 = {nstr(pi**2 / 12, 15)}")
right = [abs(left - pi**2 / 12) < 1e-25]

for beta in (0.5, 1, 2, 10):
    area = 2 * quad(lambda x, b=beta: gap(x, b), [0, 10 / beta, inf])
    exact = pi**2 / (6 * beta**2)
    right.append(abs(area - exact) < 1e-20)
    print(f"beta = {beta:<4}: {nstr(area, 12)}, pi^2/(6 beta^2) = {nstr(exact, 12)}")

print("verdict:", "true" if all(right) else "false")
