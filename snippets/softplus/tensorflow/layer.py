import numpy as np
import tensorflow as tf


class Model(tf.Module):
    def __init__(self):
        super().__init__()
        # Fixed weights instead of random ones, to be repeatable.
        self.w1 = tf.Variable(tf.reshape(tf.linspace(-1.0, 1.0, 6), (2, 3)))
        self.b1 = tf.Variable(tf.zeros(3))
        self.w2 = tf.Variable(-tf.ones((3, 1)))
        self.b2 = tf.Variable(tf.zeros(1))

    def before(self, x):
        return tf.nn.softplus(x @ self.w1 + self.b1) @ self.w2 + self.b2

    def __call__(self, x):
        # As the last layer softplus makes any real number positive.
        return tf.nn.softplus(self.before(x))


model = Model()
x = tf.constant([[-2.0, 1.0], [0.0, 0.0], [2.0, -1.0]])
y = model(x)
print("before the last softplus :", np.ravel(model.before(x)).round(4))
print("output                   :", np.ravel(y).round(4))
print("all positive             :", bool(tf.reduce_all(y > 0)))
