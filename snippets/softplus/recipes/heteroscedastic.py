# A regression that predicts its own noise: mean and scale, the scale by softplus.
import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
x = torch.linspace(-2, 2, 2000)[:, None]
true_scale = F.softplus(1.5 * x - 1)  # the noise grows from left to right
y = 2 * x + true_scale * torch.randn_like(x)

model = nn.Linear(1, 2)  # two outputs: the mean and the raw scale


def predict():
    mean, raw = model(x).chunk(2, dim=1)
    return mean, F.softplus(raw) + 1e-6  # the floor keeps ln(scale) finite


def loss(mean, scale):  # negative log-likelihood of a Gaussian, less a constant
    return (scale.log() + 0.5 * ((y - mean) / scale) ** 2).mean()


optimiser = torch.optim.Adam(model.parameters(), lr=0.05)
for _ in range(300):
    optimiser.zero_grad()
    loss(*predict()).backward()
    optimiser.step()

with torch.no_grad():
    mean, scale = predict()
    constant = loss(mean, (y - mean).std())
    error = (scale / true_scale - 1).abs()
    builtin = F.gaussian_nll_loss(mean, y, scale**2)  # takes the variance
    print("same as gaussian_nll_loss:", torch.allclose(loss(mean, scale), builtin))
    print("mean found to 0.1        :", bool((mean - 2 * x).abs().max() < 0.1))
    print("scale found to 15 %      :", bool(error.max() < 0.15))
    print("better than one scale    :", bool(loss(mean, scale) < constant - 0.1))
