import jax
import jax.numpy as jnp


def softplus(x, beta=1.0):
    # No threshold: jax.nn.softplus is logaddexp(x, 0), which cannot overflow.
    return jax.nn.softplus(beta * x) / beta


x = jnp.array([-2.0, 0.0, 2.0])
print("beta       x = -2       x = 0       x = 2")
for beta in (0.5, 1.0, 10.0):
    print("{:4g} {:12.5g} {:11.5g} {:11.5g}".format(beta, *softplus(x, beta)))

betas = jnp.array([0.5, 1.0, 10.0])
print(
    "at 0 it is ln(2) / beta:", jnp.allclose(softplus(0.0, betas), jnp.log(2) / betas)
)
