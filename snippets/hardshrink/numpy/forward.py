import numpy as np


def hardshrink(x):
    return np.where(np.abs(x) <= 0.5, 0, x)


x = np.array([-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0])
y = hardshrink(x)

print("   x         f(x)")
for row in np.stack([x, y], axis=1):
    print("{:4g} {:12.4g}".format(*row))
