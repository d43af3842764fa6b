import math

import keras
import tensorflow as tf
from keras import ops


def rrelu(x):
    return ops.where(x > 0, x, (0.125 + 0.3333333333333333) / 2 * x)


x = keras.Variable(
    [-math.inf, -1e30, -1000.0, -50.0, 50.0, 1000.0, 1e30, math.inf, math.nan]
)
with tf.GradientTape() as tape:
    y = rrelu(x)
gradient = tape.gradient(y, x.value)

print("      x         f(x)        f'(x)")
for row in ops.convert_to_numpy(ops.stack([x, y, gradient], axis=1)):
    print("{:7g} {:12.4g} {:12.4g}".format(*row))
