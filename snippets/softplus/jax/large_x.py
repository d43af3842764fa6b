import jax
import jax.numpy as jnp

x = jnp.array([-1000.0, -80.0, -20.0, 0.0, 20.0, 100.0, 1000.0])
naive = jnp.log(1 + jnp.exp(x))
stable = jax.nn.softplus(x)

print("     x         naive        stable    (float32)")
for row in jnp.stack([x, naive, stable], axis=1):
    print("{:6g} {:13.5g} {:13.5g}".format(*row))
