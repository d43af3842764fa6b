import tensorflow as tf


def mish(x):
    return x * tf.tanh(tf.math.softplus(x))


x = tf.constant([-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0])
y = mish(x)

print("   x         f(x)")
for row in tf.stack([x, y], axis=1).numpy():
    print("{:4g} {:12.4g}".format(*row))
