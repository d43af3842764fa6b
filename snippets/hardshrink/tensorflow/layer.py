import tensorflow as tf


def hardshrink(x):
    return tf.where(tf.abs(x) <= 0.5, tf.zeros_like(x), x)


class Model(tf.Module):
    def __init__(self):
        super().__init__()
        # Fixed weights instead of random ones, to be repeatable.
        self.w1 = tf.Variable(tf.reshape(tf.linspace(-1.0, 1.0, 6), (2, 3)))
        self.b1 = tf.Variable(tf.zeros(3))
        self.w2 = tf.Variable(tf.ones((3, 1)))
        self.b2 = tf.Variable(tf.zeros(1))

    def before(self, x):
        return x @ self.w1 + self.b1

    def after(self, x):
        return hardshrink(self.before(x))

    def __call__(self, x):
        return self.after(x) @ self.w2 + self.b2


model = Model()
x = tf.constant([[-2.0, 1.0], [0.5, 0.0], [2.0, -1.0]])
stages = {"before": model.before(x), "after": model.after(x), "output": model(x)}
for name, y in stages.items():
    print(f"{name}:", *(f"{v:.4g}" for v in y.numpy().ravel()))
