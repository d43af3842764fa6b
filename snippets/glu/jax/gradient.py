import jax
import jax.numpy as jnp

x = jnp.array([-2.0, -1.0, 0.5, 3.0])
jacobian = jax.jacobian(lambda x: jax.nn.glu(x))(x)

for row in jacobian:
    print(*(f"{v:10.4g}" for v in row))
