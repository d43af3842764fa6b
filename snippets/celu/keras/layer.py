import keras
import numpy as np
from keras import layers, ops

activation = layers.Activation(keras.activations.celu)
model = keras.Sequential(
    [keras.Input((2,)), layers.Dense(3), activation, layers.Dense(1)]
)
# Fixed weights instead of random ones, to be repeatable.
model.set_weights(
    [np.linspace(-1, 1, 6).reshape(2, 3), np.zeros(3), np.ones((3, 1)), np.zeros(1)]
)

x = ops.array([[-2.0, 1.0], [0.5, 0.0], [2.0, -1.0]])
before = model.layers[0](x)
after = model.layers[1](before)
for name, y in {"before": before, "after": after, "output": model(x)}.items():
    print(f"{name}:", *(f"{v:.4g}" for v in ops.convert_to_numpy(y).ravel()))
