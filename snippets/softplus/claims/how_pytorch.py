# Claim: PyTorch returns x where βx > t, else log1p(exp(βx)) / β; 16 bits via float32.
import torch
import torch.nn.functional as F

switches = {  # where x itself is returned
    "beta x > t ": lambda x, beta, t: beta * x > t,
    "beta x >= t": lambda x, beta, t: beta * x >= t,
    "x > t      ": lambda x, beta, t: x > t,
    "never      ": lambda x, beta, t: x.isnan(),
}


def softplus(x, beta, t, switch):  # logaddexp is log1p(exp) that cannot overflow
    return torch.where(switch(x, beta, t), x, torch.logaddexp(0 * x, beta * x) / beta)


def slope(x, beta, t, switch):
    z = torch.exp(beta * x)
    return torch.where(switch(x, beta, t), 1, z / (z + 1))


def gradient(x, *args):
    x = x.clone().requires_grad_()
    return torch.autograd.grad(F.softplus(x, *args).sum(), x)[0]


def points(dtype, beta, t):  # the switch, its neighbours, and many more
    x = torch.linspace(-85, 85, 40001, dtype=dtype)
    at = torch.tensor([t, t / beta], dtype=dtype)
    return torch.cat([x, at, at.nextafter(x[:1]), at.nextafter(x[-1:])])


def close(a, b):  # the last bits of exp and log1p depend on the CPU
    limits = torch.finfo(a.dtype)
    return torch.allclose(a, b, rtol=4 * limits.eps, atol=limits.tiny)


agree = {}
print("x itself if  value  gradient")
for name, switch in switches.items():
    value, grad = [], []
    for dtype in (torch.float32, torch.float64):
        for args in ((1, 20), (0.25, 20), (4, 5)):
            x = points(dtype, *args)
            value.append(close(F.softplus(x, *args), softplus(x, *args, switch)))
            grad.append(close(gradient(x, *args), slope(x, *args, switch)))
    agree[name] = all(value), all(grad)
    print(name, "{!s:>6} {!s:>9}".format(*agree[name]))

far = torch.tensor(800.0, dtype=torch.float64)
overflows = F.softplus(far, threshold=1000).isinf().item()  # no other guard
print("value at 800, t = 1000, is inf:", overflows)

half = []
bits = torch.arange(-(2**15), 2**15).to(torch.int16)
for dtype in (torch.float16, torch.bfloat16):  # every finite number
    x = bits.view(dtype)
    x = x[x.isfinite()]
    for name, f in (("value", F.softplus), ("gradient", gradient)):
        half.append(torch.equal(f(x), f(x.float()).to(dtype)))
        print(f"{str(dtype)[6:]:8} {name:8} is that of float32, rounded: {half[-1]}")
    steps = torch.where(x > 20, x, x.exp().log1p())  # rounded twice
    half.append(not torch.equal(F.softplus(x), steps))
    print(f"{str(dtype)[6:]:8} value    is rounded after each step: {not half[-1]}")

found = [name.strip() for name, both in agree.items() if any(both)]
right = found == ["beta x > t"] and all(agree["beta x > t "])
print("verdict:", "true" if right and overflows and all(half) else "false")
