import numpy as np
import scipy.special

# NumPy has no automatic differentiation: this is the formula of the Jacobian.
x = np.array([-2.0, -1.0, 0.5, 3.0])
a, b = np.split(x, 2)
gate = scipy.special.expit(b)
jacobian = np.hstack([np.diag(gate), np.diag(a * gate * scipy.special.expit(-b))])

for row in jacobian:
    print(*(f"{v:10.4g}" for v in row))
