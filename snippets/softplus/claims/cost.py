# Claim: softplus costs more than ReLU, an exponential and a logarithm against one max.
import jax
import jax.numpy as jnp


def traced(
    f, *shapes
):  # the program as JAX traces it, before it is made for a processor
    return jax.jit(f).lower(*(jax.ShapeDtypeStruct(s, jnp.float32) for s in shapes))


def count(f, *shapes):
    cost = traced(f, *shapes).cost_analysis()
    return cost["flops"], cost.get("transcendentals", 0)


print("one element   ordinary operations  transcendental ones")
for name, f in (("ReLU", jax.nn.relu), ("softplus", jax.nn.softplus)):
    print("{:8} {:24g} {:20g}".format(name, *count(f, ())))

program = traced(jax.nn.softplus, ()).as_text()
names = "stablehlo.exponential ", "stablehlo.log_plus_one "
each = all(program.count(name) == 1 for name in names)
print("the two are one exponential and one logarithm:", each)


def price(cost, transcendental):  # in ordinary operations
    return cost[0] + transcendental * cost[1]


# What softplus adds to a dense layer with ReLU, per unit, where e^x and ln count as 1
# operation each, or as 100: how much they take is not the same on any two processors.
relu, softplus = count(jax.nn.relu, ()), count(jax.nn.softplus, ())
print("\ninputs  layer     added, as 1  added, as 100")
share = {}
for n in (16, 64, 256, 1024, 4096):
    layer = count(lambda x, w, b: x @ w + b, (n,), (n, n), (n,))[0] / n
    for weight in (1, 100):
        added = price(softplus, weight) - price(relu, weight)
        share[n, weight] = added / (layer + price(relu, weight))
    print(f"{n:6} {layer:6g} {share[n, 1]:13.2%} {share[n, 100]:14.2%}")

alone = price(softplus, 1) > price(relu, 1) and each
print("alone, softplus takes more operations than ReLU:", alone)
print("in the widest layer it adds less than 5 %:", share[4096, 100] < 0.05)

if not alone:
    print("verdict: false")
else:
    print("verdict:", "half true" if share[4096, 100] < 0.05 else "true")
