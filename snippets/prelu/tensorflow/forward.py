import tensorflow as tf


def prelu(x):
    return tf.where(x > 0, x, 0.25 * x)


x = tf.constant([-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0])
y = prelu(x)

print("   x         f(x)")
for row in tf.stack([x, y], axis=1).numpy():
    print("{:4g} {:12.4g}".format(*row))
