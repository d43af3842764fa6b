import jax
import jax.numpy as jnp


def hardshrink(x):
    return jnp.where(jnp.abs(x) <= 0.5, 0, x)


x = jnp.array([-80.0, -20.0, -3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0, 20.0])
gradient = jax.vmap(jax.grad(hardshrink))(x)

print("   x        f'(x)")
for row in jnp.stack([x, gradient], axis=1):
    print("{:4g} {:12.4g}".format(*row))
