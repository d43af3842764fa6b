import jax
import jax.numpy as jnp
import numpy as np


def hardshrink(x):
    return jnp.where(jnp.abs(x) <= 0.5, 0, x)


# Fixed weights instead of random ones, to be repeatable.
params = [
    (jnp.linspace(-1, 1, 6).reshape(2, 3), jnp.zeros(3)),
    (jnp.ones((3, 1)), jnp.zeros(1)),
]


def after(params, x):
    w, b = params[0]
    return hardshrink(x @ w + b)


@jax.jit
def model(params, x):
    w, b = params[1]
    return after(params, x) @ w + b


x = jnp.array([[-2.0, 1.0], [0.5, 0.0], [2.0, -1.0]])
before = x @ params[0][0] + params[0][1]
for name, y in {
    "before": before,
    "after": after(params, x),
    "output": model(params, x),
}.items():
    print(f"{name}:", *(f"{v:.4g}" for v in np.ravel(y)))
