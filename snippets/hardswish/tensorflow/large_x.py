import math

import tensorflow as tf


def hardswish(x):
    return x * (tf.minimum(tf.maximum(x + 3, 0), 6) / 6)


x = tf.constant(
    [-math.inf, -1e30, -1000.0, -50.0, 50.0, 1000.0, 1e30, math.inf, math.nan]
)
with tf.GradientTape() as tape:
    tape.watch(x)
    y = hardswish(x)
gradient = tape.gradient(y, x)

print("      x         f(x)        f'(x)")
for row in tf.stack([x, y, gradient], axis=1).numpy():
    print("{:7g} {:12.4g} {:12.4g}".format(*row))
