# Thread: the last bit of a result depends on how many elements the tensor has.
import torch
import torch.nn.functional as F

x = torch.linspace(-10, 10, 4000)


def alone_and_together(f):  # scalar code for one number, vector code for many
    return torch.stack([f(e) for e in x]), f(x)


alone, together = alone_and_together(F.softplus)
print("equal to 6 digits:", torch.allclose(together, alone, rtol=1e-6, atol=0))

# Mish is made of the same parts. It too is equal where there is one code for both.
mended = torch.equal(alone, together) and not torch.equal(*alone_and_together(F.mish))
print("equal bit for bit, though Mish is not:", mended)

print("still so:", "no" if mended else "yes")
