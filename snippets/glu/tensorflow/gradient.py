import tensorflow as tf


def glu(x):
    return tf.split(x, 2, axis=-1)[0] * tf.sigmoid(tf.split(x, 2, axis=-1)[1])


x = tf.constant([-2.0, -1.0, 0.5, 3.0])
with tf.GradientTape() as tape:
    tape.watch(x)  # x is a constant, which a tape does not follow by itself
    y = glu(x)
jacobian = tape.jacobian(y, x)

for row in jacobian.numpy():
    print(*(f"{v:10.4g}" for v in row))
