import tensorflow as tf


def prelu(x, a):
    return tf.where(x > 0, x, a * x)


a = tf.Variable(0.25)
x = tf.constant([-3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0])
print("   x  df/da")
for value in x:
    with tf.GradientTape() as tape:
        y = prelu(value, a)
    print(f"{value.numpy():4g} {tape.gradient(y, a).numpy():6g}")

# One step of gradient descent, towards |x| as the output.
with tf.GradientTape() as tape:
    loss = tf.reduce_mean((prelu(x, a) - tf.abs(x)) ** 2)
a.assign_sub(0.1 * tape.gradient(loss, a))
print(f"a after one step: {a.numpy():.4g}")
