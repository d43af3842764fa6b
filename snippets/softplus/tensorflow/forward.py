import tensorflow as tf

x = tf.constant([-2.0, 0.0, 2.0])
y = tf.nn.softplus(x)

print("x           :", x.numpy())
print("softplus(x) :", y.numpy())
