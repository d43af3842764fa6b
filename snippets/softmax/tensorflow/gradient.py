import tensorflow as tf

x = tf.constant([-2.0, -1.0, 0.5, 3.0])
with tf.GradientTape() as tape:
    tape.watch(x)  # x is a constant, which a tape does not follow by itself
    y = tf.nn.softmax(x)
jacobian = tape.jacobian(y, x)

for row in jacobian.numpy():
    print(*(f"{v:10.4g}" for v in row))
