# Claim: the output is always positive, so negative activations are out of reach.
import torch
import torch.nn.functional as F

# Every finite float16 and bfloat16 number; as float32, those of bfloat16 again.
bits = torch.arange(-(2**15), 2**15).to(torch.int16)
brain = bits.view(torch.bfloat16)
negative, zero = [], []
print("PyTorch             some < 0  0 where beta x below  > 0 where above")
for x, low, high in (
    (bits.view(torch.float16), -20, -13),
    (brain, -100, -80),
    (brain.float(), -110, -80),
    (brain.double(), -760, -700),
):
    x = x[x.isfinite()]
    for beta in (0.5, 1, 10):
        y, scaled = F.softplus(x, beta), beta * x.double()
        negative.append(bool((y < 0).any()))
        below = bool((y[scaled < low] == 0).all())
        above = bool((y[scaled > high] > 0).all())
        zero.append(below)
        name = f"{str(x.dtype)[6:]:8} beta = {beta:3}"
        print(f"{name} {negative[-1]!s:>8}  {low:13}: {below}  {high:7}: {above}")

# What a zero does where a positive number was promised:
scale = F.softplus(torch.tensor(-110.0))
print("\nfloat32 at -110: log", scale.log().item(), "and 1/y", (1 / scale).item())

# A negative beta promises nothing: it makes the logarithm of the sigmoid.
turned = F.softplus(torch.tensor(0.0), beta=-1)
print(f"beta = -1 at 0: {turned:.4f}")

# And the layer is not the network: its next weights, or a shift, bring the sign back.
shifted = F.softplus(torch.tensor(-2.0)) - torch.log(torch.tensor(2.0))
print(f"softplus(-2) - ln 2 = {shifted:.4f}")

if any(negative):
    print("verdict: false")
else:
    print("verdict:", "half true" if any(zero) or shifted < 0 else "true")
