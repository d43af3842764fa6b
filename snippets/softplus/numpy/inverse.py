import numpy as np


def inverse(y):
    return y + np.log(-np.expm1(-y))  # = ln(eʸ − 1) for y > 0


y = np.array([1e-20, 1e-10, 1.0, 20.0, 1000.0])
with np.errstate(over="ignore", divide="ignore"):  # exp(1000) = inf, ln 0 = -inf
    naive = np.log(np.exp(y) - 1)
x = inverse(y)

print("     y         naive        stable    (float64)")
for row in np.stack([y, naive, x], axis=1):
    print("{:6g} {:13.10g} {:13.10g}".format(*row))

# Rounding x by δ changes y = eˣ by the factor 1 + δ, so a few digits are lost.
back = np.logaddexp(0, x)
print("back to y, 12 digits:", np.allclose(back, y, rtol=1e-12, atol=0))
