import jax
import jax.numpy as jnp
import numpy as np

# Fixed weights instead of random ones, to be repeatable.
params = jnp.linspace(-1, 1, 8).reshape(2, 4), jnp.zeros(4)


def before(params, x):
    w, b = params
    return x @ w + b


@jax.jit
def model(params, x):
    return FUNCTION(before(params, x))


x = jnp.array([[-2.0, 1.0], [0.5, 0.0], [2.0, -1.0]])
for name, y in {"before": before(params, x), "after": model(params, x)}.items():
    print(f"{name}:", *(f"{v:.4g}" for v in np.ravel(y)))
