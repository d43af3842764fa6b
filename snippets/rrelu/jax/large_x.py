import math

import jax
import jax.numpy as jnp


def rrelu(x):
    return jnp.where(x > 0, x, (0.125 + 0.3333333333333333) / 2 * x)


x = jnp.array(
    [-math.inf, -1e30, -1000.0, -50.0, 50.0, 1000.0, 1e30, math.inf, math.nan]
)
y = rrelu(x)
gradient = jax.vmap(jax.grad(rrelu))(x)

print("      x         f(x)        f'(x)")
for row in jnp.stack([x, y, gradient], axis=1):
    print("{:7g} {:12.4g} {:12.4g}".format(*row))
