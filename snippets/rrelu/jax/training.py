import jax
import jax.numpy as jnp
import numpy as np

lower, upper = 1 / 8, 1 / 3


def rrelu(x, key=None):
    """In training with a key, in evaluation without."""
    slope = (lower + upper) / 2
    if key is not None:
        slope = jax.random.uniform(key, x.shape, minval=lower, maxval=upper)
    return jnp.where(x > 0, x, slope * x)


# Verdicts, since another version of the library may draw others. The bounds are more
# than six standard errors.
def evenly_drawn(slopes):
    count = len(slopes)
    inside = np.all((slopes > lower - 1e-6) & (slopes < upper + 1e-6))
    mean = (
        abs(slopes.mean() - (lower + upper) / 2) * np.sqrt(12 * count) / (upper - lower)
    )
    tenths = np.histogram(slopes, 10, (lower, upper))[0]
    spread = np.abs(tenths - count / 10) / np.sqrt(count * 0.09)
    return f"inside {inside}, mean {mean < 6.6}, each tenth {np.all(spread < 6.8)}"


key, other = jax.random.split(jax.random.key(0))
x = jnp.full(100_000, -1.0)
print("slopes:", evenly_drawn(-np.asarray(rrelu(x, key))))
print(
    "other draws with another key:", not np.array_equal(rrelu(x, key), rrelu(x, other))
)

positive = jnp.array([0.5, 1.0, 3.0])
print("positive x unchanged:", np.array_equal(rrelu(positive, key), positive))
print(f"slope in evaluation: {-rrelu(x)[0]:.4g}")
