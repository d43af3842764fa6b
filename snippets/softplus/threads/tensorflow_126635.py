# Thread: the second derivative is 0 where float64 could hold the right value.
import math

import tensorflow as tf

AT = 37.42994775023705
x = tf.constant(AT, tf.float64)
with tf.GradientTape() as outer:
    outer.watch(x)
    with tf.GradientTape() as inner:
        inner.watch(x)
        y = tf.nn.softplus(x)
    first = inner.gradient(y, x)
second = outer.gradient(first, x).numpy()  # σ(1 − σ), and σ has been rounded to 1
right = 1 / (2 + math.exp(AT) + math.exp(-AT))
print(f"second derivative {second:.6g}")
print(f"right             {right:.6g}")

print("still so:", "no" if math.isclose(second, right, rel_tol=1e-6) else "yes")
