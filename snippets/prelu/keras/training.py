import keras
import numpy as np
import tensorflow as tf  # Keras leaves differentiation to its backend, here TensorFlow
from keras import layers, ops


def learned(layer, shape):
    layer.build(shape)
    (alpha,) = layer.trainable_variables
    start = np.unique(ops.convert_to_numpy(alpha))
    return tuple(alpha.shape), int(np.prod(alpha.shape)), *start.tolist()


images = (None, 8, 8, 16)
print("shape, number, start:", *learned(layers.PReLU(), images))
print("one for each channel:", *learned(layers.PReLU(shared_axes=[1, 2]), images))

x = ops.array([[-3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0]])
start = keras.initializers.Constant(0.25)
layer = layers.PReLU(alpha_initializer=start)  # a parameter of its own for each element
with tf.GradientTape() as tape:
    y = layer(x)
(slope,) = tape.gradient(y, [layer.trainable_variables[0].value])
print("   x  df/da")
for row in np.stack([ops.convert_to_numpy(x)[0], ops.convert_to_numpy(slope)], axis=1):
    print("{:4g} {:6g}".format(*row))

# One step of gradient descent, towards |x| as the output, with one parameter for all.
layer = layers.PReLU(alpha_initializer=start, shared_axes=[1])
layer.build(x.shape)
(alpha,) = layer.trainable_variables
with tf.GradientTape() as tape:
    loss = ops.mean((layer(x) - ops.abs(x)) ** 2)
keras.optimizers.SGD(0.1).apply([tape.gradient(loss, alpha.value)], [alpha])
print(f"a after one step: {ops.convert_to_numpy(alpha).item():.4g}")
