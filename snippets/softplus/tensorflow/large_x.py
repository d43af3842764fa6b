import tensorflow as tf

x = tf.constant([-1000.0, -80.0, -20.0, 0.0, 20.0, 100.0, 1000.0])
naive = tf.math.log(1 + tf.exp(x))
stable = tf.nn.softplus(x)

print("     x         naive        stable    (float32)")
for row in tf.stack([x, naive, stable], axis=1).numpy():
    print("{:6g} {:13.5g} {:13.5g}".format(*row))
