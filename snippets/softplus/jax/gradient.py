import jax
import jax.numpy as jnp

x = jnp.array([-80.0, -20.0, -1.0, 0.0, 1.0, 20.0, 80.0])
gradient = jax.vmap(jax.grad(jax.nn.softplus))(x)
sigmoid = jax.nn.sigmoid(x)

print("    x     gradient      sigmoid")
for row in jnp.stack([x, gradient, sigmoid], axis=1):
    print("{:5g} {:12.5g} {:12.5g}".format(*row))
same = jnp.allclose(gradient, sigmoid, rtol=1e-6, atol=0)
print("equal to 6 digits:", same)
