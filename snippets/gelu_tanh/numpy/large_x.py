import numpy as np
import scipy.special


def gelu_tanh(x):
    return x * scipy.special.expit(1.5957691216057308 * (x + 0.044715 * x**3))


x = np.array([-np.inf, -1e30, -1000.0, -50.0, 50.0, 1000.0, 1e30, np.inf, np.nan])
with np.errstate(all="ignore"):  # results that are no numbers are meant
    y = gelu_tanh(x)

print("      x         f(x)")
for row in np.stack([x, y], axis=1):
    print("{:7g} {:12.4g}".format(*row))
