import tensorflow as tf


def prelu(x):
    return tf.where(x > 0, x, 0.25 * x)


x = tf.constant([-80.0, -20.0, -3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0, 20.0])
with tf.GradientTape() as tape:
    tape.watch(x)  # x is a constant, which a tape does not follow by itself
    y = prelu(x)
gradient = tape.gradient(y, x)

print("   x        f'(x)")
for row in tf.stack([x, gradient], axis=1).numpy():
    print("{:4g} {:12.4g}".format(*row))
