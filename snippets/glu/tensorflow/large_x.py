import math

import tensorflow as tf


def glu(x):
    return tf.split(x, 2, axis=-1)[0] * tf.sigmoid(tf.split(x, 2, axis=-1)[1])


x = tf.constant(
    [
        [1000.0, 999.0, 1000.0, -1000.0],
        [1e30, 0.0, 0.0, -1e30],
        [0.0, 1.0, -math.inf, -math.inf],
        [0.0, 1.0, math.inf, 0.0],
        [0.0, 1.0, math.nan, 0.0],
        [-math.inf, -math.inf, -math.inf, -math.inf],
    ]
)
y = glu(x)

for row, result in zip(x.numpy(), y.numpy(), strict=True):
    print("x:   ", *(f"{v:10.4g}" for v in row))
    print("f(x):", *(f"{v:10.4g}" for v in result))
