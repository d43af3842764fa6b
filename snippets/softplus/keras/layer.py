import keras
import numpy as np
from keras import layers

model = keras.Sequential(
    [
        keras.Input((2,)),
        layers.Dense(3, activation="softplus"),
        layers.Dense(1),
        layers.Activation("softplus"),  # makes any real number positive
    ]
)
# Fixed weights instead of random ones, to be repeatable.
model.set_weights(
    [np.linspace(-1, 1, 6).reshape(2, 3), np.zeros(3), -np.ones((3, 1)), np.zeros(1)]
)

x = keras.ops.array([[-2.0, 1.0], [0.0, 0.0], [2.0, -1.0]])
y = keras.ops.convert_to_numpy(model(x))
before = keras.ops.convert_to_numpy(model.layers[1](model.layers[0](x)))
print("before the last softplus :", before.ravel().round(4))
print("output                   :", y.ravel().round(4))
print("all positive             :", bool((y > 0).all()))
