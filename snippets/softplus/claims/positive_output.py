# Claim: the output is always positive, so negative activations are out of reach.
import torch
import torch.nn.functional as F

# Every finite float16 and bfloat16 number; as float32, those of bfloat16 again.
bits = torch.arange(-(2**15), 2**15).to(torch.int16)
brain = bits.view(torch.bfloat16)
zeros, negative = [], []
for x in (bits.view(torch.float16), brain, brain.float(), brain.double()):
    y = F.softplus(x[x.isfinite()])
    zeros.append(bool((y == 0).any()))
    negative.append(bool((y < 0).any()))
    name = str(x.dtype)[6:]
    print(f"{name:8} some output < 0: {negative[-1]}, some output = 0: {zeros[-1]}")

# What a zero does where a positive number was promised:
scale = F.softplus(torch.tensor(-110.0))
print("float32 at -110: log", scale.log().item(), "and 1/y", (1 / scale).item())

# And the layer is not the network: its next weights, or a shift, bring the sign back.
shifted = F.softplus(torch.tensor(-2.0)) - torch.log(torch.tensor(2.0))
print(f"softplus(-2) - ln 2 = {shifted:.4f}")

if any(negative):
    print("verdict: false")
else:
    print("verdict:", "half true" if any(zeros) or shifted < 0 else "true")
