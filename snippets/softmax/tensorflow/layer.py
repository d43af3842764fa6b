import tensorflow as tf


class Model(tf.Module):
    def __init__(self):
        super().__init__()
        # Fixed weights instead of random ones, to be repeatable.
        self.w = tf.Variable(tf.reshape(tf.linspace(-1.0, 1.0, 8), (2, 4)))
        self.b = tf.Variable(tf.zeros(4))

    def before(self, x):
        return x @ self.w + self.b

    def __call__(self, x):
        return tf.nn.softmax(self.before(x))


model = Model()
x = tf.constant([[-2.0, 1.0], [0.5, 0.0], [2.0, -1.0]])
for name, y in {"before": model.before(x), "after": model(x)}.items():
    print(f"{name}:", *(f"{v:.4g}" for v in y.numpy().ravel()))
