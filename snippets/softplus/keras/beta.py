import keras
import numpy as np
from keras import ops


def softplus(x, beta=1.0):
    # The backend's softplus, here TensorFlow's, keeps exp from overflowing.
    return keras.activations.softplus(beta * x) / beta


x = ops.array([-2.0, 0.0, 2.0])
print("beta       x = -2       x = 0       x = 2")
for beta in (0.5, 1.0, 10.0):
    y = ops.convert_to_numpy(softplus(x, beta))
    print("{:4g} {:12.5g} {:11.5g} {:11.5g}".format(beta, *y))

betas = ops.array([0.5, 1.0, 10.0])
print("at 0 it is ln(2) / beta:", np.allclose(softplus(0.0, betas), np.log(2) / betas))
