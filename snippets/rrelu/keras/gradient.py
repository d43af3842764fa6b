import keras
import tensorflow as tf  # Keras leaves differentiation to its backend, here TensorFlow
from keras import ops


def rrelu(x):
    return ops.where(x > 0, x, (0.125 + 0.3333333333333333) / 2 * x)


x = keras.Variable([-80.0, -20.0, -3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0, 20.0])
with tf.GradientTape() as tape:
    y = rrelu(x)
gradient = tape.gradient(y, x.value)

print("   x        f'(x)")
for row in ops.convert_to_numpy(ops.stack([x, gradient], axis=1)):
    print("{:4g} {:12.4g}".format(*row))
