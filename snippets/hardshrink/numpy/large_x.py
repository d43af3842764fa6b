import numpy as np


def hardshrink(x):
    return np.where(np.abs(x) <= 0.5, 0, x)


x = np.array([-np.inf, -1e30, -1000.0, -50.0, 50.0, 1000.0, 1e30, np.inf, np.nan])
with np.errstate(all="ignore"):  # results that are no numbers are meant
    y = hardshrink(x)

print("      x         f(x)")
for row in np.stack([x, y], axis=1):
    print("{:7g} {:12.4g}".format(*row))
