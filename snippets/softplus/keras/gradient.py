import keras
import numpy as np
import tensorflow as tf  # Keras leaves differentiation to its backend, here TensorFlow
from keras import ops

x = keras.Variable([-80.0, -20.0, -1.0, 0.0, 1.0, 20.0, 80.0])
with tf.GradientTape() as tape:
    y = keras.activations.softplus(x)
gradient = tape.gradient(y, x.value)
sigmoid = keras.activations.sigmoid(x)

print("    x     gradient      sigmoid")
for row in ops.convert_to_numpy(ops.stack([x, gradient, sigmoid], axis=1)):
    print("{:5g} {:12.5g} {:12.5g}".format(*row))
same = np.allclose(gradient, sigmoid, rtol=1e-6, atol=0)
print("equal to 6 digits:", same)
