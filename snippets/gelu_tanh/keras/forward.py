import keras
from keras import ops

x = ops.array([-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0])
y = keras.activations.gelu(x, approximate=True)

print("   x         f(x)")
for row in ops.convert_to_numpy(ops.stack([x, y], axis=1)):
    print("{:4g} {:12.4g}".format(*row))
