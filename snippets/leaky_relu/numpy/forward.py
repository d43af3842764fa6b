import numpy as np


def leaky_relu(x):
    return np.where(x > 0, x, 0.01 * x)


x = np.array([-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0])
y = leaky_relu(x)

print("   x         f(x)")
for row in np.stack([x, y], axis=1):
    print("{:4g} {:12.4g}".format(*row))
