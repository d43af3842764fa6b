import jax.numpy as jnp


def prelu(x):
    return jnp.where(x > 0, x, 0.25 * x)


x = jnp.array([-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0])
y = prelu(x)

print("   x         f(x)")
for row in jnp.stack([x, y], axis=1):
    print("{:4g} {:12.4g}".format(*row))
