import math

import jax
import jax.numpy as jnp

x = jnp.array(
    [
        [1000.0, 999.0, 1000.0, -1000.0],
        [1e30, 0.0, 0.0, -1e30],
        [0.0, 1.0, -math.inf, -math.inf],
        [0.0, 1.0, math.inf, 0.0],
        [0.0, 1.0, math.nan, 0.0],
        [-math.inf, -math.inf, -math.inf, -math.inf],
    ]
)
y = jax.nn.softmax(x)

for row, result in zip(x, y, strict=True):
    print("x:   ", *(f"{v:10.4g}" for v in row))
    print("f(x):", *(f"{v:10.4g}" for v in result))
