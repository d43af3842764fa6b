import numpy as np
import scipy.special


def glu(x):
    return np.split(x, 2, axis=-1)[0] * scipy.special.expit(np.split(x, 2, axis=-1)[1])


x = np.array(
    [
        [1000.0, 999.0, 1000.0, -1000.0],
        [1e30, 0.0, 0.0, -1e30],
        [0.0, 1.0, -np.inf, -np.inf],
        [0.0, 1.0, np.inf, 0.0],
        [0.0, 1.0, np.nan, 0.0],
        [-np.inf, -np.inf, -np.inf, -np.inf],
    ]
)
with np.errstate(all="ignore"):  # results that are no numbers are meant
    y = glu(x)

for row, result in zip(x, y, strict=True):
    print("x:   ", *(f"{v:10.4g}" for v in row))
    print("f(x):", *(f"{v:10.4g}" for v in result))
