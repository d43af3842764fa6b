import keras
import numpy as np
from keras import layers, ops

activation = layers.PReLU(alpha_initializer=keras.initializers.Constant(0.25))
model = keras.Sequential(
    [keras.Input((2,)), layers.Dense(3), activation, layers.Dense(1)]
)
# Fixed weights instead of random ones, to be repeatable.
w1, w2 = np.linspace(-1, 1, 6).reshape(2, 3), np.ones((3, 1))
model.layers[0].set_weights([w1, np.zeros(3)])
model.layers[2].set_weights([w2, np.zeros(1)])

x = ops.array([[-2.0, 1.0], [0.5, 0.0], [2.0, -1.0]])
before = model.layers[0](x)
after = model.layers[1](before)
for name, y in {"before": before, "after": after, "output": model(x)}.items():
    print(f"{name}:", *(f"{v:.4g}" for v in ops.convert_to_numpy(y).ravel()))
