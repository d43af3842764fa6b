import numpy as np

lower, upper = 1 / 8, 1 / 3
rng = np.random.default_rng(0)


def rrelu(x, training):
    slope = rng.uniform(lower, upper, x.shape) if training else (lower + upper) / 2
    return np.where(x > 0, x, slope * x)


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


x = np.full(100_000, -1.0)
print("slopes:", evenly_drawn(-rrelu(x, training=True)))

positive = np.array([0.5, 1.0, 3.0])
print("positive x unchanged:", np.array_equal(rrelu(positive, training=True), positive))
print(f"slope in evaluation: {-rrelu(x, training=False)[0]:.4g}")
