import jax.numpy as jnp


def hardshrink(x):
    return jnp.where(jnp.abs(x) <= 0.5, 0, x)


x = jnp.array([-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0])
y = hardshrink(x)

print("   x         f(x)")
for row in jnp.stack([x, y], axis=1):
    print("{:4g} {:12.4g}".format(*row))
