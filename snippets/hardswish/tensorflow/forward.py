import tensorflow as tf


def hardswish(x):
    return x * (tf.minimum(tf.maximum(x + 3, 0), 6) / 6)


x = tf.constant([-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0])
y = hardswish(x)

print("   x         f(x)")
for row in tf.stack([x, y], axis=1).numpy():
    print("{:4g} {:12.4g}".format(*row))
