import keras
import numpy as np
from keras import layers, ops

inputs = keras.Input((2,))
before = layers.Dense(4)(inputs)
model = keras.Model(inputs, [before, keras.activations.softmax(before)])
# Fixed weights instead of random ones, to be repeatable.
model.set_weights([np.linspace(-1, 1, 8).reshape(2, 4), np.zeros(4)])

x = ops.array([[-2.0, 1.0], [0.5, 0.0], [2.0, -1.0]])
for name, y in zip(["before", "after"], model(x), strict=True):
    print(f"{name}:", *(f"{v:.4g}" for v in ops.convert_to_numpy(y).ravel()))
