# Thread: the gradient at 0 was 0, because max and abs of the stable form have kinks.
import jax
import jax.numpy as jnp


def typed(x):  # the stable form, differentiated as it stands
    return jnp.maximum(x, 0) + jnp.log1p(jnp.exp(-jnp.abs(x)))


def with_kink(x):  # the same with a relu whose derivative at 0 is 0
    return jax.nn.relu(x) + jnp.log1p(jnp.exp(-jnp.abs(x)))


gradient = float(jax.grad(jax.nn.softplus)(0.0))
print("jax.nn.softplus        :", gradient)
print("stable form with max   :", float(jax.grad(typed)(0.0)))
print("stable form with relu  :", float(jax.grad(with_kink)(0.0)))

print("still so:", "no" if gradient == 0.5 else "yes")
