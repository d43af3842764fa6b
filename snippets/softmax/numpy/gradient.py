import numpy as np
import scipy.special

# NumPy has no automatic differentiation: this is the formula of the Jacobian.
x = np.array([-2.0, -1.0, 0.5, 3.0])
y = scipy.special.softmax(x)
jacobian = np.diag(y) - np.outer(y, y)

for row in jacobian:
    print(*(f"{v:10.4g}" for v in row))
