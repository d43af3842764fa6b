import jax
import jax.numpy as jnp

x = jnp.array([-2.0, 0.0, 2.0])
y = jax.nn.softplus(x)

print("x           :", x)
print("softplus(x) :", y)
