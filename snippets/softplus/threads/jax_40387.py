# Thread: the second derivative is 0 where float64 could hold the right value.
import math

import jax

AT = 37.42994775023705
with jax.enable_x64(True):
    second = float(jax.grad(jax.grad(jax.nn.softplus))(AT))
right = 1 / (2 + math.exp(AT) + math.exp(-AT))
print(f"second derivative {second:.6g}")
print(f"right             {right:.6g}")

print("still so:", "no" if math.isclose(second, right, rel_tol=1e-6) else "yes")
