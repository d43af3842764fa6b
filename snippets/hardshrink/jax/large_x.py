import math

import jax
import jax.numpy as jnp


def hardshrink(x):
    return jnp.where(jnp.abs(x) <= 0.5, 0, x)


x = jnp.array(
    [-math.inf, -1e30, -1000.0, -50.0, 50.0, 1000.0, 1e30, math.inf, math.nan]
)
y = hardshrink(x)
gradient = jax.vmap(jax.grad(hardshrink))(x)

print("      x         f(x)        f'(x)")
for row in jnp.stack([x, y, gradient], axis=1):
    print("{:7g} {:12.4g} {:12.4g}".format(*row))
