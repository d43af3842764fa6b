import keras
from keras import ops

x = ops.array([-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0])
y = keras.layers.PReLU(
    alpha_initializer=keras.initializers.Constant(0.25), dtype=x.dtype
)(x)

print("   x         f(x)")
for row in ops.convert_to_numpy(ops.stack([x, y], axis=1)):
    print("{:4g} {:12.4g}".format(*row))
