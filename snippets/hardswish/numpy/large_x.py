import numpy as np


def hardswish(x):
    return x * (np.minimum(np.maximum(x + 3, 0), 6) / 6)


x = np.array([-np.inf, -1e30, -1000.0, -50.0, 50.0, 1000.0, 1e30, np.inf, np.nan])
with np.errstate(all="ignore"):  # results that are no numbers are meant
    y = hardswish(x)

print("      x         f(x)")
for row in np.stack([x, y], axis=1):
    print("{:7g} {:12.4g}".format(*row))
