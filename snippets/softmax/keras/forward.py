import keras
from keras import ops

x = ops.array([[-2.0, -1.0, 0.5, 3.0], [1.0, 1.0, 1.0, 1.0], [4.0, 0.0, -4.0, 0.0]])
y = keras.activations.softmax(x)

for row, result in zip(ops.convert_to_numpy(x), ops.convert_to_numpy(y), strict=True):
    print("x:   ", *(f"{v:10.4g}" for v in row))
    print("f(x):", *(f"{v:10.4g}" for v in result))
