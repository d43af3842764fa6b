import jax
import jax.numpy as jnp

x = jnp.array([[-2.0, -1.0, 0.5, 3.0], [1.0, 1.0, 1.0, 1.0], [4.0, 0.0, -4.0, 0.0]])
y = jax.nn.softmax(x)

for row, result in zip(x, y, strict=True):
    print("x:   ", *(f"{v:10.4g}" for v in row))
    print("f(x):", *(f"{v:10.4g}" for v in result))
