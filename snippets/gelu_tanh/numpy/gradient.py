import numpy as np


def derivative(x):
    return (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))) / 2 + x * np.sqrt(
        2 / np.pi
    ) * (1 + 0.134145 * x**2) * (
        1 - np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)) ** 2
    ) / 2


# NumPy has no automatic differentiation: this is the formula of the derivative.
x = np.array([-80.0, -20.0, -3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0, 20.0])

print("   x        f'(x)")
for row in np.stack([x, derivative(x)], axis=1):
    print("{:4g} {:12.4g}".format(*row))
