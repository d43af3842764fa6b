import jax
import jax.numpy as jnp


def inverse(y):
    return y + jnp.log(-jnp.expm1(-y))  # = ln(eʸ − 1) for y > 0


y = jnp.array([1e-20, 1e-10, 1.0, 20.0, 1000.0])
naive = jnp.log(jnp.exp(y) - 1)
x = inverse(y)

print("     y         naive        stable    (float32)")
for row in jnp.stack([y, naive, x], axis=1):
    print("{:6g} {:13.4g} {:13.4g}".format(*row))

# Rounding x by δ changes y = eˣ by the factor 1 + δ, so a few digits are lost.
back = jax.nn.softplus(x)
print("back to y, 4 digits:", jnp.allclose(back, y, rtol=5e-5, atol=0))
