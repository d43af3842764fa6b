import numpy as np
import scipy.special


def gelu_tanh(x):
    return x * scipy.special.expit(1.5957691216057308 * (x + 0.044715 * x**3))


x = np.array([-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0])
y = gelu_tanh(x)

print("   x         f(x)")
for row in np.stack([x, y], axis=1):
    print("{:4g} {:12.4g}".format(*row))
