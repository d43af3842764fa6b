import jax
import jax.numpy as jnp


def prelu(x, a):
    return jnp.where(x > 0, x, a * x)


a = 0.25
x = jnp.array([-3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0])
slope = jax.vmap(jax.grad(prelu, argnums=1), in_axes=(0, None))(x, a)
print("   x  df/da")
for row in jnp.stack([x, slope], axis=1):
    print("{:4g} {:6g}".format(*row))

# One step of gradient descent, towards |x| as the output.
gradient = jax.grad(lambda a: jnp.mean((prelu(x, a) - jnp.abs(x)) ** 2))(a)
print(f"a after one step: {a - 0.1 * gradient:.4g}")
