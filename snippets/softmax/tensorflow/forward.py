import tensorflow as tf

x = tf.constant([[-2.0, -1.0, 0.5, 3.0], [1.0, 1.0, 1.0, 1.0], [4.0, 0.0, -4.0, 0.0]])
y = tf.nn.softmax(x)

for row, result in zip(x.numpy(), y.numpy(), strict=True):
    print("x:   ", *(f"{v:10.4g}" for v in row))
    print("f(x):", *(f"{v:10.4g}" for v in result))
