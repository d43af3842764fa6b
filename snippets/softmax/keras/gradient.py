import keras
import tensorflow as tf  # Keras leaves differentiation to its backend, here TensorFlow
from keras import ops

x = keras.Variable([-2.0, -1.0, 0.5, 3.0])
with tf.GradientTape() as tape:
    y = keras.activations.softmax(x)
jacobian = tape.jacobian(y, x.value)

for row in ops.convert_to_numpy(jacobian):
    print(*(f"{v:10.4g}" for v in row))
