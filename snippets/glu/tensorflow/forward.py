import tensorflow as tf


def glu(x):
    return tf.split(x, 2, axis=-1)[0] * tf.sigmoid(tf.split(x, 2, axis=-1)[1])


x = tf.constant([[-2.0, -1.0, 0.5, 3.0], [1.0, 1.0, 1.0, 1.0], [4.0, 0.0, -4.0, 0.0]])
y = glu(x)

for row, result in zip(x.numpy(), y.numpy(), strict=True):
    print("x:   ", *(f"{v:10.4g}" for v in row))
    print("f(x):", *(f"{v:10.4g}" for v in result))
