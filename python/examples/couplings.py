"""What minibatch couplings cost: eight Gaussians to two moons.

Flow matching pairs noise with data. Pairing within batches of B points is not optimal for the whole: the batch's own noise
stands between, and the mean squared length of the pairs is greater than W2^2. The plan between the density and all of the
data gives the true value, so the bias can be told, batch by batch.
"""

import sys

import matplotlib

matplotlib.use("Agg")
import brenier as bn
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import LineCollection
from scipy.optimize import linear_sum_assignment

DATA, REACH, SPREAD = 400, 8.0, 0.7


def gaussians(n: int = 41) -> bn.Source:
    """Eight of them on a circle of radius 5 above a floor of a hundredth of the mass, as an image of their density."""
    y, x = np.mgrid[REACH : -REACH : n * 1j, -REACH : REACH : n * 1j]
    rho = np.full((n, n), 1e-3)
    for k in range(8):
        cx, cy = 5 * np.cos(k * np.pi / 4), 5 * np.sin(k * np.pi / 4)
        rho += np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * SPREAD**2))
    return bn.Image(rho, min=[-REACH, -REACH], max=[REACH, REACH], interpolation="bilinear")


def moons(rng: np.random.Generator) -> np.ndarray:
    t = np.pi * rng.random(DATA)
    upper = np.arange(DATA) < DATA // 2
    x = np.where(upper, np.cos(t), 1 - np.cos(t))
    y = np.where(upper, np.sin(t), 0.5 - np.sin(t))
    return 3 * np.column_stack([x, y]) - 1 + 0.15 * rng.normal(size=(DATA, 2))


def main(out: str = "couplings.png") -> None:
    rng = np.random.default_rng(0)
    data = moons(rng)
    plan = bn.solve(data, gaussians())
    sampler = bn.pairs.SemiDiscretePlanSampler(plan)
    low, high = plan.check().w2_squared
    print(f"exact      W2^2 in [{low:.12f}, {high:.12f}]")

    noise, partner, _ = sampler.sample(40_000, seed=1)
    mean = ((noise - partner) ** 2).sum(axis=1).mean()
    print(f"sampled    {mean:.4f} from 40,000 pairs of the plan")
    assert abs(mean / plan.value - 1) < 0.02

    batches, costs = [4, 16, 64, 256, 1024], []
    for size in batches:
        found, pairs = [], None
        for k in range(max(2, 1024 // size)):
            x = noise[(k * size) % 38_000 :][:size]
            z = data[rng.integers(DATA, size=size)]
            i, j = linear_sum_assignment(((x[:, None] - z[None]) ** 2).sum(axis=2))
            found.append(((x[i] - z[j]) ** 2).sum(axis=1).mean())
            pairs = (x[i], z[j]) if pairs is None else tuple(map(np.vstack, zip(pairs, (x[i], z[j]), strict=True)))
        costs.append(np.mean(found))
        print(f"batch {size:4}: {costs[-1]:.3f}, {costs[-1] / plan.value - 1:.1%} too long")
        if size == 16:
            shown = pairs
    assert costs[0] > costs[2] > plan.value

    figure, axes = plt.subplots(1, 3, figsize=(14, 4.8), layout="constrained", width_ratios=(1, 1, 0.85))
    for plot, (x, z), title in (
        (axes[0], (noise[:300], partner[:300]), f"the exact plan, mean squared length {plan.value:.2f}"),
        (axes[1], (shown[0][:300], shown[1][:300]), f"batches of 16, {costs[1]:.2f}"),
    ):
        plot.add_collection(LineCollection(np.stack([x, z], axis=1), colors="0.6", linewidths=0.5))
        plot.plot(*x.T, ".", color="C0", markersize=3)
        plot.plot(*z.T, ".", color="C3", markersize=3)
        plot.set(xlim=(-REACH, REACH), ylim=(-REACH, REACH), aspect="equal", title=title, xticks=[], yticks=[])
    axes[2].loglog(batches, np.array(costs) / plan.value - 1, "o-", color="black")
    axes[2].set(xlabel="batch", title="too long by this share", xticks=batches, xticklabels=batches)
    figure.savefig(out, dpi=110)


if __name__ == "__main__":
    main(*sys.argv[1:2])
