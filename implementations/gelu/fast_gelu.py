"""GELU in a form with tanh, and a fraction in place of tanh: no exponential, and few right digits."""

import torch


def fast_gelu(x: torch.Tensor) -> torch.Tensor:
    u = torch.clamp(0.7978845608 * (x + 0.044715 * x * x * x), -3, 3)
    tanh = u * (27 + u * u) / (27 + 9 * u * u)
    return 0.5 * x * (1 + tanh)
