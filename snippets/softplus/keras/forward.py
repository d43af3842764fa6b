import keras

x = keras.ops.array([-2.0, 0.0, 2.0])
y = keras.activations.softplus(x)

print("x           :", keras.ops.convert_to_numpy(x))
print("softplus(x) :", keras.ops.convert_to_numpy(y))
