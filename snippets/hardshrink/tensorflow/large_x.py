import math

import tensorflow as tf


def hardshrink(x):
    return tf.where(tf.abs(x) <= 0.5, tf.zeros_like(x), x)


x = tf.constant(
    [-math.inf, -1e30, -1000.0, -50.0, 50.0, 1000.0, 1e30, math.inf, math.nan]
)
with tf.GradientTape() as tape:
    tape.watch(x)
    y = hardshrink(x)
gradient = tape.gradient(y, x)

print("      x         f(x)        f'(x)")
for row in tf.stack([x, y, gradient], axis=1).numpy():
    print("{:7g} {:12.4g} {:12.4g}".format(*row))
