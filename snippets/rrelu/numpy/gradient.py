import numpy as np


def derivative(x):
    return np.where(x > 0, 1, (0.125 + 0.3333333333333333) / 2)


# NumPy has no automatic differentiation: this is the formula of the derivative.
x = np.array([-80.0, -20.0, -3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0, 20.0])

print("   x        f'(x)")
for row in np.stack([x, derivative(x)], axis=1):
    print("{:4g} {:12.4g}".format(*row))
