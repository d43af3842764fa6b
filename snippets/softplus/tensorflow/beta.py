import numpy as np
import tensorflow as tf


def softplus(x, beta=1.0):
    # No threshold to set: tf.nn.softplus switches by itself, within 7 ulp (float32).
    return tf.nn.softplus(beta * x) / beta


x = tf.constant([-2.0, 0.0, 2.0])
print("beta       x = -2       x = 0       x = 2")
for beta in (0.5, 1.0, 10.0):
    y = softplus(x, beta).numpy()
    print("{:4g} {:12.5g} {:11.5g} {:11.5g}".format(beta, *y))

betas = tf.constant([0.5, 1.0, 10.0])
print("at 0 it is ln(2) / beta:", np.allclose(softplus(0.0, betas), np.log(2) / betas))
