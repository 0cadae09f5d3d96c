"""What others would do with the same codes."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np


class Linear:
    """The autoencoder of all rows: principal components, which are found at once and the same on every machine."""

    def __init__(self, data: np.ndarray, coordinates: int) -> None:
        self.mean = data.mean(axis=0)
        self.axes = np.linalg.svd(data - self.mean, full_matrices=False)[2][:coordinates]
        # Signs are a matter of taste; the largest entry decides.
        self.axes *= np.sign(self.axes[np.arange(coordinates), np.abs(self.axes).argmax(axis=1)])[:, None]
        self.scale = ((data - self.mean) @ self.axes.T).std()

    def encode(self, data: np.ndarray) -> np.ndarray:
        return (data - self.mean) @ self.axes.T / self.scale

    def decode(self, codes: np.ndarray) -> np.ndarray:
        return codes @ self.axes * self.scale + self.mean


def _begin(torch: Any) -> None:
    """The same numbers each time. Versions before 2.3 warn that they do not know NumPy 2; they need not."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.manual_seed(0)
    torch.set_num_threads(1)


def mixture(codes: np.ndarray, count: int, parts: int = 10) -> np.ndarray:
    """A mixture of normal laws."""
    from sklearn.mixture import GaussianMixture

    found = GaussianMixture(parts, random_state=0).fit(codes).sample(count)[0]
    return np.random.default_rng(0).permutation(found)


def kernels(codes: np.ndarray, count: int) -> np.ndarray:
    """A kernel density whose width is the likeliest for codes that are held out."""
    from sklearn.model_selection import GridSearchCV
    from sklearn.neighbors import KernelDensity

    search = GridSearchCV(KernelDensity(), {"bandwidth": np.geomspace(0.1, 0.8, 8)}, cv=3).fit(codes)
    return search.best_estimator_.sample(count, random_state=0)


def variational(data: np.ndarray, count: int, latent: int = 16, steps: int = 1500) -> np.ndarray | None:
    """New data of a small variational autoencoder; None without PyTorch."""
    try:
        import torch
        from torch import nn
    except ImportError:
        return None
    _begin(torch)
    x, width = torch.tensor(data.tolist()), data.shape[1]
    encoder = nn.Sequential(nn.Linear(width, 128), nn.ReLU(), nn.Linear(128, 2 * latent))
    decoder = nn.Sequential(nn.Linear(latent, 128), nn.ReLU(), nn.Linear(128, width), nn.Sigmoid())
    optimizer = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], lr=1e-3)
    for _ in range(steps):
        batch = x[torch.randint(len(x), (64,))]
        mean, log = encoder(batch).chunk(2, dim=1)
        code = mean + torch.exp(0.5 * log) * torch.randn_like(mean)
        # The variance of a pixel about its mean is that of the data's noise: about a thirtieth.
        loss = 15 * ((decoder(code) - batch) ** 2).sum(1) - 0.5 * (1 + log - mean**2 - log.exp()).sum(1)
        optimizer.zero_grad()
        loss.mean().backward()
        optimizer.step()
    with torch.no_grad():
        return np.array(decoder(torch.randn(count, latent)).tolist())


def adversarial(data: np.ndarray, count: int, steps: int = 1500) -> np.ndarray | None:
    """New points of a small generative adversarial network; None without PyTorch."""
    try:
        import torch
        from torch import nn
    except ImportError:
        return None
    _begin(torch)
    x, width = torch.tensor(data.tolist()), data.shape[1]

    def network(outputs: int, inputs: int) -> nn.Sequential:
        return nn.Sequential(
            nn.Linear(inputs, 96), nn.ReLU(), nn.Linear(96, 96), nn.ReLU(), nn.Linear(96, outputs)
        )

    maker, judge = network(width, width), network(1, width)
    optimizers = [torch.optim.Adam(net.parameters(), lr=1e-3, betas=(0.5, 0.9)) for net in (maker, judge)]
    loss = nn.BCEWithLogitsLoss()
    ones, zeros = torch.ones(128, 1), torch.zeros(128, 1)
    for _ in range(steps):
        real, new = x[torch.randint(len(x), (128,))], maker(torch.randn(128, width))
        for optimizer, wrong in (
            (optimizers[1], lambda: loss(judge(real), ones) + loss(judge(new.detach()), zeros)),
            (optimizers[0], lambda: loss(judge(new), ones)),
        ):
            optimizer.zero_grad()
            wrong().backward()
            optimizer.step()
    with torch.no_grad():
        return np.array(maker(torch.randn(count, width)).tolist())
