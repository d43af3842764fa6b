import numpy as np
import tensorflow as tf


def inverse(y):
    return y + tf.math.log(-tf.math.expm1(-y))  # = ln(eʸ − 1) for y > 0


y = tf.constant([1e-20, 1e-10, 1.0, 20.0, 1000.0])
naive = tf.math.log(tf.exp(y) - 1)
x = inverse(y)

print("     y         naive        stable    (float32)")
for row in tf.stack([y, naive, x], axis=1).numpy():
    print("{:6g} {:13.4g} {:13.4g}".format(*row))

# Rounding x by δ changes y = eˣ by the factor 1 + δ, so a few digits are lost.
back = tf.nn.softplus(x)
print("back to y, 4 digits:", np.allclose(back, y, rtol=5e-5, atol=0))
