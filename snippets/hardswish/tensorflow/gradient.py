import tensorflow as tf


def hardswish(x):
    return x * (tf.minimum(tf.maximum(x + 3, 0), 6) / 6)


x = tf.constant([-80.0, -20.0, -3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0, 20.0])
with tf.GradientTape() as tape:
    tape.watch(x)  # x is a constant, which a tape does not follow by itself
    y = hardswish(x)
gradient = tape.gradient(y, x)

print("   x        f'(x)")
for row in tf.stack([x, gradient], axis=1).numpy():
    print("{:4g} {:12.4g}".format(*row))
