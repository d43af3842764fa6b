import math

import keras
import tensorflow as tf
from keras import ops

x = keras.Variable(
    [-math.inf, -1e30, -1000.0, -50.0, 50.0, 1000.0, 1e30, math.inf, math.nan]
)
with tf.GradientTape() as tape:
    y = keras.layers.PReLU(
        alpha_initializer=keras.initializers.Constant(0.25), dtype=x.dtype
    )(x)
gradient = tape.gradient(y, x.value)

print("      x         f(x)        f'(x)")
for row in ops.convert_to_numpy(ops.stack([x, y, gradient], axis=1)):
    print("{:7g} {:12.4g} {:12.4g}".format(*row))
