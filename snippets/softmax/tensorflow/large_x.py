import math

import tensorflow as tf

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
y = tf.nn.softmax(x)

for row, result in zip(x.numpy(), y.numpy(), strict=True):
    print("x:   ", *(f"{v:10.4g}" for v in row))
    print("f(x):", *(f"{v:10.4g}" for v in result))
