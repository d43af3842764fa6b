# Claim: softplus is smooth and differentiable everywhere, without ReLU's kink at 0.
import torch
import torch.nn.functional as F


def slopes(f, x, h=1e-6):  # difference quotients from the left and from the right
    left, mid, right = f(torch.tensor([x - h, x, x + h], dtype=torch.float64)).tolist()
    return round((mid - left) / h, 4), round((right - mid) / h, 4)


kink = slopes(torch.relu, 0.0)
none = slopes(F.softplus, 0.0)
print("slopes at 0, ReLU    :", *kink)
print("slopes at 0, softplus:", *none)

# Counter-example: above its threshold, x = 20, PyTorch returns x itself.
stepped = []
for dtype in (torch.float16, torch.bfloat16, torch.float32, torch.float64):
    at = torch.tensor(20.0, dtype=dtype)
    above = at * (1 + torch.finfo(dtype).eps)  # the next number
    stepped.append(bool(F.softplus(above) < F.softplus(at)))
    print(f"falls just above 20 in {str(dtype)[6:]:8}:", stepped[-1])

x = torch.tensor([20.0, 20.0000001], dtype=torch.float64, requires_grad=True)
y = F.softplus(x)
(dy,) = torch.autograd.grad(y.sum(), x)
print("softplus(x) - x at 20 and above: {:.4g} {:g}".format(*(y - x).tolist()))
print("1 - gradient    at 20 and above: {:.4g} {:g}".format(*(1 - dy).tolist()))

if none[0] != none[1] or kink[0] == kink[1]:
    print("verdict: false")
else:
    print("verdict:", "half true" if any(stepped) else "true")
