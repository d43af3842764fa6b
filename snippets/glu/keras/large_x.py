import math

import keras
from keras import ops

x = ops.array(
    [
        [1000.0, 999.0, 1000.0, -1000.0],
        [1e30, 0.0, 0.0, -1e30],
        [0.0, 1.0, -math.inf, -math.inf],
        [0.0, 1.0, math.inf, 0.0],
        [0.0, 1.0, math.nan, 0.0],
        [-math.inf, -math.inf, -math.inf, -math.inf],
    ]
)
y = keras.activations.glu(x)

for row, result in zip(ops.convert_to_numpy(x), ops.convert_to_numpy(y), strict=True):
    print("x:   ", *(f"{v:10.4g}" for v in row))
    print("f(x):", *(f"{v:10.4g}" for v in result))
