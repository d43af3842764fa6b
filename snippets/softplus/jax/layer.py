import jax
import jax.numpy as jnp
import numpy as np

# Fixed weights instead of random ones, to be repeatable.
params = [
    (jnp.linspace(-1, 1, 6).reshape(2, 3), jnp.zeros(3)),
    (-jnp.ones((3, 1)), jnp.zeros(1)),
]


def before(params, x):
    (w1, b1), (w2, b2) = params
    return jax.nn.softplus(x @ w1 + b1) @ w2 + b2


@jax.jit
def model(params, x):
    # As the last layer softplus makes any real number positive.
    return jax.nn.softplus(before(params, x))


x = jnp.array([[-2.0, 1.0], [0.0, 0.0], [2.0, -1.0]])
y = model(params, x)
print("before the last softplus :", np.ravel(before(params, x)).round(4))
print("output                   :", np.ravel(y).round(4))
print("all positive             :", bool((y > 0).all()))
