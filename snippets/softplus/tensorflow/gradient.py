import numpy as np
import tensorflow as tf

x = tf.constant([-80.0, -20.0, -1.0, 0.0, 1.0, 20.0, 80.0])
with tf.GradientTape() as tape:
    tape.watch(x)  # x is a constant, which a tape does not follow by itself
    y = tf.nn.softplus(x)
gradient = tape.gradient(y, x)
sigmoid = tf.nn.sigmoid(x)

print("    x     gradient      sigmoid")
for row in tf.stack([x, gradient, sigmoid], axis=1).numpy():
    print("{:5g} {:12.5g} {:12.5g}".format(*row))
same = np.allclose(gradient, sigmoid, rtol=1e-6, atol=0)
print("equal to 6 digits:", same)
