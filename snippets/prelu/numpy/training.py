import numpy as np


def prelu(x, a):
    return np.where(x > 0, x, a * x)


# NumPy has no automatic differentiation: this is the formula of the derivative by a.
def slope(x):
    return np.minimum(x, 0)


x = np.array([-3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0])
print("   x  df/da")
for row in np.stack([x, slope(x)], axis=1):
    print("{:4g} {:6g}".format(*row))

# One step of gradient descent, towards |x| as the output.
a = 0.25
gradient = np.mean(2 * (prelu(x, a) - np.abs(x)) * slope(x))
print(f"a after one step: {a - 0.1 * gradient:.4g}")
